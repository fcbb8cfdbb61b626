//! Judging: which of a rule's conditions a request fails, once host and path are met.

use super::{Subject, Verdict};
use crate::table::Rule;

impl Subject<'_> {
    /// The first condition of a rule that the request fails, apart from host and path.
    pub(super) fn judge<'t>(&self, rule: &'t Rule) -> Option<Verdict<'t>> {
        if !self.wants(rule) {
            return Some(Verdict::Version);
        }
        if rule.fit(self.method).is_none() {
            return Some(Verdict::Method);
        }
        self.unmet(rule)
    }

    /// The first condition that the request fails, apart from host, path, version and method.
    fn unmet<'t>(&self, rule: &'t Rule) -> Option<Verdict<'t>> {
        let route = rule.route();
        let mut headers = route.headers().iter();
        if let Some((name, _)) =
            headers.find(|(name, test)| !test.passes(&self.headers.values(name.as_str())))
        {
            return Some(Verdict::Header(name));
        }
        let mut query = route.query().iter();
        if let Some((name, _)) = query.find(|(name, test)| !name.passes(test, self.query)) {
            return Some(Verdict::Query(name));
        }
        if !route.consumes().is_any() && !self.sends(rule) {
            return Some(Verdict::Consumes);
        }
        (self.weight(rule) == 0).then_some(Verdict::Produces)
    }

    /// Whether the version of the rule is the one that the request wants.
    fn wants(&self, rule: &Rule) -> bool {
        let Some(range) = rule.version() else { return true };
        let Some(versioning) = rule.settings().versioning() else { return false };
        let header = |name: &str| self.headers.values(name);
        versioning.wanted(&header, self.query).is_some_and(|version| range.versions().contains(&version))
    }

    /// Whether the body is of a type that the rule consumes. A request that declares no body is taken by all.
    fn sends(&self, rule: &Rule) -> bool {
        match self.headers.values("content-type").first() {
            Some(content_type) => rule.route().consumes().take(content_type),
            None => self.content_length() == Some(0) || self.headers.values("content-length").is_empty(),
        }
    }

    /// How much the client wants what the rule produces.
    pub(super) fn weight(&self, rule: &Rule) -> u16 {
        let produces = rule.route().produces();
        if produces.is_any() { u16::MAX } else { produces.weight(&self.headers.values("accept")) }
    }

    /// The length of the body, if it is declared.
    pub(super) fn content_length(&self) -> Option<u64> {
        self.headers.values("content-length").first()?.trim().parse().ok()
    }
}
