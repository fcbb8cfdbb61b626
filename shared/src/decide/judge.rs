//! Judging: which of a rule's conditions a request fails, once host and path are met.

use super::first;
use super::subject::Subject;
use crate::condition::{header_passes, query_passes};
use crate::media::{BEST, accepts_all};
use crate::table::{RuleView, Stored};
use crate::version::wanted;

/// How far a rule goes before it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// It is for other versions.
    Version,
    /// It has other methods.
    Method,
    /// A header or a query parameter is not as asked.
    Condition,
    /// It takes bodies of other types.
    Consumes,
    /// It answers with none of the types that are accepted.
    Produces,
}

impl<'t> Subject<'_, 't> {
    /// The first condition of a rule that the request fails, apart from host and path.
    pub(super) fn judge(&self, rule: &RuleView<'t>) -> Option<Stage> {
        if !self.wants(rule) {
            return Some(Stage::Version);
        }
        if rule.fit(self.bit).is_none() {
            return Some(Stage::Method);
        }
        if !rule.route.is_conditional() {
            return None;
        }
        for (name, asks) in rule.route.headers().all() {
            let asks = asks.map(Stored::bytes);
            if !self.scratch.text(name, |name| header_passes(name, &asks, self.headers)) {
                return Some(Stage::Condition);
            }
        }
        for (name, asks) in rule.route.query().all() {
            if !query_passes(name.bytes(), asks.map(Stored::bytes), self.query) {
                return Some(Stage::Condition);
            }
        }
        if !self.sends(rule) {
            return Some(Stage::Consumes);
        }
        (self.weight(rule) == 0).then_some(Stage::Produces)
    }

    /// Whether the version of the rule is the one that the request wants.
    fn wants(&self, rule: &RuleView<'t>) -> bool {
        let Some((least, most)) = rule.versions() else { return true };
        let Some(versioning) = rule.route.scope().versioning() else { return false };
        let mut buffer = self.scratch.bytes.take();
        let version = self.scratch.text(versioning.name, |name| {
            wanted(versioning.place, name, versioning.default, self.headers, self.query, &mut buffer)
        });
        self.scratch.bytes.set(buffer);
        version.is_some_and(|version| (least..=most).contains(&version))
    }

    /// Whether the body is of a type that the rule consumes. A request that declares no body is taken by all.
    fn sends(&self, rule: &RuleView<'t>) -> bool {
        let consumes = rule.route.consumes();
        if consumes.is_any() {
            return true;
        }
        let takes = |content_type: &str| consumes.all().any(|(_, range)| range.essence().takes(content_type));
        first(self.headers, "content-type", takes).unwrap_or_else(|| self.sends_nothing())
    }

    /// Whether the request declares no body.
    pub(super) fn sends_nothing(&self) -> bool {
        first(self.headers, "content-length", length).is_none_or(|length| length == Some(0))
    }

    /// How much the client wants what the rule produces.
    pub(super) fn weight(&self, rule: &RuleView<'t>) -> u16 {
        let produces = rule.route.produces();
        if produces.is_any() {
            return u16::MAX;
        }
        if accepts_all(self.headers) {
            return BEST;
        }
        produces.all().map(|(_, range)| range.essence().weight(self.headers)).max().unwrap_or_default()
    }

    /// The length of the body, if it is declared.
    pub(super) fn content_length(&self) -> Option<u64> {
        first(self.headers, "content-length", length).flatten()
    }
}

fn length(value: &str) -> Option<u64> {
    value.trim().parse().ok()
}
