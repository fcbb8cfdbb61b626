//! An engine that answers at once: what another one answered is kept, and sent again without a delay, so that what is left
//! of the time of a command is its own work.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use anyhow::Result;
use smsvc_tests::api::Api;

/// Answers by target, without the API version.
type Answers = Vec<(String, Vec<u8>)>;

/// The engine; it serves until the process ends.
pub(crate) struct Replay {
    socket: PathBuf,
    /// When the last byte of the last answer was taken over by the client's side.
    last: Arc<Mutex<Instant>>,
    bytes: usize,
}

impl Replay {
    /// Keeps what the engine answers to these targets.
    pub(crate) fn of(api: &Api, targets: &[&str], socket: PathBuf) -> Result<Self> {
        let answers: Result<Answers> = targets
            .iter()
            .map(|target| Ok(((*target).to_owned(), api.get(target)?.to_string().into_bytes())))
            .collect();
        let answers = Arc::new(answers?);
        let bytes = answers.iter().map(|(_, answer)| answer.len()).sum();
        let listener = UnixListener::bind(&socket)?;
        let last = Arc::new(Mutex::new(Instant::now()));
        let sent = Arc::clone(&last);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answers, sent) = (Arc::clone(&answers), Arc::clone(&sent));
                // A client that goes away has what it wanted.
                thread::spawn(move || serve(stream, &answers, &sent));
            }
        });
        Ok(Self { socket, last, bytes })
    }

    /// Its socket.
    pub(crate) fn socket(&self) -> &Path {
        &self.socket
    }

    /// How long all answers are together.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// When the last byte was sent.
    pub(crate) fn last(&self) -> Instant {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers the requests of one connection, none of which has a body.
fn serve(mut stream: UnixStream, answers: &Answers, sent: &Mutex<Instant>) -> Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    while let Some(first) = lines.next().transpose()? {
        lines.by_ref().map_while(Result::ok).find(String::is_empty);
        let target = first.split(' ').nth(1).unwrap_or_default();
        let found = answers.iter().find(|(known, _)| target.ends_with(known.as_str()));
        let body = found.map_or(&b"{}"[..], |(_, answer)| answer);
        let status = if found.is_some() || target.ends_with("/_ping") { "200 OK" } else { "404 Not Found" };
        let head = format!(
            "HTTP/1.1 {status}\r\nApi-Version: 1.41\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        if !first.starts_with("HEAD ") {
            stream.write_all(body)?;
        }
        *sent.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
    Ok(())
}
