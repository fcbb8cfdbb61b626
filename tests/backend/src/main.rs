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

use std::env;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::process;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use signal_hook::consts::TERM_SIGNALS;
use signal_hook::flag::register_conditional_shutdown;

/// The port that the backend listens on, in every container.
const PORT: u16 = 8080;

/// The variables that make it behave badly, for trials of what swarm does then: it ends by itself after so many
/// milliseconds, with this status, and it ends only when it is killed.
const LIFE: &str = "BACKEND_LIFE_MS";
const EXIT_CODE: &str = "BACKEND_EXIT_CODE";
const IGNORE_TERM: &str = "BACKEND_IGNORE_TERM";

/// The variable with the address to listen on, where that is not every address: beside other backends on one machine.
const ADDRESS: &str = "BACKEND_ADDRESS";

/// The argument with which it asks the one that listens whether it does: a health check, for an image without a shell.
const HEALTH: &str = "health";

fn main() -> io::Result<()> {
    let address = env::var(ADDRESS).unwrap_or_else(|_| "0.0.0.0".to_owned());
    if env::args().nth(1).as_deref() == Some(HEALTH) {
        // To the unspecified address means to this host.
        return TcpStream::connect((address.as_str(), PORT)).map(drop);
    }
    let number = |name: &str| env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    if let Some(life) = number(LIFE) {
        let code = number(EXIT_CODE).and_then(|code| i32::try_from(code).ok()).unwrap_or_default();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(life));
            process::exit(code);
        });
    }
    // The kernel drops a signal for which process 1 has no handler: without this, every removal of a service
    // would wait out the engine's stop grace period of ten seconds.
    let obeys = env::var_os(IGNORE_TERM).is_none();
    for signal in TERM_SIGNALS {
        register_conditional_shutdown(*signal, 0, Arc::new(AtomicBool::new(obeys)))?;
    }
    let listener = TcpListener::bind((address.as_str(), PORT))?;
    let service: Arc<str> = env::var("SERVICE").unwrap_or_default().into();
    for stream in listener.incoming().flatten() {
        let service = Arc::clone(&service);
        // A connection that breaks is the peer's business; the next one must still be served.
        thread::spawn(move || connection::serve(stream, &service).ok());
    }
    Ok(())
}
