//! The search by the tree of a table: the rules are met in the order of precedence, so that the first that takes a
//! request is the best.

use super::Search;
use super::near::Near;
use super::subject::Subject;
use crate::method::Fit;
use crate::table::{List, RuleView};

/// The tree of the table that is asked.
pub(super) struct Tree;

impl<'t> Search<'t> for Tree {
    fn best(&mut self, subject: &Subject<'_, 't>) -> Option<RuleView<'t>> {
        subject.walk().rules(subject.host, subject.path.segments(), &mut |_, rules| first(rules, subject))
    }

    fn near(&mut self, subject: &Subject<'_, 't>, near: &mut Near<'_, 't>) {
        let whole = subject.walk().rules(subject.host, subject.path.segments(), &mut |rank, rules| {
            for (_, rule) in rules.rules() {
                if subject.considers(&rule) {
                    near.add(rank, &rule, subject.judge(&rule));
                }
            }
            None::<()>
        });
        debug_assert_eq!(whole, None);
    }
}

/// The best of some rules with the same path, which are in the order of what else they declare.
fn first<'t>(rules: List<'t>, subject: &Subject<'_, 't>) -> Option<RuleView<'t>> {
    if let Some(rule) = rules.only() {
        let takes = subject.considers(&rule) && subject.judge(&rule).is_none();
        return takes.then_some(rule);
    }
    for versioned in [true, false] {
        for fit in Fit::BEST_FIRST {
            let mut best: Option<(u16, RuleView<'t>)> = None;
            for (leads, rule) in rules.rules() {
                if leads && best.is_some() {
                    break;
                }
                if rule.is_versioned() != versioned || rule.fit(subject.bit) != Some(fit) {
                    continue;
                }
                if !subject.considers(&rule) || subject.judge(&rule).is_some() {
                    continue;
                }
                let weight = subject.weight(&rule);
                if weight == u16::MAX {
                    // It produces anything, as all that declare the same do.
                    best = best.or(Some((weight, rule)));
                    break;
                }
                if best.is_none_or(|(known, _)| weight > known) {
                    best = Some((weight, rule));
                }
            }
            if let Some((_, rule)) = best {
                return Some(rule);
            }
        }
    }
    None
}
