//! How far a wait has come: one line that moves on a terminal, a line for each change elsewhere.

use std::io::{self, Write as _};

use super::Report;

/// A wait that is under way.
#[derive(Debug)]
pub struct Progress {
    report: Report,
    quiet: bool,
    last: String,
}

impl Report {
    /// Begins to show a wait. A quiet one says only what went wrong.
    pub fn progress(self, quiet: bool) -> Progress {
        Progress { report: self, quiet, last: String::new() }
    }
}

impl Progress {
    /// Says where things stand. The same line twice is said once.
    pub fn show(&mut self, line: &str) {
        if self.quiet || self.last == line {
            return;
        }
        if self.report.is_terminal() {
            // Back to the first column, and the old line away.
            let mut out = io::stdout().lock();
            let _closed = write!(out, "\r\x1b[2K{line}").and_then(|()| out.flush());
        } else {
            self.report.result(line);
        }
        line.clone_into(&mut self.last);
    }

    /// Says something that stays, beside the moving line.
    pub fn note(&mut self, line: &str) {
        self.end();
        self.report.note(line);
        self.last.clear();
    }

    /// Says something of the result that stays, in the place of the moving line.
    pub fn note_result(&mut self, line: &str) {
        if self.report.is_terminal() && !self.last.is_empty() {
            let mut out = io::stdout().lock();
            let _closed = write!(out, "\r\x1b[2K").and_then(|()| out.flush());
        }
        self.report.result(line);
        self.last.clear();
    }

    /// Whether this line is another one than the last. From then on it is the last one.
    pub fn is_new(&mut self, line: &str) -> bool {
        let new = self.last != line;
        line.clone_into(&mut self.last);
        new
    }

    /// Leaves the last line where it is.
    pub fn end(&mut self) {
        if self.report.is_terminal() && !self.last.is_empty() {
            self.report.result("");
        }
    }
}
