//! Explanations: the decision on a request, and what became of every rule on the way.
//!
//! This looks at the rules one by one and knows nothing of the tree: slow, and simple enough to believe. The
//! property tests hold [`decide`](super::decide) against it.

use std::cmp::Reverse;

use super::near::Near;
use super::{Decision, Request, Search, Subject, resolve};
use crate::condition::{HeaderName, QueryName};
use crate::path::{Mismatch, ParamName, Shape};
use crate::table::{Rule, Table};

/// The decision on a request, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation<'t> {
    /// What [`decide`](super::decide) says.
    pub decision: Decision<'t>,
    /// Every rule, the best first for this request; none if the request is malformed.
    pub considered: Vec<Considered<'t>>,
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

/// Decides a request as [`decide`](super::decide) does, and tells why.
pub fn explain<'t>(table: &'t Table, request: &Request<'_>) -> Explanation<'t> {
    let mut linear = Linear { table, considered: Vec::new() };
    let decision = resolve(table, request, &mut linear);
    Explanation { decision, considered: linear.considered }
}

/// The search rule by rule.
struct Linear<'t> {
    table: &'t Table,
    /// What became of the rules at the last search that had a chance to find one.
    considered: Vec<Considered<'t>>,
}

impl<'t> Search<'t> for Linear<'t> {
    fn best(&mut self, subject: &Subject<'_>) -> Option<&'t Rule> {
        let mut rules: Vec<_> = self.table.rules().map(|rule| (rank(rule, subject), rule)).collect();
        rules.sort_by(|(one, rule), (two, other)| {
            let weight = |rule: &Rule| Reverse(subject.weight(rule));
            one.cmp(two)
                .then_with(|| rule.standing(other))
                .then_with(|| weight(rule).cmp(&weight(other)))
                .then_with(|| rule.seniority().cmp(&other.seniority()))
        });
        let mut chosen = None;
        let considered = rules.into_iter().map(|(_, rule)| {
            let verdict = mismatch(rule, subject).unwrap_or_else(|| {
                if chosen.is_some() {
                    return Verdict::Outranked;
                }
                chosen = Some(rule);
                Verdict::Chosen
            });
            Considered { rule, verdict }
        });
        let considered: Vec<_> = considered.collect();
        if chosen.is_some() || self.considered.is_empty() {
            self.considered = considered;
        }
        chosen
    }

    fn near(&self, subject: &Subject<'_>) -> Near<'t> {
        let verdicts = self.table.rules().map(|rule| (rule, mismatch(rule, subject)));
        let far = |verdict| matches!(verdict, Some(Verdict::Host | Verdict::Path | Verdict::Parameter(_)));
        Near(verdicts.filter(|(_, verdict)| !far(*verdict)).collect())
    }
}

/// The precedence that [`table`](crate::table) documents as far as it depends on the request, the least first.
/// Rules that do not take the request come behind those that do with the same path.
fn rank(rule: &Rule, subject: &Subject<'_>) -> impl Ord {
    let fit = rule.fit(subject.method);
    let host = rule.scope().fit(&subject.host);
    (Reverse(host), Shape::from(rule.path()), fit.is_none(), rule.version().is_none(), fit)
}

/// Why a rule does not take the request.
fn mismatch<'t>(rule: &'t Rule, subject: &Subject<'_>) -> Option<Verdict<'t>> {
    if rule.scope().fit(&subject.host).is_none() {
        return Some(Verdict::Host);
    }
    match rule.path().check(&subject.path) {
        Ok(()) if subject.considers(rule) => subject.judge(rule),
        Ok(()) | Err(Mismatch::Shape) => Some(Verdict::Path),
        Err(Mismatch::Constraint(name)) => Some(Verdict::Parameter(name)),
    }
}
