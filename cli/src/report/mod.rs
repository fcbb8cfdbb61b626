//! The only place that prints.
//!
//! Results and progress go to stdout, everything else to stderr, as docker does. A reader that goes away (`| head`)
//! is not an error; a result that could not be written for another reason (a full disk) is one, at the end of the command.

mod account;
mod advise;
mod budget;
mod budget_json;
mod check;
mod create;
mod doctor;
mod explain;
mod formatted;
mod gateway;
mod lint;
mod look;
mod map;
mod network;
mod openapi;
mod plan;
mod progress;
mod provider;
mod publish;
mod routes;
mod screen;
mod tab_writer;
mod table;
mod update;

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::OnceLock;

pub use budget::notes as budget_notes;
pub use budget_json::{account as account_json, kind_name};
pub use doctor::Diagnosis;
pub use formatted::{Entries, text_by};
pub use gateway::{GatewayPart, GatewayState, Refused, Served, Trouble};
pub use network::Road;
pub use progress::{Progress, Row as ProgressRow};
pub use routes::{answered_by_traefik, explanation_value, routes_value};
pub use screen::Screen;

use crate::error::Error;

/// The first failure to write to stdout. A process has one stdout.
static LOST: OnceLock<io::Error> = OnceLock::new();

/// Where a command says what it has to say.
#[derive(Debug, Clone, Copy)]
pub struct Report {
    terminal: bool,
}

impl Report {
    /// On this process's stdout and stderr.
    pub fn new() -> Self {
        Self { terminal: io::stdout().is_terminal() }
    }

    /// Whether stdout is a terminal: then progress may move, elsewhere it is lines.
    pub fn is_terminal(self) -> bool {
        self.terminal
    }

    /// A line, or several, of the result.
    pub fn result(self, text: &str) {
        let mut out = io::stdout().lock();
        kept(writeln!(out, "{text}").and_then(|()| out.flush()));
    }

    /// Whether nobody reads stdout any more.
    pub fn is_unread(self) -> bool {
        LOST.get().is_some()
    }

    /// Why a result could not be written, unless its reader went away.
    pub fn lost(self) -> Option<&'static io::Error> {
        LOST.get().filter(|error| error.kind() != ErrorKind::BrokenPipe)
    }

    /// A result with its own line ends, byte for byte.
    pub fn raw(self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// A result that is no text.
    pub fn bytes(self, bytes: &[u8]) {
        let mut out = io::stdout().lock();
        kept(out.write_all(bytes).and_then(|()| out.flush()));
    }

    /// Something that the user should know and that is no result.
    pub fn note(self, text: &str) {
        // Nobody is left to tell when the stream is closed.
        let _closed = writeln!(io::stderr().lock(), "{text}");
    }

    /// A question that is answered on the same line.
    pub fn question(self, text: &str) {
        let mut stream = io::stdout().lock();
        let _closed = write!(stream, "{text} [y/N] ").and_then(|()| stream.flush());
    }

    /// Something that may go wrong later.
    pub fn warning(self, text: &str) {
        self.note(&format!("warning: {text}"));
    }

    /// What a command ends with when it cannot do its work.
    pub fn error(self, error: &Error) {
        self.note(&error.message());
        for hint in error.hints() {
            self.note(&format!("hint: {hint}"));
        }
    }

    /// JSON, indented for people: programs do not mind.
    pub fn json(self, value: &serde_json::Value) {
        self.result(&format!("{value:#}"));
    }
}

impl Default for Report {
    fn default() -> Self {
        Self::new()
    }
}

/// Remembers what went wrong with stdout.
fn kept(written: io::Result<()>) {
    if let Err(error) = written {
        let _the_first_counts = LOST.set(error);
    }
}
