//! The piece of a group: what all its rules share, and what each asks and makes of a request.

use crate::table::format::BITS;
use crate::table::rules::RulesOfGroup;

use super::writer::{Piece, Place, Record, Writer};
use super::{route, scope};

/// The methods of a table, sorted, each with its bit.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Methods(pub(super) Vec<String>);

/// A group as it is written into a table.
#[derive(Debug)]
pub(super) struct GroupPiece {
    pub(super) piece: Piece,
    pub(super) scope: usize,
    /// Where the route of each of its rules is.
    pub(super) routes: Vec<usize>,
}

impl GroupPiece {
    pub(super) fn of(group: &RulesOfGroup, methods: &Methods) -> Self {
        let mut writer = Writer::new();
        let scope = scope::write(&group.scope, &mut writer);
        let route = |rule| route::write(rule, Place::Here(scope), methods, &mut writer);
        let routes = group.rules.iter().map(route).collect();
        Self { piece: writer.finish(), scope, routes }
    }
}

impl Methods {
    pub(super) fn bit(&self, method: &str) -> usize {
        self.0.binary_search_by_key(&method, String::as_str).unwrap_or_default()
    }

    /// Digits of a set.
    pub(super) fn width(&self) -> usize {
        self.0.len().div_ceil(BITS)
    }

    /// Writes a set; none of them for any.
    pub(super) fn write(&self, set: &crate::method::Methods, record: &mut Record) {
        let mut digits = vec![0_usize; self.width()];
        for method in set.iter() {
            let bit = self.bit(method.as_str());
            if let Some(digit) = digits.get_mut(bit / BITS) {
                *digit |= 1 << (bit % BITS);
            }
        }
        for digit in digits {
            record.number(digit, 1);
        }
    }

    pub(super) fn record(&self) -> Record {
        let mut record = Record::default();
        record.count(self.0.len());
        for method in &self.0 {
            record.text(method);
        }
        record
    }
}
