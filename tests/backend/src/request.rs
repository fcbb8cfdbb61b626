//! Reading one HTTP/1.1 request head, just enough of RFC 9112 for what a reverse proxy sends.

use std::io::{self, BufRead, Read};

/// The longest head that is read, in bytes; a longer one ends the connection.
const LONGEST_HEAD: u64 = 1 << 20;

/// A request as it arrived: nothing decoded, nothing normalised.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// The method token.
    pub(crate) method: String,
    /// The request target, in the form that the proxy sent.
    pub(crate) target: String,
    /// The fields in their order, names as sent.
    pub(crate) headers: Vec<(String, String)>,
}

impl Request {
    /// Reads the next head of a connection; `None` when the peer closed it between two requests.
    pub(crate) fn read(stream: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut head = stream.take(LONGEST_HEAD);
        let Some(line) = read_line(&mut head)? else { return Ok(None) };
        let mut words = line.split(' ').map(str::to_owned);
        let (Some(method), Some(target)) = (words.next(), words.next()) else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        let mut headers = Vec::new();
        while let Some(line) = read_line(&mut head)? {
            if line.is_empty() {
                return Ok(Some(Self { method, target, headers }));
            }
            let (name, value) = line.split_once(':').ok_or(io::ErrorKind::InvalidData)?;
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        Err(io::ErrorKind::UnexpectedEof.into())
    }

    /// The first value of a field, its name compared without case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// One line without its end; `None` at the end of the input. Bytes that are no UTF-8 are shown as U+FFFD.
fn read_line(stream: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    if stream.read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    Ok(Some(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_kept_as_it_was_sent() {
        let mut wire = &b"GET /a%2Fb?x=1 HTTP/1.1\r\nHost: h\r\nX-Twice: 1\r\nx-twice: 2\r\n\r\nbody"[..];
        let request = Request::read(&mut wire).unwrap().unwrap();
        assert_eq!((request.method.as_str(), request.target.as_str()), ("GET", "/a%2Fb?x=1"));
        assert_eq!(request.headers.len(), 3);
        assert_eq!(request.header("X-TWICE"), Some("1"));
        assert_eq!(wire, b"body");
    }

    #[test]
    fn a_connection_closed_between_requests_is_no_error() {
        assert_eq!(Request::read(&mut &b""[..]).unwrap(), None);
    }

    #[test]
    fn a_head_cut_short_is_an_error() {
        assert!(Request::read(&mut &b"GET / HTTP/1.1\r\nHost: h\r\n"[..]).is_err());
    }
}
