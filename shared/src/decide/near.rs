//! Near misses: what the rules that have the host and the path say, where none takes the request.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::answer::{Allow, Answer, Refused};
use super::{Subject, Verdict};
use crate::path::Shape;
use crate::settings::Errors;
use crate::table::{Rule, Scope};

/// The rules that have host and path, each with the first of its conditions that the request fails. Their order has no
/// meaning.
#[derive(Default)]
pub(super) struct Near<'t>(pub(super) Vec<(&'t Rule, Option<Verdict<'t>>)>);

impl<'t> Near<'t> {
    /// Whether no rule has the path.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the group of the best of them shares.
    pub(super) fn scope(&self, subject: &Subject<'_>) -> Option<&'t Scope> {
        let key = |rule: &Rule| (Reverse(rule.scope().fit(&subject.host)), Shape::from(rule.path()));
        let best = self.0.iter().min_by_key(|(rule, _)| (key(rule), rule.group()));
        best.map(|(rule, _)| rule.scope())
    }

    /// The methods of the path, whatever version is wanted.
    pub(super) fn allow(&self) -> Allow<'t> {
        Allow::of(self.0.iter().map(|(rule, _)| *rule))
    }

    /// What to answer: what the rule says that comes nearest to taking the request.
    pub(super) fn answer(&self, method: &str, errors: Errors) -> Answer {
        let nearest = self.0.iter().filter_map(|(_, verdict)| *verdict).max_by_key(|verdict| stage(*verdict));
        match nearest {
            Some(Verdict::Method) => self.other_methods(method, errors),
            Some(Verdict::Consumes) => {
                let mut answer = Refused::Consumes.answer(errors);
                let mut types = BTreeSet::new();
                for (rule, _) in self.0.iter().filter(|(_, verdict)| *verdict == Some(Verdict::Consumes)) {
                    types.extend(rule.route().consumes().iter().map(ToString::to_string));
                }
                answer.add("accept", types.into_iter().collect::<Vec<_>>().join(", "));
                answer
            }
            Some(Verdict::Produces) => Refused::Produces.answer(errors),
            _ => Refused::NotFound.answer(errors),
        }
    }

    /// 405, or 204 to `OPTIONS` where that comes for free (RFC 9110, section 9.3.7).
    fn other_methods(&self, method: &str, errors: Errors) -> Answer {
        let rules =
            self.0.iter().filter(|(_, verdict)| *verdict != Some(Verdict::Version)).map(|(rule, _)| *rule);
        let rules: Vec<&Rule> = rules.collect();
        let free = method == "OPTIONS" && rules.iter().any(|rule| rule.settings().auto().options);
        let mut answer = if free { Answer::empty(204) } else { Refused::Method.answer(errors) };
        answer.add("allow", Allow::of(rules).to_value());
        answer
    }
}

/// How far a rule went before it failed.
fn stage(verdict: Verdict<'_>) -> u8 {
    match verdict {
        Verdict::Method => 1,
        Verdict::Header(_) | Verdict::Query(_) => 2,
        Verdict::Consumes => 3,
        Verdict::Produces => 4,
        _ => 0,
    }
}
