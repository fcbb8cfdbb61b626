//! A text that is drawn again and again in one place.
//!
//! On a terminal it has a screen of its own, which goes away with it and leaves what was there before. Elsewhere each
//! drawing follows the one before it.

use std::io::{self, Write as _};

use super::Report;

/// The alternate screen (xterm 1049) without a cursor, and back.
const ENTER: &str = "\x1b[?1049h\x1b[?25l";
const LEAVE: &str = "\x1b[?25h\x1b[?1049l";
/// To the first cell.
const HOME: &str = "\x1b[H";
/// Away with the rest of a line, and with the lines below.
const REST_OF_LINE: &str = "\x1b[K";
const REST_OF_SCREEN: &str = "\x1b[J";

/// A place to draw in.
#[derive(Debug)]
pub struct Screen {
    report: Report,
    drawn: bool,
}

impl Report {
    /// Begins to draw.
    pub fn screen(self) -> Screen {
        Screen { report: self, drawn: false }
    }
}

impl Screen {
    /// Draws in the place of what was drawn before.
    pub fn draw(&mut self, text: &str) {
        if self.report.is_terminal() {
            // Written over and not cleared first, so that nothing flickers.
            let lines = text.replace('\n', &format!("{REST_OF_LINE}\n"));
            let begin = if self.drawn { "" } else { ENTER };
            let mut out = io::stdout().lock();
            let _closed = write!(out, "{begin}{HOME}{lines}{REST_OF_LINE}\n{REST_OF_SCREEN}")
                .and_then(|()| out.flush());
        } else {
            self.report.result(&if self.drawn { format!("\n{text}") } else { text.to_owned() });
        }
        self.drawn = true;
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if self.drawn && self.report.is_terminal() {
            let mut out = io::stdout().lock();
            let _closed = write!(out, "{LEAVE}").and_then(|()| out.flush());
        }
    }
}
