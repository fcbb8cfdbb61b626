//! A connection to an engine that can be cut, and that can break off in the middle of an answer.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// What happens to the connections.
#[derive(Default)]
struct State {
    cut: AtomicBool,
    /// So many bytes of what the engine says come through on a connection; 0 for all.
    limit: AtomicUsize,
    open: Mutex<Vec<TcpStream>>,
}

/// Listens for as long as the test runs.
pub(crate) struct Relay {
    pub(crate) host: String,
    state: Arc<State>,
}

impl Relay {
    /// In front of `tcp://…`.
    pub(crate) fn before(engine: &str) -> Self {
        let engine: SocketAddr = engine.strip_prefix("tcp://").unwrap().parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = format!("tcp://{}", listener.local_addr().unwrap());
        let state = Arc::<State>::default();
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if shared.cut.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(server) = TcpStream::connect(engine) else { continue };
                shared
                    .open
                    .lock()
                    .unwrap()
                    .extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
                let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                thread::spawn(move || pump(from, to, None));
                let shared = Arc::clone(&shared);
                thread::spawn(move || pump(server, client, Some(&shared)));
            }
        });
        Self { host, state }
    }

    /// Ends all connections and takes no more.
    pub(crate) fn cut(&self) {
        self.state.cut.store(true, Ordering::SeqCst);
        self.end_all();
    }

    /// Takes connections again.
    pub(crate) fn open(&self) {
        self.state.cut.store(false, Ordering::SeqCst);
        self.state.limit.store(0, Ordering::SeqCst);
    }

    /// From now on every connection breaks off after so many bytes from the engine.
    pub(crate) fn break_off_after(&self, bytes: usize) {
        self.state.limit.store(bytes, Ordering::SeqCst);
        self.end_all();
    }

    /// Ends all connections; new ones are welcome.
    pub(crate) fn end_all(&self) {
        for stream in self.state.open.lock().unwrap().drain(..) {
            let _gone = stream.shutdown(Shutdown::Both);
        }
    }
}

fn pump(mut from: TcpStream, mut to: TcpStream, state: Option<&State>) {
    let (mut buffer, mut passed) = ([0_u8; 8192], 0);
    while let Ok(read) = from.read(&mut buffer) {
        let limit = state.map_or(0, |state| state.limit.load(Ordering::SeqCst));
        let allowed = if limit == 0 { read } else { read.min(limit.saturating_sub(passed)) };
        if read == 0 || to.write_all(&buffer[..allowed]).is_err() || allowed < read {
            break;
        }
        passed += read;
    }
    let _gone = (to.shutdown(Shutdown::Both), from.shutdown(Shutdown::Both));
}
