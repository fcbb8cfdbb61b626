//! One connection: request after request until one of the two sides closes it.

use std::collections::BTreeSet;
use std::io::{self, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::{Mutex, PoisonError};

use crate::echo;
use crate::request::Request;

/// A request with this field is answered with half of a chunked body and a closed connection: the backend
/// "dies" in the middle of an answer. A field and not a path, so that every declared route can be made to
/// die.
const ABORT: &str = "X-Backend-Abort";

/// The first request with a value of this field is lost: read, and not answered. Each backend loses one by itself.
const LOSE: &str = "X-Backend-Lose";

/// The values that were seen.
static LOST: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// The variable with a target that is answered with 503: for trials of health checks.
const UNWELL: &str = "BACKEND_UNWELL";

/// A chunked body whose last chunk never comes (RFC 9112, section 8: such a message is incomplete).
const HALF_AN_ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";

/// Answers every request of a connection.
pub(crate) fn serve(stream: TcpStream, service: &str) -> io::Result<()> {
    let host = std::env::var("HOSTNAME").unwrap_or_default();
    let unwell = std::env::var(UNWELL).ok();
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = Request::read(&mut reader)? {
        if request.header(ABORT).is_some() {
            return writer.write_all(HALF_AN_ANSWER);
        }
        if request.header(LOSE).is_some_and(is_first) {
            return Ok(());
        }
        let reusable = skip_body(&mut reader, &request)?;
        let status =
            if unwell.as_ref() == Some(&request.target) { "503 Service Unavailable" } else { "200 OK" };
        writer.write_all(answer(status, service, &host, &request, reusable).as_bytes())?;
        if !reusable {
            break;
        }
    }
    Ok(())
}

fn is_first(value: &str) -> bool {
    LOST.lock().unwrap_or_else(PoisonError::into_inner).insert(value.to_owned())
}

/// The whole answer. One to HEAD has the length of the body, but not the body (RFC 9110, section 9.3.2); so
/// that it can be told from other answers too, the service and the target are also fields.
fn answer(status: &str, service: &str, host: &str, request: &Request, reusable: bool) -> String {
    let body = echo::document(service, host, request);
    let fields = [
        ("Content-Type", "application/json"),
        ("Content-Length", &body.len().to_string()),
        ("Connection", if reusable { "keep-alive" } else { "close" }),
        ("X-Backend-Service", service),
        ("X-Backend-Target", &request.target),
    ];
    let fields = fields.map(|(name, value)| format!("{name}: {value}\r\n")).concat();
    let head = format!("HTTP/1.1 {status}\r\n{fields}\r\n");
    if request.method == "HEAD" { head } else { head + &body }
}

/// Reads a body of a known length away. False where the length is not known, so that the connection cannot be
/// reused.
fn skip_body(reader: &mut impl Read, request: &Request) -> io::Result<bool> {
    if request.header("Transfer-Encoding").is_some() {
        return Ok(false);
    }
    let length = match request.header("Content-Length") {
        Some(length) => length.parse().map_err(|_| io::ErrorKind::InvalidData)?,
        None => 0,
    };
    io::copy(&mut reader.take(length), &mut io::sink())?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, headers: &[(&str, &str)]) -> Request {
        Request {
            method: method.to_owned(),
            target: "/".to_owned(),
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        }
    }

    #[test]
    fn an_answer_to_head_has_no_body() {
        let answer = answer("200 OK", "s", "h", &request("HEAD", &[]), true);
        assert!(answer.ends_with("\r\n\r\n") && !answer.contains("Content-Length: 0"), "{answer}");
        assert!(answer.contains("\r\nX-Backend-Service: s\r\nX-Backend-Target: /\r\n"), "{answer}");
    }

    #[test]
    fn a_body_of_known_length_is_read_away() {
        let mut wire = &b"12345GET"[..];
        assert!(skip_body(&mut wire, &request("POST", &[("content-length", "5")])).unwrap());
        assert_eq!(wire, b"GET");
    }

    #[test]
    fn a_chunked_request_ends_the_connection() {
        assert!(!skip_body(&mut &b""[..], &request("POST", &[("Transfer-Encoding", "chunked")])).unwrap());
    }
}
