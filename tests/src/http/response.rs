//! An answer taken apart, with the one fact that usual clients hide: whether its body came to its end.

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The fields in their order, names as sent.
    pub headers: Vec<(String, String)>,
    /// The body without its framing, as far as it came.
    pub body: Vec<u8>,
    /// Whether the body came to the end that its framing promised (RFC 9112, section 8).
    pub complete: bool,
}

impl Response {
    /// Takes apart everything that came over a connection for one request with `method`.
    pub(super) fn parse(wire: &[u8], method: &str) -> Result<Self> {
        let split = wire.windows(4).position(|end| end == b"\r\n\r\n");
        let split =
            split.with_context(|| format!("the head does not end: {:?}", String::from_utf8_lossy(wire)))?;
        let head = String::from_utf8_lossy(&wire[..split]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
        let Some(status) = status else { bail!("no status line: {head:?}") };
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        let mut response = Self { status, headers, body: Vec::new(), complete: true };
        if method != "HEAD" && !matches!(status, 204 | 304) {
            response.read_body(&wire[split + 4..])?;
        }
        Ok(response)
    }

    fn read_body(&mut self, wire: &[u8]) -> Result<()> {
        if self.header("Transfer-Encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
            (self.body, self.complete) = dechunk(wire);
        } else if let Some(length) = self.header("Content-Length") {
            let length: usize = length.parse().context("Content-Length is no number")?;
            self.complete = wire.len() >= length;
            self.body = wire[..length.min(wire.len())].to_vec();
        } else {
            self.body = wire.to_vec();
        }
        Ok(())
    }

    /// The first value of a field, its name compared without case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as text; bytes that are no UTF-8 are shown as U+FFFD.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body)
            .with_context(|| format!("status {}, and the body is no JSON: {}", self.status, self.text()))
    }
}

/// The content of a chunked body (RFC 9112, section 7.1), and whether the last chunk came.
fn dechunk(mut wire: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    loop {
        let Some(end) = wire.windows(2).position(|end| end == b"\r\n") else { return (body, false) };
        let line = String::from_utf8_lossy(&wire[..end]);
        let size = usize::from_str_radix(line.split(';').next().unwrap_or_default().trim(), 16);
        let Ok(size) = size else { return (body, false) };
        wire = &wire[end + 2..];
        if size == 0 {
            return (body, true);
        }
        body.extend(&wire[..size.min(wire.len())]);
        // The content, and the line end after it.
        let Some(rest) = wire.get(size + 2..) else { return (body, false) };
        wire = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(wire: &str) -> Response {
        Response::parse(wire.as_bytes(), "GET").unwrap()
    }

    #[test]
    fn a_chunked_body_is_complete_only_with_its_last_chunk() {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let whole = parse(&format!("{head}5\r\nhello\r\n1;x=y\r\n!\r\n0\r\n\r\n"));
        assert_eq!((whole.text().as_str(), whole.complete), ("hello!", true));
        for cut in ["", "5", "5\r\nhel", "5\r\nhello", "5\r\nhello\r\n"] {
            assert!(!parse(&format!("{head}{cut}")).complete, "{cut:?}");
        }
    }

    #[test]
    fn a_body_shorter_than_its_length_is_incomplete() {
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n";
        assert!(parse(&format!("{head}hello")).complete);
        assert!(!parse(&format!("{head}hell")).complete);
    }

    #[test]
    fn an_answer_to_head_is_complete_without_a_body() {
        let wire = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
        assert!(Response::parse(wire, "HEAD").unwrap().complete);
    }

    #[test]
    fn what_is_no_answer_is_an_error() {
        for wire in ["", "HTTP/1.1 200 OK\r\n", "nonsense\r\n\r\n"] {
            assert!(Response::parse(wire.as_bytes(), "GET").is_err(), "{wire:?}");
        }
    }
}
