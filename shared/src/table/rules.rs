//! Rules: all routes of a specification as they were declared, for people, and for [`explain`](crate::decide::explain).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::compile::Compiler;
use super::{Rule, Scope};
use crate::group::Group;
use crate::method::Method;
use crate::path::Shape;
use crate::spec::Spec;

/// All routes of a specification, complete with hosts, base path and owner, each at each of its paths.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    groups: Vec<Arc<RulesOfGroup>>,
}

/// The rules of one group.
#[derive(Debug)]
pub(super) struct RulesOfGroup {
    group: Arc<Group>,
    pub(super) scope: Arc<Scope>,
    pub(super) rules: Vec<Rule>,
    /// The methods that they name.
    pub(super) methods: BTreeSet<Method>,
}

/// The number of a rule, in the order of the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleNumber(pub(crate) usize);

impl Rules {
    /// The rules of all groups of `spec`.
    pub fn of(spec: &Spec) -> Self {
        Self::of_groups(&spec.groups.iter().cloned().map(Arc::new).collect::<Vec<_>>())
    }

    /// The rules of all these groups, in their order.
    pub fn of_groups(groups: &[Arc<Group>]) -> Self {
        Self::default().with(groups)
    }

    /// The rules of all these groups; those of groups that are the same as before are not made again.
    #[must_use]
    pub fn with(&self, groups: &[Arc<Group>]) -> Self {
        let mut known: Vec<&Arc<RulesOfGroup>> = self.groups.iter().collect();
        known.sort_unstable_by_key(|it| Arc::as_ptr(&it.group));
        let of = |group: &Arc<Group>| {
            let at = known.binary_search_by_key(&Arc::as_ptr(group), |it| Arc::as_ptr(&it.group));
            let known = at.ok().and_then(|at| known.get(at));
            known.map_or_else(|| Arc::new(RulesOfGroup::of(group)), |known| Arc::clone(known))
        };
        Self { groups: groups.iter().map(of).collect() }
    }

    /// The text that [`Table::open`](super::Table::open) reads: the same for the same rules.
    pub fn compile(&self) -> String {
        Compiler::default().compile(self)
    }

    /// What the groups share, in the order of the specification.
    pub fn scopes(&self) -> impl Iterator<Item = &Scope> {
        self.groups.iter().map(|group| &*group.scope)
    }

    /// All rules, in the order of the specification.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.groups.iter().flat_map(|group| &group.rules)
    }

    /// The rule that a decision names.
    pub fn get(&self, number: RuleNumber) -> Option<&Rule> {
        self.iter().nth(number.0)
    }

    /// All rules with their numbers.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (RuleNumber, &Rule)> {
        self.iter().enumerate().map(|(number, rule)| (RuleNumber(number), rule))
    }

    /// Group by group.
    pub(super) fn groups(&self) -> &[Arc<RulesOfGroup>] {
        &self.groups
    }

    /// All rules, group by group, each before those of its group that it outranks.
    pub fn ranked(&self) -> Vec<&Rule> {
        let key = |rule| (Rule::group(rule), Shape::from(rule.path()));
        let mut rules: Vec<_> = self.iter().map(|rule| (key(rule), rule)).collect();
        rules.sort_by(|(one, rule), (two, other)| one.cmp(two).then_with(|| rule.rank(other)));
        rules.into_iter().map(|(_, rule)| rule).collect()
    }
}

impl RulesOfGroup {
    fn of(group: &Arc<Group>) -> Self {
        let scope = Arc::new(Scope::of(group));
        let rules: Vec<Rule> =
            group.services.iter().flat_map(|member| Rule::of_member(&scope, group, member)).collect();
        let methods = rules.iter().flat_map(|rule| rule.route().methods().iter()).cloned().collect();
        Self { group: Arc::clone(group), scope, rules, methods }
    }
}
