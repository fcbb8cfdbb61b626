//! Branches: the routes whose paths begin alike, below a router of their own.
//!
//! Traefik tries the routers of a list one after another, so that a request for the last of many waits for all of them. A
//! branch takes every request whose path begins as its own do, and what none of its children takes is answered there: so
//! there is one only where no other route could take any of these requests.

use std::collections::BTreeMap;

use super::Child;
use crate::path::{End, Segment};
use crate::traefik::regexp::{is_reserved, quote};
use crate::traefik::rule::literal;

/// A list that is so short is quicker than a branch more.
const SHORT: usize = 16;

/// How the paths of a list begin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Start {
    /// The segments: a text, or anything.
    segments: Vec<Option<String>>,
}

/// A list of children, divided.
pub(super) struct Divided<'c, 'p, 'g> {
    /// Those that stay in the list.
    pub(super) rest: Vec<&'c Child<'p, 'g>>,
    /// The branches.
    pub(super) branches: Vec<(Start, Vec<&'c Child<'p, 'g>>)>,
}

/// What a path has behind the start.
enum Next<'p> {
    /// A text that Traefik always has decoded.
    Text(&'p str),
    /// A parameter.
    Anything,
    /// Nothing, an empty segment, or a text with two spellings: a path that begins with no other's next.
    Alone,
    /// Whatever there may be.
    Open,
}

impl Start {
    fn with(&self, segment: Option<&str>) -> Self {
        let segments = self.segments.iter().cloned().chain([segment.map(str::to_owned)]);
        Self { segments: segments.collect() }
    }

    /// The rule of the branch.
    pub(super) fn rule(&self, members: &[&Child<'_, '_>]) -> String {
        let plain: Option<String> =
            self.segments.iter().map(|it| Some(format!("/{}", it.as_ref()?))).collect();
        let Some(plain) = plain else {
            let segment = |it: &Option<String>| it.as_deref().map_or_else(|| "[^/]+".to_owned(), quote);
            let expression: String =
                self.segments.iter().map(|it| format!("/{}", segment(it))).collect::<Vec<_>>().concat();
            return format!("PathRegexp({})", literal(&format!("^{expression}(?:/|$)")));
        };
        let below = format!("PathPrefix({})", literal(&format!("{plain}/")));
        let whole = members.iter().any(|child| match child.path().segments().get(self.segments.len()) {
            None => true,
            Some(Segment::Literal(text)) => text.is_empty(),
            Some(Segment::Pattern(_)) => false,
        });
        if whole { format!("Path({}) || {below}", literal(&plain)) } else { below }
    }
}

impl Child<'_, '_> {
    fn next(&self, start: &Start) -> Next<'_> {
        match (self.path().segments().get(start.segments.len()), self.path().end()) {
            (Some(Segment::Literal(text)), _) if text.is_empty() || text.contains(is_reserved) => Next::Alone,
            (Some(Segment::Literal(text)), _) => Next::Text(text),
            (Some(Segment::Pattern(_)), _) => Next::Anything,
            (None, End::Exact) => Next::Alone,
            (None, End::Prefix | End::Rest(_)) => Next::Open,
        }
    }
}

/// Divides a long list of children, whose paths all have this start; `None` where it stays as it is.
pub(super) fn divide<'c, 'p, 'g>(
    children: &[&'c Child<'p, 'g>],
    start: &Start,
) -> Option<Divided<'c, 'p, 'g>> {
    let (mut start, mut children) = (start.clone(), children.to_vec());
    let mut rest = Vec::new();
    while children.len() > SHORT {
        let mut texts: BTreeMap<&str, Vec<&'c Child<'p, 'g>>> = BTreeMap::new();
        let (mut anything, mut spelled) = (Vec::new(), false);
        for child in children {
            match child.next(&start) {
                Next::Text(text) => texts.entry(text).or_default().push(child),
                Next::Anything => anything.push(child),
                Next::Alone => {
                    let segment = child.path().segments().get(start.segments.len());
                    spelled |= matches!(segment, Some(Segment::Literal(text)) if !text.is_empty());
                    rest.push(child);
                }
                Next::Open => return None,
            }
        }
        if !anything.is_empty() {
            // A parameter may be any of the texts.
            if spelled || !texts.is_empty() {
                return None;
            }
            (start, children) = (start.with(None), anything);
            continue;
        }
        if texts.len() == 1
            && let Some((text, members)) = texts.pop_first()
        {
            (start, children) = (start.with(Some(text)), members);
            continue;
        }
        let mut branches = Vec::new();
        for (text, members) in texts {
            if members.len() > 1 {
                branches.push((start.with(Some(text)), members));
            } else {
                rest.extend(members);
            }
        }
        return (!branches.is_empty()).then_some(Divided { rest, branches });
    }
    None
}
