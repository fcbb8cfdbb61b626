//! A tree of segments, for groups that may get in each other's way.
//!
//! A node is written behind its children, and those behind each other in the order of precedence: so of two lists of one
//! tree the one that stands first in the text is the one that outranks the other.

use std::collections::BTreeMap;

use crate::constraint::Constraint;
use crate::path::{End, Pattern, PatternShape, Segment};
use crate::table::Rule;
use crate::table::format::{LAST, LEADS, MARKS, node as flag, open};
use crate::table::rules::RulesOfGroup;
use crate::table::text::{Hash, SMALL, WIDE, digits};

use super::writer::{Piece, Place, Record, Unknown, Writer, flags, stored};

/// A tree as it is written into a table.
#[derive(Debug)]
pub(super) struct TreePiece {
    pub(super) piece: Piece,
    pub(super) root: usize,
}

/// A point that several templates reach with the same segments.
#[derive(Default)]
struct Node<'r> {
    literals: BTreeMap<&'r str, Self>,
    /// In the order of precedence, each with one of the segments that have this shape.
    patterns: BTreeMap<PatternShape, (&'r Pattern, Self)>,
    exact: Vec<Numbered<'r>>,
    rest: Vec<Numbered<'r>>,
    prefix: Vec<Numbered<'r>>,
    /// The first by name of the groups whose base this is, and where it stands.
    scope: Option<(&'r str, Place)>,
}

/// A rule with the number of its group here, and its own in the group.
type Numbered<'r> = (usize, usize, &'r Rule);

impl TreePiece {
    /// The tree of these groups, each with the place of its scope in its own piece, below the first `depth` segments, which
    /// are all the same; it is found by the last of those. A rule in a list has `number` digits.
    pub(super) fn of(groups: &[(&RulesOfGroup, usize)], depth: usize, number: usize) -> Self {
        let mut tree = Node::default();
        for (index, (group, scope_place)) in groups.iter().enumerate() {
            let node = tree.at(below(group.scope.base().segments(), depth));
            let name = group.scope.name();
            if node.scope.is_none_or(|(known, _)| name < known) {
                node.scope = Some((name, Place::Of(index, *scope_place)));
            }
            for (number, rule) in group.rules.iter().enumerate() {
                tree.insert((index, number, rule), depth);
            }
        }
        let bases = groups.first().map_or(&[][..], |(group, _)| group.scope.base().segments());
        let last = depth.checked_sub(1).and_then(|last| bases.get(last)).and_then(literal);
        let mut writer = Writer::new();
        let root = tree.write(last, number, &mut writer);
        Self { root, piece: writer.finish() }
    }
}

fn literal(segment: &Segment) -> Option<&str> {
    match segment {
        Segment::Literal(literal) => Some(literal),
        Segment::Pattern(_) => None,
    }
}

/// What follows so many segments.
fn below(segments: &[Segment], depth: usize) -> &[Segment] {
    segments.get(depth..).unwrap_or_default()
}

impl<'r> Node<'r> {
    fn at(&mut self, segments: &'r [Segment]) -> &mut Self {
        let mut node = self;
        for segment in segments {
            node = match segment {
                Segment::Literal(literal) => node.literals.entry(literal).or_default(),
                Segment::Pattern(pattern) => {
                    let shape = PatternShape::from(pattern);
                    &mut node.patterns.entry(shape).or_insert_with(|| (pattern, Self::default())).1
                }
            };
        }
        node
    }

    fn insert(&mut self, numbered: Numbered<'r>, depth: usize) {
        let (_, _, rule) = numbered;
        let node = self.at(below(rule.path().segments(), depth));
        let rules = match rule.path().end() {
            End::Exact => &mut node.exact,
            End::Rest(_) => &mut node.rest,
            End::Prefix => &mut node.prefix,
        };
        let at = rules.partition_point(|(_, _, known)| known.rank(rule).is_le());
        rules.insert(at, numbered);
    }

    /// Whether it has nothing but rules that end here.
    fn is_leaf(&self) -> bool {
        let Self { literals, patterns, exact: _, rest, prefix, scope } = self;
        literals.is_empty() && patterns.is_empty() && rest.is_empty() && prefix.is_empty() && scope.is_none()
    }

    /// With the literal by which it is found, if it is.
    fn write(self, key: Option<&str>, number: usize, writer: &mut Writer) -> usize {
        let literals: Vec<_> = self
            .literals
            .into_iter()
            .map(|(literal, node)| (stored(literal), node.write(Some(literal), number, writer)))
            .collect();
        let (mut patterns, mut free, mut leaf) = (Vec::new(), None, Vec::new());
        for (segment, node) in self.patterns.into_values() {
            // What takes every segment is the last in the order of precedence.
            if !is_free(segment) {
                patterns.push((pattern(segment, writer), Place::Here(node.write(None, number, writer))));
            } else if node.is_leaf() {
                leaf = node.exact;
            } else {
                free = Some(node.write(None, number, writer));
            }
        }
        let at = writer.end();
        let mut record = keyed(key);
        if let Some((_, place)) = self.scope {
            record.number(0_u64, 1);
            record.place(place);
        }
        let ends = flags([(open::REST, !self.rest.is_empty()), (open::PREFIX, !self.prefix.is_empty())]);
        let has = flags([
            (flag::LITERALS, !literals.is_empty()),
            (flag::PATTERNS, !patterns.is_empty()),
            (flag::FREE, free.is_some()),
            (flag::LEAF, !leaf.is_empty()),
            (flag::EXACT, !self.exact.is_empty()),
            (flag::OPEN, ends != 0),
        ]);
        record.number(has, 1);
        if !literals.is_empty() {
            record.append(&map(literals, at.saturating_add(record.len())));
        }
        if !patterns.is_empty() {
            record.count(patterns.len());
            for (pattern, node) in patterns {
                record.place(pattern);
                record.place(node);
            }
        }
        if let Some(free) = free {
            record.count(at.saturating_add(record.len()).saturating_sub(free));
        }
        list(&leaf, number, &mut record);
        list(&self.exact, number, &mut record);
        if ends != 0 {
            record.number(ends, 1);
            list(&self.rest, number, &mut record);
            list(&self.prefix, number, &mut record);
        }
        writer.append(&record)
    }
}

fn keyed(key: Option<&str>) -> Record {
    let mut record = Record::default();
    if let Some(key) = key {
        record.text(key);
    }
    record
}

/// A point of a tree that leads to literal segments only, to be written at a place.
pub(super) fn crossing(key: Option<&str>, children: Vec<(String, usize)>, at: usize) -> Record {
    let mut record = keyed(key);
    record.number(flag::LITERALS, 1);
    record.append(&map(children, at.saturating_add(record.len())));
    record
}

/// Writes the rules of one path, if there are any.
fn list(rules: &[Numbered<'_>], digits: usize, record: &mut Record) {
    let mut before: Option<&Rule> = None;
    for (left, (group, number, rule)) in (0..rules.len()).rev().zip(rules) {
        let leads = before.is_none_or(|before| before.standing(rule).is_ne());
        let marks = flags([(LEADS, leads), (LAST, left == 0)]);
        record.number_from(number << MARKS | marks, digits, Unknown::Rules(*group));
        before = Some(rule);
    }
}

/// Places by the text that stands there, to be written at a place behind all of them.
pub(super) fn map(entries: Vec<(String, usize)>, at: usize) -> Record {
    let back = |place: usize| at.saturating_sub(place);
    let digits = digits(entries.iter().map(|(_, place)| back(*place)).max().unwrap_or_default());
    // A quarter of the slots stays empty, so that few are tried one by one.
    let mut slots = vec![0; entries.len().saturating_add(entries.len() / 3)];
    for (text, place) in entries {
        let empty = |slot: &usize| slots.get(*slot) == Some(&0);
        let slot = Hash::of(text.as_bytes()).slots(slots.len()).find(empty);
        if let Some(slot) = slot.and_then(|slot| slots.get_mut(slot)) {
            *slot = back(place);
        }
    }
    let mut record = Record::default();
    record.count(slots.len());
    record.number(digits, 1);
    for back in slots {
        record.number(back, digits);
    }
    record
}

/// Whether it takes a segment, whatever it is.
fn is_free(pattern: &Pattern) -> bool {
    let constrained = pattern.parameters().iter().any(|parameter| parameter.constraint().is_some());
    !constrained && pattern.literals().all(str::is_empty)
}

/// Writes a segment with parameters.
pub(super) fn pattern(pattern: &Pattern, writer: &mut Writer) -> Place {
    let mut record = Record::default();
    let is_free = is_free(pattern);
    record.number(u64::from(is_free), 1);
    if !is_free {
        record.text(pattern.head());
        record.number(pattern.parameters().len(), SMALL);
        for parameter in pattern.parameters() {
            let constraint = parameter.constraint().map(|it| constraint(it, writer));
            record.place(constraint.unwrap_or_default());
            record.text(parameter.tail());
        }
    }
    Place::Here(writer.once(record))
}

fn constraint(constraint: &Constraint, writer: &mut Writer) -> Place {
    let mut record = Record::default();
    match constraint {
        Constraint::OneOf(texts) => {
            record.number(0_u64, 1);
            record.count(texts.len());
            for text in texts {
                record.text(text);
            }
        }
        Constraint::Uuid => record.number(1_u64, 1),
        Constraint::Date => record.number(2_u64, 1),
        Constraint::Uint => record.number(3_u64, 1),
        Constraint::Int => record.number(4_u64, 1),
        Constraint::Slug => record.number(5_u64, 1),
        Constraint::Len { min, max } => {
            record.number(6_u64, 1);
            record.number(*min, WIDE);
            record.number(*max, WIDE);
        }
    }
    Place::Here(writer.once(record))
}
