//! A stand-in for a swarm manager that only answers, on a Unix socket.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::thread;

use crate::swarm;

/// Answers for as long as the process lives.
pub(crate) fn listen(socket: &Path) {
    let listener = UnixListener::bind(socket).expect("the socket is free");
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            thread::spawn(move || serve(&connection));
        }
    });
}

fn serve(mut connection: &UnixStream) -> Option<()> {
    let mut reader = BufReader::new(connection);
    loop {
        let mut first = String::new();
        reader.read_line(&mut first).ok()?;
        let mut words = first.split_whitespace();
        let (method, target) = (words.next()?, words.next()?);
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            reader.read_line(&mut line).ok()?;
        }
        let unversioned =
            target.strip_prefix("/v1.").and_then(|rest| rest.find('/').map(|slash| &rest[slash..]));
        let path = unversioned.unwrap_or(target).split('?').next().unwrap_or_default();
        let (status, body) = match swarm::answer(path) {
            Some(body) => (200, body),
            None => (404, format!("{{\"message\":\"nothing at {path}\"}}")),
        };
        let head = format!(
            "HTTP/1.1 {status} Answer\r\nApi-Version: 1.50\r\nOstype: linux\r\nDocker-Experimental: false\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        connection.write_all(head.as_bytes()).ok()?;
        if method != "HEAD" {
            connection.write_all(body.as_bytes()).ok()?;
        }
    }
}
