//! Explanations: the decision on a request, and what became of every rule on the way.
//!
//! This looks at the rules one by one and knows nothing of the tree: slow, and simple enough to believe. The
//! property tests hold [`decide`](super::decide) against it.

use std::cmp::Reverse;

use super::answer::{Allow, Answer};
use super::{Decision, Request, Subject};
use crate::condition::{HeaderName, QueryName};
use crate::host::HostPattern;
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
    /// It has other methods.
    Method,
    /// The request fails its condition on this header.
    Header(&'t HeaderName),
    /// The request fails its condition on this query parameter.
    Query(&'t QueryName),
}

/// Decides a request as [`decide`](super::decide) does, and tells why.
pub fn explain<'t>(table: &'t Table, request: &Request<'_>) -> Explanation<'t> {
    let subject = match Subject::new(request) {
        Ok(subject) => subject,
        Err(answer) => return Explanation { decision: Decision::Answer(answer), considered: Vec::new() },
    };
    let mut rules: Vec<_> = table.rules().map(|rule| (rank(rule, &subject), rule)).collect();
    rules.sort_by(|(one, rule), (two, other)| one.cmp(two).then_with(|| rule.rank(other)));
    let mut considered: Vec<Considered<'_>> = Vec::with_capacity(rules.len());
    let mut chosen = None;
    for (_, rule) in rules {
        let verdict = match mismatch(rule, &subject) {
            Some(verdict) => verdict,
            None if chosen.is_some() => Verdict::Outranked,
            None => {
                chosen = Some(rule);
                Verdict::Chosen
            }
        };
        considered.push(Considered { rule, verdict });
    }
    let decision = match chosen {
        Some(rule) => subject.forward(rule),
        None => Decision::Answer(refusal(&considered, subject.method)),
    };
    Explanation { decision, considered }
}

/// The precedence that [`table`](crate::table) documents as far as it depends on the request, the least first.
/// Rules that do not take the request come behind those that do with the same path.
fn rank(rule: &Rule, subject: &Subject<'_>) -> impl Ord {
    let taken = rule.hosts().iter().filter(|host| host.matches(&subject.host));
    let host = taken.map(HostPattern::specificity).max().or(rule.hosts().is_empty().then_some((0, 0)));
    let fit = rule.route().methods().fit(subject.method);
    (Reverse(host), Shape::from(rule.path()), fit.is_none(), fit)
}

/// Why a rule does not take the request.
fn mismatch<'t>(rule: &'t Rule, subject: &Subject<'_>) -> Option<Verdict<'t>> {
    if !rule.hosts().is_empty() && !rule.hosts().iter().any(|host| host.matches(&subject.host)) {
        return Some(Verdict::Host);
    }
    match rule.path().check(&subject.path) {
        Ok(()) => {}
        Err(Mismatch::Shape) => return Some(Verdict::Path),
        Err(Mismatch::Constraint(name)) => return Some(Verdict::Parameter(name)),
    }
    if rule.route().methods().fit(subject.method).is_none() {
        return Some(Verdict::Method);
    }
    subject.unmet(rule)
}

/// What to answer if no rule takes the request.
fn refusal(considered: &[Considered<'_>], method: &str) -> Answer {
    let only_the_method = considered.iter().filter(|it| it.verdict == Verdict::Method);
    let conditions = considered.iter().any(|it| matches!(it.verdict, Verdict::Header(_) | Verdict::Query(_)));
    let mut allow: Option<Allow<'_>> = None;
    for considered in only_the_method {
        allow.get_or_insert_default().add(considered.rule.route().methods());
    }
    match allow {
        Some(allow) if !conditions => Answer::not_with(method, &allow),
        _ => Answer::not_found(),
    }
}
