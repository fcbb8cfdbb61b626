//! The hosts of a table, and for each set of groups that have one in common the tree down to where the groups part.
//!
//! Where no other group can get in its way, a group has a tree of its own from its base on. So a change of one group leaves
//! the trees of the others as they are.

use std::collections::BTreeMap;

use super::tree::{crossing, map};
use super::writer::{Place, Record, stored};
use crate::host::HostPattern;
use crate::path::Segment;
use crate::table::Scope;

/// Groups whose rules are in one tree, by their numbers in order, and the segments of their bases that lead there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cluster {
    pub(super) groups: Vec<usize>,
    pub(super) depth: usize,
}

/// What is written into a table.
pub(super) trait Append {
    /// Where the next record will be.
    fn end(&self) -> usize;

    /// Writes a record in which all is known, and tells where it is.
    fn record(&mut self, record: &Record) -> usize;

    /// The root of the tree of some groups.
    fn tree(&mut self, cluster: Cluster) -> usize;
}

/// Where the hosts are.
#[derive(Default)]
pub(super) struct Hosts {
    pub(super) exact: Place,
    pub(super) wildcards: Place,
    pub(super) longest_wildcard: usize,
    pub(super) any: Place,
}

/// A point that leads to the bases of groups.
#[derive(Default)]
struct Crossing<'r> {
    /// Those whose base ends here, or goes on with a parameter.
    groups: Vec<usize>,
    literals: BTreeMap<&'r str, Self>,
}

impl Hosts {
    /// Writes a tree for each set of groups that have a host in common.
    pub(super) fn write(scopes: &[&Scope], table: &mut impl Append) -> Self {
        let mut sets: BTreeMap<Option<&HostPattern>, Vec<usize>> = BTreeMap::new();
        for (index, scope) in scopes.iter().enumerate() {
            if scope.hosts().is_empty() {
                sets.entry(None).or_default().push(index);
            }
            for host in scope.hosts() {
                let set = sets.entry(Some(host)).or_default();
                if set.last() != Some(&index) {
                    set.push(index);
                }
            }
        }
        let mut roots: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
        let (mut exact, mut wildcards) = (Vec::new(), Vec::new());
        let mut hosts = Self::default();
        for (host, set) in sets {
            let known = roots.get(&set).copied();
            let root = known.unwrap_or_else(|| Crossing::of(scopes, &set).write(None, 0, table));
            roots.insert(set, root);
            let mut entry = |name: &str| {
                let mut record = Record::default();
                record.text(name);
                record.place(Place::At(root));
                (stored(name), table.record(&record))
            };
            match host {
                None => hosts.any = Place::At(root),
                Some(host) => {
                    exact.extend(host.exact().map(&mut entry));
                    wildcards.extend(host.wildcard().map(&mut entry));
                }
            }
        }
        hosts.longest_wildcard = wildcards.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        [hosts.exact, hosts.wildcards] = [exact, wildcards].map(|entries| {
            if entries.is_empty() {
                Place::Nowhere
            } else {
                Place::At(table.record(&map(entries, table.end())))
            }
        });
        hosts
    }
}

impl<'r> Crossing<'r> {
    fn of(scopes: &[&'r Scope], set: &[usize]) -> Self {
        let mut root = Self::default();
        for index in set {
            let base = scopes.get(*index).map_or(&[][..], |scope| scope.base().segments());
            let mut crossing = &mut root;
            for segment in base {
                let Segment::Literal(literal) = segment else { break };
                crossing = crossing.literals.entry(literal).or_default();
            }
            crossing.groups.push(*index);
        }
        root
    }

    fn write(self, key: Option<&str>, depth: usize, table: &mut impl Append) -> usize {
        if !self.groups.is_empty() {
            let mut groups = Vec::new();
            self.gather(&mut groups);
            groups.sort_unstable();
            return table.tree(Cluster { groups, depth });
        }
        let below = depth.saturating_add(1);
        let children = self.literals.into_iter();
        let children =
            children.map(|(key, child)| (stored(key), child.write(Some(key), below, table))).collect();
        table.record(&crossing(key, children, table.end()))
    }

    fn gather(self, all: &mut Vec<usize>) {
        all.extend(self.groups);
        self.literals.into_values().for_each(|child| child.gather(all));
    }
}
