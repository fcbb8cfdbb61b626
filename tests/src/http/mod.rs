//! An HTTP/1.1 client that sends exactly what it is told to, one connection a request.
//!
//! Usual clients normalise the target, refuse odd header values and hide how a body ended. The tests need all
//! three.

mod response;
mod tls;

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result};

pub use response::Response;

/// How long to wait for a connection, and between two pieces of an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method token.
    pub method: String,
    /// The field `Host`.
    pub host: String,
    /// The target, sent as it is.
    pub target: String,
    /// Further fields, in this order.
    pub headers: Vec<(String, String)>,
}

impl Request {
    /// A request without further fields.
    pub fn new(method: &str, host: &str, target: &str) -> Self {
        Self {
            method: method.to_owned(),
            host: host.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
        }
    }

    /// The same request with one more field.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends it over a new connection, which the answer's end closes.
    pub fn send(&self, server: SocketAddr) -> Result<Response> {
        self.send_with(server, "")
    }

    /// The same with a body, which the fields have to announce.
    pub fn send_with(&self, server: SocketAddr, body: &str) -> Result<Response> {
        let wire = exchange(server, (self.head() + body).as_bytes(), Ending::Open)
            .with_context(|| format!("no answer to {self:?}"))?;
        Response::parse(&wire, &self.method).with_context(|| format!("no HTTP answer to {self:?}"))
    }

    fn head(&self) -> String {
        let fields: Vec<String> =
            self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let fields = fields.concat();
        format!(
            "{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{fields}\r\n",
            self.method, self.target, self.host
        )
    }
}

/// What the peer sees behind the last byte that is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Nothing. Servers take the end of the input for a client that has gone, and drop its request.
    Open,
    /// The end of the input, for bytes after which a server would wait for more.
    Closed,
}

/// Sends bytes as they are, and gives everything that came back before the peer closed or broke the
/// connection. A peer that does neither within ten seconds is an error.
pub fn exchange(server: SocketAddr, bytes: &[u8], ending: Ending) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&server, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut sent = stream.write_all(bytes);
    if ending == Ending::Closed {
        sent = sent.and_then(|()| stream.shutdown(Shutdown::Write));
    }
    // A server may answer a bad request and close before it has read all of it.
    if let Err(error) = sent
        && !is_broken(&error)
    {
        return Err(error);
    }
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Err(error) if !is_broken(&error) => Err(error),
        _ => Ok(answer),
    }
}

/// Whether the peer ended the connection, in order or not.
fn is_broken(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_and_the_fields_are_sent_as_they_are() {
        let request =
            Request::new("GET", "a.example.com", "/a//../%2f?x= y").with("X-A", "1").with("x-a", "2");
        assert_eq!(
            request.head(),
            "GET /a//../%2f?x= y HTTP/1.1\r\nHost: a.example.com\r\nConnection: close\r\nX-A: 1\r\nx-a: 2\r\n\r\n"
        );
    }
}
