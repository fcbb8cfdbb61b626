//! Writing the pieces of a table: records, each once however often it is needed, and where something is to be added to them
//! once their piece has its place.

use std::collections::BTreeMap;

use crate::table::text::{MANY, NUMBER, PLACE, push_number, push_stored};

/// Where a record is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Place {
    #[default]
    Nowhere,
    /// In the piece that names it.
    Here(usize),
    /// In the piece of a group, counted among those that the piece which names it is made of.
    Of(usize, usize),
    /// In the table.
    At(usize),
}

/// What has to be added to a number when the table is put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unknown {
    /// The place of the piece.
    Piece,
    /// The place of the piece of a group.
    Group(usize),
    /// The number of the first rule of a group.
    Rules(usize),
    /// The number of the group among all by name.
    Rank,
}

/// A number to which something has to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fix {
    pub(super) at: usize,
    /// Digits of the number.
    pub(super) width: usize,
    pub(super) unknown: Unknown,
}

/// One record, before it has a place.
#[derive(Debug, Default)]
pub(super) struct Record {
    text: String,
    fixes: Vec<Fix>,
    /// Whether a number did not fit.
    overflows: bool,
}

/// Records one behind the other. None of them is at place 0.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) fixes: Vec<Fix>,
    pub(super) overflows: bool,
}

/// A piece that is being written.
#[derive(Debug)]
pub(super) struct Writer {
    piece: Piece,
    /// Alike is what has the same text and is fixed alike: a text of somebody may look like a place.
    known: BTreeMap<(String, Vec<Fix>), usize>,
}

impl Record {
    /// A number with `width` digits.
    pub(super) fn number(&mut self, value: impl TryInto<u64>, width: usize) {
        let written = value.try_into().ok().and_then(|value| push_number(&mut self.text, value, width));
        self.overflows |= written.is_none();
    }

    pub(super) fn place(&mut self, place: Place) {
        match place {
            Place::Nowhere => self.number(0_u64, PLACE),
            Place::At(at) => self.number(at, PLACE),
            Place::Here(at) => self.number_from(at, PLACE, Unknown::Piece),
            Place::Of(group, at) => self.number_from(at, PLACE, Unknown::Group(group)),
        }
    }

    /// How many there are.
    pub(super) fn count(&mut self, count: usize) {
        if count < MANY {
            self.number(count, 1);
        } else {
            self.number(MANY, 1);
            self.number(count, NUMBER);
        }
    }

    /// A number with `width` digits to which something has to be added.
    pub(super) fn number_from(&mut self, number: usize, width: usize, unknown: Unknown) {
        self.fixes.push(Fix { at: self.text.len(), width, unknown });
        self.number(number, width);
    }

    /// A text behind its length.
    pub(super) fn text(&mut self, text: &str) {
        let stored = stored(text);
        self.count(stored.len());
        self.text.push_str(&stored);
    }

    /// What is written as it stands.
    pub(super) fn word(&mut self, word: &str) {
        self.text.push_str(word);
    }

    /// What another record holds.
    pub(super) fn append(&mut self, other: &Self) {
        self.fixes.extend(moved(&other.fixes, self.text.len()));
        self.text.push_str(&other.text);
        self.overflows |= other.overflows;
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Its text, if it is known and every number did fit.
    pub(super) fn known(&self) -> Option<&str> {
        (self.fixes.is_empty() && !self.overflows).then_some(&self.text)
    }
}

impl Writer {
    pub(super) fn new() -> Self {
        let piece = Piece { text: "A".to_owned(), fixes: Vec::new(), overflows: false };
        Self { piece, known: BTreeMap::new() }
    }

    /// Writes a record, unless one like it is there, and tells where it is.
    pub(super) fn once(&mut self, record: Record) -> usize {
        let Record { text, fixes, .. } = &record;
        if let Some(place) = self.known.get(&(text.clone(), fixes.clone())) {
            return *place;
        }
        let place = self.append(&record);
        self.known.insert((record.text, record.fixes), place);
        place
    }

    /// Writes a record behind all others.
    pub(super) fn append(&mut self, record: &Record) -> usize {
        let piece = &mut self.piece;
        let place = piece.text.len();
        piece.overflows |= record.overflows;
        piece.fixes.extend(moved(&record.fixes, place));
        piece.text.push_str(&record.text);
        place
    }

    /// Where the next record will be.
    pub(super) fn end(&self) -> usize {
        self.piece.text.len()
    }

    pub(super) fn finish(self) -> Piece {
        self.piece
    }
}

fn moved(fixes: &[Fix], by: usize) -> impl Iterator<Item = Fix> {
    fixes.iter().map(move |fix| Fix { at: fix.at.saturating_add(by), ..*fix })
}

/// The flags that hold, in one number.
pub(super) fn flags<const N: usize>(all: [(usize, bool); N]) -> usize {
    all.into_iter().filter(|(_, holds)| *holds).fold(0, |all, (flag, _)| all | flag)
}

/// A text as a table has it.
pub(super) fn stored(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    text.bytes().for_each(|byte| push_stored(&mut bytes, byte));
    String::from_utf8(bytes).unwrap_or_default()
}
