//! The parts of which a route is made: conditions, types, changes to headers, texts with parameters.

use std::collections::{BTreeMap, BTreeSet};

use crate::action::{Caching, Filled};
use crate::auth::Demand;
use crate::condition::{Asks, Test};
use crate::header_change::{HeaderChange, HeaderChanges};
use crate::life::Life;
use crate::media::MediaTypes;
use crate::path::{End, ParamName, PathTemplate, Segment};
use crate::rewrite::{Keep, Part, QueryRewrite, Rewrite};
use crate::table::text::SMALL;

use super::tree::pattern;
use super::writer::{Place, Record, Writer};

pub(super) fn conditions<'r, N: AsRef<str> + 'r>(tests: &'r BTreeMap<N, Test>) -> Option<Record> {
    let mut record = Record::default();
    record.count(tests.len());
    for (name, test) in tests {
        record.text(name.as_ref());
        match test.asks() {
            Asks::Equals(text) => {
                record.number(0_u64, 1);
                record.text(text);
            }
            Asks::Present => record.number(1_u64, 1),
            Asks::Absent => record.number(2_u64, 1),
        }
    }
    (!tests.is_empty()).then_some(record)
}

pub(super) fn media(types: &MediaTypes, writer: &mut Writer) -> Option<Record> {
    let places: Vec<_> = types
        .iter()
        .map(|range| {
            let mut record = Record::default();
            record.text(&range.to_string());
            Place::Here(writer.once(record))
        })
        .collect();
    let mut record = Record::default();
    record.count(places.len());
    for place in &places {
        record.place(*place);
    }
    (!places.is_empty()).then_some(record)
}

pub(super) fn changes(changes: &HeaderChanges) -> Option<Record> {
    lines(&changes.steps().collect::<Vec<_>>())
}

pub(super) fn life(life: &Life) -> Option<Record> {
    let headers: Vec<(&str, String)> = life.headers().collect();
    lines(&headers.iter().map(|(name, value)| HeaderChange::Add(name, value)).collect::<Vec<_>>())
}

fn lines(changes: &[HeaderChange<'_>]) -> Option<Record> {
    let mut record = Record::default();
    record.count(changes.len());
    for change in changes {
        let (kind, name, value) = match change {
            HeaderChange::Remove(name) => (0_u64, name, None),
            HeaderChange::Set(name, value) => (1, name, Some(value)),
            HeaderChange::Add(name, value) => (2, name, Some(value)),
        };
        record.number(kind, 1);
        record.text(name);
        if let Some(value) = value {
            record.text(value);
        }
    }
    (!changes.is_empty()).then_some(record)
}

pub(super) fn access(demand: &Demand) -> Record {
    let mut record = Record::default();
    for words in [&demand.permissions, &demand.scopes] {
        record.count(words.len());
        for word in words {
            record.text(word.as_str());
        }
    }
    record
}

pub(super) fn cache(cache: &Caching) -> Option<Record> {
    let mut record = Record::default();
    record.number(u64::from(cache.control.is_some()) | u64::from(cache.weak_etag) << 1, 1);
    if let Some(control) = &cache.control {
        record.text(control.as_str());
    }
    cache.is_needed().then_some(record)
}

pub(super) fn rewrite(rewrite: &Rewrite, path: &PathTemplate, writer: &mut Writer) -> Record {
    let mut record = Record::default();
    record.number(u64::from(matches!(rewrite, Rewrite::Prefix(_))), 1);
    record.number(path.segments().len(), SMALL);
    let (Rewrite::Path(text) | Rewrite::Prefix(text)) = rewrite;
    pieces(text.pieces(), path, &mut record, writer);
    record
}

pub(super) fn filled(filled: &Filled, path: &PathTemplate, record: &mut Record, writer: &mut Writer) {
    pieces(filled.pieces(), path, record, writer);
}

/// Each piece, a parameter with where its text stands in the path.
fn pieces<'r>(
    pieces: impl Iterator<Item = Part<'r>>,
    path: &PathTemplate,
    record: &mut Record,
    writer: &mut Writer,
) {
    let pieces: Vec<Part<'_>> = pieces.collect();
    record.count(pieces.len());
    for piece in pieces {
        match piece {
            Part::Literal(text) => {
                record.number(0_u64, 1);
                record.text(text);
            }
            Part::Parameter(name) => parameter(name, path, record, writer),
        }
    }
}

fn parameter(name: &ParamName, path: &PathTemplate, record: &mut Record, writer: &mut Writer) {
    for (index, segment) in path.segments().iter().enumerate() {
        let Segment::Pattern(it) = segment else { continue };
        if let Some(part) = it.parameters().iter().position(|parameter| parameter.name() == name) {
            record.number(1_u64, 1);
            record.number(index, SMALL);
            record.place(pattern(it, writer));
            record.number(part, SMALL);
            return;
        }
    }
    if matches!(path.end(), End::Rest(rest) if rest == name) {
        record.number(2_u64, 1);
        record.number(path.segments().len(), SMALL);
    } else {
        // No route is made with a parameter that is not in its path.
        record.number(3_u64, 1);
    }
}

pub(super) fn query_rewrite(rewrite: &QueryRewrite) -> Option<Record> {
    let mut record = Record::default();
    let none = BTreeSet::new();
    let (kind, names) = match &rewrite.keep {
        Keep::All => (0_u64, &none),
        Keep::AllBut(names) => (1, names),
        Keep::Only(names) => (2, names),
    };
    record.number(kind, 1);
    record.count(names.len());
    for name in names {
        record.text(name.as_str());
    }
    record.count(rewrite.set.len());
    for (name, value) in &rewrite.set {
        record.text(name.as_str());
        record.text(&QueryRewrite::pair(name, value));
    }
    (!rewrite.is_none()).then_some(record)
}
