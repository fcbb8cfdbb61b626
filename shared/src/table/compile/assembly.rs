//! Putting a table together: pieces one behind the other, each number that was not known put right.

use super::writer::{Piece, Record, Unknown};
use crate::table::format::HEAD;
use crate::table::text::add_number;

/// The text so far.
pub(super) struct Assembly {
    /// ASCII, as all of a table is.
    text: Vec<u8>,
    overflows: bool,
}

impl Assembly {
    pub(super) fn new() -> Self {
        Self { text: vec![b'A'; HEAD], overflows: false }
    }

    /// Appends a piece, and tells where it is.
    pub(super) fn piece(&mut self, piece: &Piece, value: impl Fn(Unknown) -> usize) -> usize {
        let place = self.text.len();
        self.text.extend_from_slice(piece.text.as_bytes());
        self.overflows |= piece.overflows;
        for fix in &piece.fixes {
            let value = if fix.unknown == Unknown::Piece { place } else { value(fix.unknown) };
            let at = place.saturating_add(fix.at);
            let digits = self.text.get_mut(at..at.saturating_add(fix.width));
            let added = digits.and_then(|digits| add_number(digits, value));
            self.overflows |= added.is_none();
        }
        place
    }

    /// Where the next record will be.
    pub(super) fn end(&self) -> usize {
        self.text.len()
    }

    /// Appends a record in which all is known, and tells where it is.
    pub(super) fn record(&mut self, record: &Record) -> usize {
        let place = self.text.len();
        match record.known() {
            Some(text) => self.text.extend_from_slice(text.as_bytes()),
            None => self.overflows = true,
        }
        place
    }

    /// The whole text with `head` in front, made from what stands behind it; `None` if a number did not fit.
    pub(super) fn finish(mut self, head: impl FnOnce(&[u8]) -> Record) -> Option<String> {
        let head = head(self.text.get(HEAD..)?);
        let head = head.known().filter(|head| head.len() == HEAD && !self.overflows)?;
        self.text.get_mut(..HEAD)?.copy_from_slice(head.as_bytes());
        String::from_utf8(self.text).ok()
    }
}
