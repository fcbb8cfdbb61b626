//! The Docker Engine API as it is, without the `docker` command: one request over a new connection to an engine's socket.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The engine at an address of the form of `DOCKER_HOST`.
#[derive(Debug, Clone)]
pub struct Api {
    host: String,
}

impl Api {
    /// The engine at `unix://…` or `tcp://…`.
    pub fn new(host: &str) -> Self {
        Self { host: host.to_owned() }
    }

    /// Sends a request; gives the status and the JSON of the answer, null where there is none.
    pub fn call(&self, method: &str, target: &str, body: Option<&Value>) -> Result<(u16, Value)> {
        let body = body.map(ToString::to_string).unwrap_or_default();
        // Version 1.0 of HTTP: no chunks, and the connection's end ends the answer.
        let request = format!(
            "{method} {target} HTTP/1.0\r\nHost: docker\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = self
            .exchange(request.as_bytes())
            .with_context(|| format!("{method} {target} at {}", self.host))?;
        let text = String::from_utf8_lossy(&answer);
        let (head, body) = text.split_once("\r\n\r\n").context("the answer has no head")?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.with_context(|| format!("the answer has no status: {head}"))?;
        Ok((status, serde_json::from_str(body.trim()).unwrap_or_default()))
    }

    /// What a `GET` gives, which must succeed.
    pub fn get(&self, target: &str) -> Result<Value> {
        match self.call("GET", target, None)? {
            (200, value) => Ok(value),
            (status, value) => bail!("GET {target}: {status} {value}"),
        }
    }

    fn exchange(&self, request: &[u8]) -> Result<Vec<u8>> {
        let mut answer = Vec::new();
        if let Some(path) = self.host.strip_prefix("unix://") {
            let mut stream = UnixStream::connect(path)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.write_all(request)?;
            stream.read_to_end(&mut answer)?;
        } else {
            let mut stream = TcpStream::connect(self.host.trim_start_matches("tcp://"))?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.write_all(request)?;
            stream.read_to_end(&mut answer)?;
        }
        Ok(answer)
    }
}
