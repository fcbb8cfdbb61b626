//! Explanations: the decision on a request, and what became of every rule on the way.
//!
//! This looks at the rules one by one, as they were declared, and knows nothing of the compiled table: slow, and simple
//! enough to believe. The property tests hold [`decide`](super::decide) against it.

use std::cmp::Reverse;

use super::judge::Stage;
use super::near::Near;
use super::subject::Subject;
use super::{Decision, Request, Room, Search, conclude, first};
use crate::condition::{HeaderName, QueryName};
use crate::path::{Mismatch, ParamName, Shape};
use crate::settings::Slash;
use crate::table::{Rank, Rule, RuleView, Rules, Table};

/// The decision on a request, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation<'a, 'r> {
    /// What [`decide`](super::decide) says.
    pub decision: Decision<'a>,
    /// Every rule, the best first for this request; none if the request is malformed.
    pub considered: Vec<Considered<'r>>,
}

/// What became of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Considered<'t> {
    /// The rule.
    pub rule: &'t Rule,
    /// What became of it.
    pub verdict: Verdict<'t>,
}

/// Why a rule was chosen or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict<'t> {
    /// It takes the request, and is the best that does.
    Chosen,
    /// It takes the request, but a better one does too.
    Outranked,
    /// Its group is for other hosts.
    Host,
    /// Its path has another shape.
    Path,
    /// The path has the right shape, but this parameter does not meet its constraint.
    Parameter(&'t ParamName),
    /// It is for other versions of the API.
    Version,
    /// It has other methods.
    Method,
    /// The request fails its condition on this header.
    Header(&'t HeaderName),
    /// The request fails its condition on this query parameter.
    Query(&'t QueryName),
    /// It consumes bodies of other types.
    Consumes,
    /// It produces nothing that the client accepts.
    Produces,
}

impl<'r> Explanation<'_, 'r> {
    /// The rule that takes the request, if one does.
    pub fn chosen(&self) -> Option<&'r Rule> {
        self.considered.iter().find(|it| it.verdict == Verdict::Chosen).map(|it| it.rule)
    }
}

/// Decides a request as [`decide`](super::decide) does, and tells why. The table is that of the rules.
pub fn explain<'a, 'r>(
    rules: &'r Rules,
    table: &'a Table<'a>,
    request: &Request<'_>,
    room: &'a mut Room,
) -> Explanation<'a, 'r> {
    let mut linear = Linear { rules, table, considered: Vec::new() };
    let decision = conclude(table, request, &mut linear, room);
    Explanation { decision, considered: linear.considered }
}

/// The search rule by rule.
struct Linear<'r, 't> {
    rules: &'r Rules,
    table: &'t Table<'t>,
    /// What became of the rules at the last search that had a chance to find one.
    considered: Vec<Considered<'r>>,
}

impl<'t> Search<'t> for Linear<'_, 't> {
    fn best(&mut self, subject: &Subject<'_, 't>) -> Option<RuleView<'t>> {
        let numbered = self.rules.numbered();
        let mut rules: Vec<_> = numbered.map(|(number, rule)| (rank(rule, subject), number, rule)).collect();
        rules.sort_by(|(one, _, rule), (two, _, other)| {
            let weight = |rule: &Rule| Reverse(rule.route().produces().weight(subject.headers));
            one.cmp(two)
                .then_with(|| rule.standing(other))
                .then_with(|| weight(rule).cmp(&weight(other)))
                .then_with(|| rule.seniority().cmp(&other.seniority()))
        });
        let mut chosen = None;
        let considered = rules.into_iter().map(|(_, number, rule)| {
            let verdict = mismatch(rule, subject).unwrap_or_else(|| {
                if chosen.is_some() {
                    return Verdict::Outranked;
                }
                chosen = Some(number);
                Verdict::Chosen
            });
            Considered { rule, verdict }
        });
        let considered: Vec<_> = considered.collect();
        if chosen.is_some() || self.considered.is_empty() {
            self.considered = considered;
        }
        chosen.map(|number| self.table.rule(number))
    }

    fn near(&mut self, subject: &Subject<'_, 't>, near: &mut Near<'_, 't>) {
        let standing = |rule: &Rule| (Reverse(rule.scope().fit(subject.host)), Shape::from(rule.path()));
        let mut standings: Vec<_> = self.rules.iter().map(standing).collect();
        standings.sort();
        for (number, rule) in self.rules.numbered() {
            let verdict = mismatch(rule, subject);
            let failed = match verdict {
                Some(Verdict::Host | Verdict::Path | Verdict::Parameter(_)) => continue,
                Some(Verdict::Version) => Some(Stage::Version),
                Some(Verdict::Method) => Some(Stage::Method),
                Some(Verdict::Header(_) | Verdict::Query(_)) => Some(Stage::Condition),
                Some(Verdict::Consumes) => Some(Stage::Consumes),
                Some(Verdict::Produces) => Some(Stage::Produces),
                Some(Verdict::Chosen | Verdict::Outranked) | None => None,
            };
            let rank = standings.partition_point(|known| *known < standing(rule));
            near.add(Rank::of(rank), &self.table.rule(number), failed);
        }
    }
}

/// The precedence that [`table`](crate::table) documents as far as it depends on the request, the least first.
/// Rules that do not take the request come behind those that do with the same path.
fn rank(rule: &Rule, subject: &Subject<'_, '_>) -> impl Ord + use<> {
    let fit = rule.fit(subject.method);
    let host = rule.scope().fit(subject.host);
    (Reverse(host), Shape::from(rule.path()), fit.is_none(), rule.version().is_none(), fit)
}

/// Why a rule does not take the request.
fn mismatch<'r>(rule: &'r Rule, subject: &Subject<'_, '_>) -> Option<Verdict<'r>> {
    if rule.scope().fit(subject.host).is_none() {
        return Some(Verdict::Host);
    }
    let considers = !subject.relaxed || rule.settings().slash() != Slash::Strict;
    match rule.path().check(&subject.path) {
        Ok(()) if considers => unmet(rule, subject),
        Ok(()) | Err(Mismatch::Shape) => Some(Verdict::Path),
        Err(Mismatch::Constraint(name)) => Some(Verdict::Parameter(name)),
    }
}

/// The first condition that the request fails, apart from host and path.
fn unmet<'r>(rule: &'r Rule, subject: &Subject<'_, '_>) -> Option<Verdict<'r>> {
    let wants = rule.version().is_none_or(|range| {
        let wanted = rule.settings().versioning().and_then(|it| it.wanted(subject.headers, subject.query));
        wanted.is_some_and(|version| range.versions().contains(&version))
    });
    if !wants {
        return Some(Verdict::Version);
    }
    if rule.fit(subject.method).is_none() {
        return Some(Verdict::Method);
    }
    let route = rule.route();
    let mut headers = route.headers().iter();
    if let Some((name, _)) = headers.find(|(name, test)| !test.passes(name, subject.headers)) {
        return Some(Verdict::Header(name));
    }
    let mut query = route.query().iter();
    if let Some((name, _)) = query.find(|(name, test)| !name.passes(test, subject.query)) {
        return Some(Verdict::Query(name));
    }
    let takes = first(subject.headers, "content-type", |told| route.consumes().take(told));
    if !route.consumes().is_any() && !takes.unwrap_or_else(|| subject.sends_nothing()) {
        return Some(Verdict::Consumes);
    }
    (route.produces().weight(subject.headers) == 0).then_some(Verdict::Produces)
}
