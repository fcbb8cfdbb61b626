//! Asking the user on the terminal.

use std::io::{self, BufRead as _, IsTerminal as _};

use super::NetworkError;
use crate::report::Report;

/// Asks a question that `y` agrees to.
pub(in crate::commands) fn agree(question: &str, report: Report) -> Result<(), NetworkError> {
    if !io::stdin().is_terminal() || !report.is_terminal() {
        return Err(NetworkError::CannotAsk);
    }
    report.question(question);
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    let agreed = read.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes");
    if agreed { Ok(()) } else { Err(NetworkError::NotConfirmed) }
}
