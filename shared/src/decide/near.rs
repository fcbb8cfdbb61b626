//! Near misses: what the rules that have the host and the path say, where none takes the request.

use super::answer::Refused;
use super::judge::Stage;
use super::room::Said;
use super::{Lines, Outcome};
use crate::table::{Rank, RouteView, RuleView, ScopeView, Table, is_marked, mark};

/// The rules that have host and path, each with the first of its conditions that the request fails. Their order has no
/// meaning.
pub(super) struct Near<'r, 't> {
    table: &'t Table<'t>,
    marks: &'r mut Marks,
    is_empty: bool,
    /// What the group of the best of them shares, and its standing.
    best: Option<((Rank, usize), ScopeView<'t>)>,
    furthest: Option<Stage>,
    /// Whether `OPTIONS` comes for free to a version that the request wants.
    free_options: bool,
}

/// What is gathered of them, in room that is used again.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// The methods of all, and of those of the version that the request wants, as sets of the table.
    all: Vec<usize>,
    wanted: Vec<usize>,
    /// The places of the media types that the request should have sent.
    types: Vec<usize>,
}

impl<'r, 't> Near<'r, 't> {
    pub(super) fn new(table: &'t Table<'t>, marks: &'r mut Marks) -> Self {
        let mut near = Self { table, marks, is_empty: true, best: None, furthest: None, free_options: false };
        near.clear();
        near
    }

    pub(super) fn clear(&mut self) {
        let (width, _) = self.table.method_bits();
        for set in [&mut self.marks.all, &mut self.marks.wanted] {
            set.clear();
            set.resize(width, 0);
        }
        self.marks.types.clear();
        (self.is_empty, self.best, self.furthest, self.free_options) = (true, None, None, false);
    }

    /// Whether no rule has the path.
    pub(super) fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// Adds a rule.
    pub(super) fn add(&mut self, rank: Rank, rule: &RuleView<'t>, failed: Option<Stage>) {
        let scope = rule.route.scope();
        let standing = (rank, scope.rank);
        if self.best.is_none_or(|(best, _)| standing < best) {
            self.best = Some((standing, scope));
        }
        self.is_empty = false;
        self.furthest = self.furthest.max(failed);
        allow(self.table, &mut self.marks.all, &rule.route, &scope);
        if failed != Some(Stage::Version) {
            self.free_options |= scope.free_options();
            allow(self.table, &mut self.marks.wanted, &rule.route, &scope);
        }
        if failed == Some(Stage::Consumes) {
            for (place, _) in rule.route.consumes().all() {
                if !self.marks.types.contains(&place) {
                    self.marks.types.push(place);
                }
            }
        }
    }

    /// What the group of the best of them shares.
    pub(super) fn scope(&self) -> Option<ScopeView<'t>> {
        self.best.map(|(_, scope)| scope)
    }

    /// Appends the methods of the path, whatever version is wanted.
    pub(super) fn push_allow(&self, text: &mut String) {
        push_methods(self.table, &self.marks.all, text);
    }

    /// What to answer: what the rule says that comes nearest to taking the request.
    pub(super) fn answer(&mut self, method: &str, plain: bool, said: &mut Said) -> Outcome<'t> {
        match self.furthest {
            Some(Stage::Method) => self.other_methods(method, plain, said),
            Some(Stage::Consumes) => {
                let outcome = Refused::Consumes.answer(plain, said);
                self.accept(said.answered());
                outcome
            }
            Some(Stage::Produces) => Refused::Produces.answer(plain, said),
            Some(Stage::Version | Stage::Condition) | None => Refused::NotFound.answer(plain, said),
        }
    }

    /// 405, or 204 to `OPTIONS` where that comes for free (RFC 9110, section 9.3.7).
    fn other_methods(&self, method: &str, plain: bool, said: &mut Said) -> Outcome<'t> {
        let free = method == "OPTIONS" && self.free_options;
        let outcome = if free { Outcome::Answer(204) } else { Refused::Method.answer(plain, said) };
        said.answered().add_with("allow", |text| push_methods(self.table, &self.marks.wanted, text));
        outcome
    }

    /// Which types the path takes, sorted.
    fn accept(&mut self, lines: &mut Lines) {
        let table = self.table;
        let types = &mut self.marks.types;
        lines.add_with("accept", |text| {
            let mut before: Option<usize> = None;
            for _ in 0..types.len() {
                let mut next: Option<usize> = None;
                for place in types.iter().copied() {
                    let name = |place: usize| table.media_at(place).bytes();
                    let behind = before.is_none_or(|before| name(before).lt(name(place)));
                    if behind && next.is_none_or(|next| name(place).lt(name(next))) {
                        next = Some(place);
                    }
                }
                let Some(place) = next else { break };
                if before.is_some() {
                    text.push_str(", ");
                }
                table.media_at(place).push_to(text);
                before = next;
            }
        });
    }
}

/// Adds the methods of a route, with those that come for free.
fn allow(table: &Table<'_>, set: &mut [usize], route: &RouteView<'_>, scope: &ScopeView<'_>) {
    let (_, [get, head, options]) = table.method_bits();
    for (index, digit) in set.iter_mut().enumerate() {
        *digit |= route.method_digit(index);
    }
    if scope.free_options() {
        mark(set, options);
    }
    if scope.free_head() && route.has_method(get) {
        mark(set, head);
    }
}

/// Appends the methods of a set, sorted.
fn push_methods(table: &Table<'_>, set: &[usize], text: &mut String) {
    let start = text.len();
    for (bit, name) in table.methods() {
        if is_marked(set, bit) {
            if text.len() > start {
                text.push_str(", ");
            }
            name.push_to(text);
        }
    }
}
