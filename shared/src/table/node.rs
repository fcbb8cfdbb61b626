//! The tree of segments under one host pattern.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::Rule;
use crate::path::{End, Pattern, PatternShape, Segment, decode, takes_prefix, takes_rest};

/// A point that several templates reach with the same segments.
#[derive(Debug, Clone, Default)]
pub(super) struct Node {
    literals: BTreeMap<String, Self>,
    /// In the order of precedence, each with one of the segments that have this shape.
    patterns: BTreeMap<PatternShape, (Pattern, Self)>,
    exact: Vec<Arc<Rule>>,
    rest: Vec<Arc<Rule>>,
    prefix: Vec<Arc<Rule>>,
}

impl Node {
    pub(super) fn insert(&mut self, rule: &Arc<Rule>) {
        let mut node = self;
        for segment in rule.path().segments() {
            node = match segment {
                Segment::Literal(literal) => node.literals.entry(literal.clone()).or_default(),
                Segment::Pattern(pattern) => {
                    let shape = PatternShape::from(pattern);
                    &mut node.patterns.entry(shape).or_insert_with(|| (pattern.clone(), Self::default())).1
                }
            };
        }
        let rules = match rule.path().end() {
            End::Exact => &mut node.exact,
            End::Rest(_) => &mut node.rest,
            End::Prefix => &mut node.prefix,
        };
        rules.insert(rules.partition_point(|known| known.rank(rule).is_le()), Arc::clone(rule));
    }

    /// Shows `visit` the rules that take the `path` from here on, until it breaks.
    ///
    /// Each node of the tree is entered at most once, and none deeper than the longest template: the work is
    /// bounded by what was declared, whatever is asked for.
    pub(super) fn walk<'t, B>(
        &'t self,
        path: &[&str],
        visit: &mut impl FnMut(&'t [Arc<Rule>]) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        if let Some((first, after)) = path.split_first() {
            if let Some(node) = decode(first).and_then(|literal| self.literals.get(&*literal)) {
                node.walk(after, visit)?;
            }
            for (pattern, node) in self.patterns.values() {
                if pattern.matches(first) {
                    node.walk(after, visit)?;
                }
            }
        }
        let ends = [
            (&self.exact, path.is_empty()),
            (&self.rest, takes_rest(path)),
            (&self.prefix, takes_prefix(path)),
        ];
        for (rules, taken) in ends {
            if taken && !rules.is_empty() {
                visit(rules)?;
            }
        }
        ControlFlow::Continue(())
    }
}
