//! The search by the tree of a table: the rules are met in the order of precedence, so that the first that takes a
//! request is the best.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::near::Near;
use super::{Search, Subject};
use crate::method::Fit;
use crate::table::{Rule, Table};

/// A table's tree.
pub(super) struct Tree<'t>(pub(super) &'t Table);

impl<'t> Search<'t> for Tree<'t> {
    fn best(&mut self, subject: &Subject<'_>) -> Option<&'t Rule> {
        let found = self.0.walk(&subject.host, &subject.path, &mut |rules| match first(rules, subject) {
            Some(rule) => ControlFlow::Break(rule),
            None => ControlFlow::Continue(()),
        });
        found.break_value()
    }

    fn near(&self, subject: &Subject<'_>) -> Near<'t> {
        let mut near = Near::default();
        let _whole: ControlFlow<()> = self.0.walk(&subject.host, &subject.path, &mut |rules| {
            let considered = rules.iter().map(Arc::as_ref).filter(|rule| subject.considers(rule));
            near.0.extend(considered.map(|rule| (rule, subject.judge(rule))));
            ControlFlow::Continue(())
        });
        near
    }
}

/// The best of some rules with the same path, which are in the order of what else they declare.
fn first<'t>(rules: &'t [Arc<Rule>], subject: &Subject<'_>) -> Option<&'t Rule> {
    [true, false].into_iter().find_map(|versioned| {
        Fit::BEST_FIRST.into_iter().find_map(|fit| {
            let rules = rules.iter().map(Arc::as_ref);
            let mut taking = rules
                .filter(|rule| rule.version().is_some() == versioned && rule.fit(subject.method) == Some(fit))
                .filter(|rule| subject.considers(rule) && subject.judge(rule).is_none());
            let first = taking.next()?;
            if first.route().produces().is_any() {
                return Some(first);
            }
            let equals = taking.take_while(|rule| rule.standing(first).is_eq());
            let weighed = equals.fold((subject.weight(first), first), |best, rule| {
                let weight = subject.weight(rule);
                if weight > best.0 { (weight, rule) } else { best }
            });
            Some(weighed.1)
        })
    })
}
