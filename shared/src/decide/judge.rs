//! Judging: which of a rule's conditions a request fails, once host and path are met.

use super::first;
use super::subject::Subject;
use crate::condition::{header_passes, query_passes};
use crate::media::{BEST, accepts_all};
use crate::table::{Read, RuleView, Stored};
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
    pub(super) fn judge(&self, rule: &RuleView<'t>) -> Read<Option<Stage>> {
        if !self.wants(rule)? {
            return Ok(Some(Stage::Version));
        }
        if rule.fit(self.bit)?.is_none() {
            return Ok(Some(Stage::Method));
        }
        if !rule.route.is_conditional() {
            return Ok(None);
        }
        for header in rule.route.headers()?.all() {
            let (name, asks) = header?;
            let asks = asks.map(Stored::bytes);
            if !self.scratch.text(name, |name| header_passes(name, &asks, self.headers))? {
                return Ok(Some(Stage::Condition));
            }
        }
        for query in rule.route.query()?.all() {
            let (name, asks) = query?;
            if !query_passes(name.bytes(), asks.map(Stored::bytes), self.query) {
                return Ok(Some(Stage::Condition));
            }
        }
        if !self.sends(rule)? {
            return Ok(Some(Stage::Consumes));
        }
        Ok((self.weight(rule)? == 0).then_some(Stage::Produces))
    }

    /// Whether the version of the rule is the one that the request wants.
    fn wants(&self, rule: &RuleView<'t>) -> Read<bool> {
        let Some((least, most)) = rule.versions()? else { return Ok(true) };
        let Some(versioning) = rule.route.scope()?.versioning()? else { return Ok(false) };
        let mut buffer = self.scratch.bytes.take();
        let version = self.scratch.text(versioning.name, |name| {
            wanted(versioning.place, name, versioning.default, self.headers, self.query, &mut buffer)
        });
        self.scratch.bytes.set(buffer);
        Ok(version?.is_some_and(|version| (least..=most).contains(&version)))
    }

    /// Whether the body is of a type that the rule consumes. A request that declares no body is taken by all.
    fn sends(&self, rule: &RuleView<'t>) -> Read<bool> {
        let consumes = rule.route.consumes()?;
        if consumes.is_any() {
            return Ok(true);
        }
        let takes = |content_type: &str| -> Read<bool> {
            for range in consumes.all() {
                if range?.1.essence()?.takes(content_type) {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        match first(self.headers, "content-type", takes) {
            Some(takes) => takes,
            None => Ok(self.sends_nothing()),
        }
    }

    /// Whether the request declares no body.
    pub(super) fn sends_nothing(&self) -> bool {
        first(self.headers, "content-length", length).is_none_or(|length| length == Some(0))
    }

    /// How much the client wants what the rule produces.
    pub(super) fn weight(&self, rule: &RuleView<'t>) -> Read<u16> {
        let produces = rule.route.produces()?;
        if produces.is_any() {
            return Ok(u16::MAX);
        }
        if accepts_all(self.headers) {
            return Ok(BEST);
        }
        let mut best = 0;
        for range in produces.all() {
            best = best.max(range?.1.essence()?.weight(self.headers));
        }
        Ok(best)
    }

    /// The length of the body, if it is declared.
    pub(super) fn content_length(&self) -> Option<u64> {
        first(self.headers, "content-length", length).flatten()
    }
}

fn length(value: &str) -> Option<u64> {
    value.trim().parse().ok()
}
