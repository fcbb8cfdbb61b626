//! The backend behind every route of the demo and of the end-to-end tests.
//!
//! It answers every request with a JSON document that tells what reached it, so that a test can see which
//! service was chosen, how the target was rewritten and which headers came through. It runs as process 1 of a
//! container without a C library and without a shell, so it is built as one static binary.
//!
//! It must not know anything of groups, routes or labels: what it says is the witness against which those are
//! judged.

mod connection;
mod echo;
mod request;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;

use signal_hook::consts::TERM_SIGNALS;
use signal_hook::flag::register_conditional_shutdown;

/// The port that the backend listens on, in every container.
const PORT: u16 = 8080;

fn main() -> io::Result<()> {
    // The kernel drops a signal for which process 1 has no handler: without this, every removal of a service
    // would wait out the engine's stop grace period of ten seconds.
    for signal in TERM_SIGNALS {
        register_conditional_shutdown(*signal, 0, Arc::new(AtomicBool::new(true)))?;
    }
    let listener = TcpListener::bind(("0.0.0.0", PORT))?;
    let service: Arc<str> = std::env::var("SERVICE").unwrap_or_default().into();
    for stream in listener.incoming().flatten() {
        let service = Arc::clone(&service);
        // A connection that breaks is the peer's business; the next one must still be served.
        thread::spawn(move || connection::serve(stream, &service).ok());
    }
    Ok(())
}
