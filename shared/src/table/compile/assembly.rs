//! Putting a table together: pieces one behind the other, each number that was not known put right.

use super::writer::{Piece, Record, Unknown};
use crate::table::format::HEAD;
use crate::table::text::add_number;

/// The text so far.
pub(super) struct Assembly {
    text: String,
    overflows: bool,
}

impl Assembly {
    pub(super) fn new() -> Self {
        Self { text: "A".repeat(HEAD), overflows: false }
    }

    /// Appends a piece, and tells where it is.
    pub(super) fn piece(&mut self, piece: &Piece, value: impl Fn(Unknown) -> usize) -> usize {
        let place = self.text.len();
        // Digits are ASCII, and so is all of a table.
        let mut text = piece.text.clone().into_bytes();
        self.overflows |= piece.overflows;
        for fix in &piece.fixes {
            let value = if fix.unknown == Unknown::Piece { place } else { value(fix.unknown) };
            let digits = fix.at..fix.at.saturating_add(fix.unknown.width());
            let added = text.get_mut(digits).and_then(|digits| add_number(digits, value));
            self.overflows |= added.is_none();
        }
        match String::from_utf8(text) {
            Ok(text) => self.text.push_str(&text),
            Err(_) => self.overflows = true,
        }
        place
    }

    /// Appends a record in which all is known, and tells where it is.
    pub(super) fn record(&mut self, record: &Record) -> usize {
        let place = self.text.len();
        match record.known() {
            Some(text) => self.text.push_str(text),
            None => self.overflows = true,
        }
        place
    }

    /// The whole text with `head` in front, made from what stands behind it; `None` if a number did not fit.
    pub(super) fn finish(mut self, head: impl FnOnce(&str) -> Record) -> Option<String> {
        let head = head(self.text.get(HEAD..)?);
        let head = head.known().filter(|head| head.len() == HEAD && !self.overflows)?;
        self.text.replace_range(..HEAD, head);
        Some(self.text)
    }
}
