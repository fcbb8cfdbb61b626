//! Long lists, read while they arrive: each entry is taken out of the answer as soon as it is whole, so that little is left to
//! do when the engine has sent the last one, and the text of the answer is never held as a whole.

use serde::de::DeserializeOwned;

/// An answer that is an array, of which the beginning may have arrived.
pub(super) struct Entries<T> {
    /// What has arrived and is not read yet.
    rest: Vec<u8>,
    found: Vec<T>,
    place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nothing of the array has been read.
    Before,
    /// The first entry or the end comes next.
    Begun,
    /// An entry comes next.
    Comma,
    /// A comma or the end comes next.
    Entry,
    /// The array is over. Go's encoder ends the answer with a line break.
    After,
}

impl<T: DeserializeOwned> Entries<T> {
    pub(super) const fn new() -> Self {
        Self { rest: Vec::new(), found: Vec::new(), place: Place::Before }
    }

    /// Takes what has arrived, and reads the entries that are whole.
    pub(super) fn take(&mut self, arrived: &[u8]) -> Result<(), serde_json::Error> {
        self.rest.extend_from_slice(arrived);
        let mut read = 0;
        while let Some(begin) = self.rest.iter().skip(read).position(|byte| !byte.is_ascii_whitespace()) {
            let at = read + begin;
            let rest = self.rest.get(at..).unwrap_or_default();
            match (self.place, rest.first()) {
                (Place::Before, Some(b'[')) => (self.place, read) = (Place::Begun, at + 1),
                (Place::Begun | Place::Entry, Some(b']')) => (self.place, read) = (Place::After, at + 1),
                (Place::Entry, Some(b',')) => (self.place, read) = (Place::Comma, at + 1),
                (Place::Begun | Place::Comma, _) => {
                    let mut entries = serde_json::Deserializer::from_slice(rest).into_iter::<T>();
                    let entry = match entries.next() {
                        Some(Ok(entry)) => entry,
                        Some(Err(error)) if !error.is_eof() => return Err(error),
                        _ => break,
                    };
                    // More of a number may be to come. Something follows each entry.
                    if entries.byte_offset() == rest.len() {
                        break;
                    }
                    self.found.push(entry);
                    (self.place, read) = (Place::Entry, at + entries.byte_offset());
                }
                // An engine without any says `null`; what is wrong is told at the end.
                (Place::Before | Place::Entry | Place::After, _) => break,
            }
        }
        self.rest.drain(..read);
        Ok(())
    }

    /// The entries, once all has arrived.
    pub(super) fn end(self) -> Result<Vec<T>, serde_json::Error> {
        if self.place == Place::After && self.rest.iter().all(u8::is_ascii_whitespace) {
            return Ok(self.found);
        }
        // What stands in the place of the first of these has been read; what is left cannot be right behind it.
        let read: &[u8] = match self.place {
            Place::Before => b"",
            Place::Begun => b"[",
            Place::Comma => b"[null,",
            Place::Entry => b"[null",
            Place::After => b"[]",
        };
        let text = [read, &self.rest].concat();
        serde_json::from_slice::<Option<Vec<Option<T>>>>(&text)
            .map(|entries| entries.into_iter().flatten().flatten().collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn read(text: &[u8], pieces: usize) -> Result<Vec<Value>, String> {
        let mut entries = Entries::new();
        for piece in text.chunks(pieces) {
            entries.take(piece).map_err(|error| error.to_string())?;
        }
        entries.end().map_err(|error| error.to_string())
    }

    proptest! {
        #[test]
        fn an_answer_in_pieces_is_what_it_is_as_a_whole(
            texts in prop::collection::vec("[\\[\\]{},:\"\\\\a-c é\n]{0,9}", 0..6),
            pieces in 1_usize..40,
            pretty: bool,
        ) {
            let whole = json!(texts.iter().enumerate().map(|(index, text)| json!({ text: [index, { "x": text }, null] })).collect::<Vec<_>>());
            let text = if pretty { serde_json::to_string_pretty(&whole).unwrap() } else { whole.to_string() + "\n" };
            prop_assert_eq!(json!(read(text.as_bytes(), pieces).unwrap()), whole);
        }

        #[test]
        fn what_is_no_array_is_refused_like_every_wrong_answer(text in "[\\[\\]{},:1a\"]{1,8}", pieces in 1_usize..9) {
            let whole = serde_json::from_str::<Vec<Value>>(&text);
            prop_assert_eq!(read(text.as_bytes(), pieces).ok(), whole.ok());
        }
    }

    #[test]
    fn none_is_an_empty_list_and_half_an_answer_is_none() {
        assert_eq!(read(b"null\n", 3), Ok(Vec::new()));
        assert_eq!(read(b"[]", 1), Ok(Vec::new()));
        for wrong in ["", "[", "[1", "[1,", r#"[{"a":"#, "[1] 2", "{}"] {
            assert!(read(wrong.as_bytes(), 2).is_err(), "{wrong}");
        }
    }
}
