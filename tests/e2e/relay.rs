//! A way to the engine that can be cut, and that can swallow a call: a socket of ours that passes everything on to the
//! engine's.

use std::io::{self, Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};

/// A socket in front of an engine.
pub(crate) struct Relay {
    socket: PathBuf,
    engine: PathBuf,
    /// Both ends of every connection, while it is open.
    open: Arc<Mutex<Option<Vec<UnixStream>>>>,
    /// A call with this in it, and what follows it on its connection, never reaches the engine.
    swallowed: Option<&'static str>,
}

impl Relay {
    /// Lays a socket in front of the engine at `host` (`unix://…`).
    pub(crate) fn before(host: &str, socket: PathBuf) -> Result<Self> {
        Self::laid(host, socket, None)
    }

    /// The same, where a call with `call` in it gets no answer.
    pub(crate) fn swallowing(call: &'static str, host: &str, socket: PathBuf) -> Result<Self> {
        Self::laid(host, socket, Some(call))
    }

    fn laid(host: &str, socket: PathBuf, swallowed: Option<&'static str>) -> Result<Self> {
        let engine = host.strip_prefix("unix://").context("the engine has no unix socket")?;
        let relay = Self { socket, engine: PathBuf::from(engine), open: Arc::default(), swallowed };
        relay.open()?;
        Ok(relay)
    }

    /// Its address, as in `DOCKER_HOST`.
    pub(crate) fn host(&self) -> String {
        format!("unix://{}", self.socket.display())
    }

    /// Accepts connections, until [`Relay::cut`].
    pub(crate) fn open(&self) -> Result<()> {
        let listener = UnixListener::bind(&self.socket)?;
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = Some(Vec::new());
        let (open, engine, swallowed) = (Arc::clone(&self.open), self.engine.clone(), self.swallowed);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
                // Cut: the listener goes too, with this thread.
                let Some(connections) = open.as_mut() else { break };
                if let Ok(pair) = join(client, &engine, swallowed) {
                    connections.extend(pair);
                }
            }
        });
        Ok(())
    }

    /// Ends every connection and refuses new ones.
    pub(crate) fn cut(&self) -> Result<()> {
        let connections = self.open.lock().unwrap_or_else(PoisonError::into_inner).take();
        for connection in connections.into_iter().flatten() {
            let _ = connection.shutdown(Shutdown::Both);
        }
        // Wakes the listener, which then sees that it is cut.
        let _ = UnixStream::connect(&self.socket);
        Ok(std::fs::remove_file(&self.socket)?)
    }
}

/// Passes bytes both ways between a client and the engine; gives a handle on either connection.
fn join(client: UnixStream, engine: &Path, swallowed: Option<&'static str>) -> io::Result<[UnixStream; 2]> {
    let server = UnixStream::connect(engine)?;
    for (from, to, swallowed) in [
        (client.try_clone()?, server.try_clone()?, swallowed),
        (server.try_clone()?, client.try_clone()?, None),
    ] {
        thread::spawn(move || {
            let _ = pass(&from, &to, swallowed);
            let _ = to.shutdown(Shutdown::Write);
        });
    }
    Ok([client, server])
}

/// A client sends the head of a call in one piece, so a piece is where it is looked for.
fn pass(mut from: &UnixStream, mut to: &UnixStream, swallowed: Option<&str>) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let piece = match from.read(&mut buffer)? {
            0 => return Ok(()),
            read => &buffer[..read],
        };
        if swallowed.is_some_and(|call| String::from_utf8_lossy(piece).contains(call)) {
            io::copy(&mut from, &mut io::sink())?;
            return Ok(());
        }
        to.write_all(piece)?;
    }
}
