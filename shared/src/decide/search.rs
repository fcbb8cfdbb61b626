//! The search: the best rule of a table for a request, by its tree.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::Subject;
use super::answer::{Allow, Answer};
use crate::method::Fit;
use crate::table::{Rule, Table};

/// The best of the rules that take the request.
pub(super) fn best<'t>(table: &'t Table, subject: &Subject<'_>) -> Option<&'t Rule> {
    let found = table.walk(&subject.host, &subject.path, &mut |rules| match first(rules, subject) {
        Some(rule) => ControlFlow::Break(rule),
        None => ControlFlow::Continue(()),
    });
    found.break_value()
}

/// The best of some rules with the same path, which are in the order of what else they declare.
fn first<'t>(rules: &'t [Arc<Rule>], subject: &Subject<'_>) -> Option<&'t Rule> {
    Fit::BEST_FIRST.into_iter().find_map(|fit| {
        let fitting = |rule: &&Arc<Rule>| rule.route().methods().fit(subject.method) == Some(fit);
        rules.iter().filter(fitting).find(|rule| subject.unmet(rule).is_none()).map(Arc::as_ref)
    })
}

/// What to answer if there is none: 405 only if rules take host and path, and none of them the method.
pub(super) fn refusal(table: &Table, subject: &Subject<'_>) -> Answer {
    let mut allow: Option<Allow<'_>> = None;
    let fitting = table.walk(&subject.host, &subject.path, &mut |rules| {
        for rule in rules {
            if rule.route().methods().fit(subject.method).is_some() {
                return ControlFlow::Break(());
            }
            allow.get_or_insert_default().add(rule.route().methods());
        }
        ControlFlow::Continue(())
    });
    match allow {
        Some(allow) if fitting.is_continue() => Answer::not_with(subject.method, &allow),
        _ => Answer::not_found(),
    }
}
