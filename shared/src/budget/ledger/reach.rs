//! The nodes of a network, and those that may join it.
//!
//! A node takes one address on an overlay network, for its load balancer, as long as it runs a task of it (swarmkit
//! `getNodeNetworks`, engines since 18.09). Which node the scheduler will choose is not known beforehand, so nodes to
//! come are counted at worst: every task that is still to be placed lands on a node that is not on the network yet,
//! as far as there are such nodes and the placement of its service allows them.

use std::collections::BTreeSet;

use super::super::addresses::Addresses;
use super::super::id::NodeId;

/// The nodes that a set of tasks may reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Arrivals<'f> {
    /// One task on each of these nodes.
    Each(BTreeSet<&'f NodeId>),
    /// A number of tasks, each on any of these nodes.
    Anywhere {
        /// The tasks.
        tasks: u64,
        /// The nodes that the placement allows.
        nodes: BTreeSet<&'f NodeId>,
    },
}

/// The nodes of one network.
#[derive(Debug, Clone, Default)]
pub(super) struct Reach<'f> {
    /// On the network now.
    attached: BTreeSet<&'f NodeId>,
    /// Not on it, but a task that is bound to the node is to come.
    certain: BTreeSet<&'f NodeId>,
    /// Not on it, but within reach of an unplaced task.
    possible: BTreeSet<&'f NodeId>,
    /// How many unplaced tasks there are that can reach a new node.
    unplaced: u64,
}

impl<'f> Reach<'f> {
    /// A task holds an address on this node.
    pub(super) fn attach(&mut self, node: &'f NodeId) {
        self.attached.insert(node);
    }

    /// Tasks are to come. To be called when all nodes are attached that have a task.
    pub(super) fn expect(&mut self, arrivals: &Arrivals<'f>) {
        match arrivals {
            Arrivals::Each(nodes) => self.certain.extend(nodes.difference(&self.attached)),
            Arrivals::Anywhere { tasks, nodes } => {
                let new: BTreeSet<_> = nodes.difference(&self.attached).copied().collect();
                self.unplaced = self.unplaced.saturating_add((*tasks).min(count(&new)));
                self.possible.extend(new);
            }
        }
    }

    /// The load balancers that these nodes do not have yet.
    pub(super) fn lacking(&self, nodes: &BTreeSet<&'f NodeId>) -> Addresses {
        Addresses::one_each(nodes.difference(&self.attached).count())
    }

    /// The load balancers that there are.
    pub(super) fn load_balancers(&self) -> Addresses {
        Addresses::new(count(&self.attached))
    }

    /// The load balancers that the expected tasks may add, at worst.
    pub(super) fn at_worst(&self) -> Addresses {
        let elsewhere: BTreeSet<_> = self.possible.difference(&self.certain).copied().collect();
        Addresses::new(count(&self.certain)).plus(Addresses::new(self.unplaced.min(count(&elsewhere))))
    }

    /// The load balancers that these tasks may add, at worst, to those that are there or expected.
    pub(super) fn added_by(&self, arrivals: &Arrivals<'f>) -> Addresses {
        let mut with = self.clone();
        with.expect(arrivals);
        with.at_worst().minus(self.at_worst())
    }
}

fn count(nodes: &BTreeSet<&NodeId>) -> u64 {
    u64::try_from(nodes.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes() -> Vec<NodeId> {
        ["a", "b", "c"].map(NodeId::new).into()
    }

    fn anywhere(tasks: u64, nodes: &[NodeId]) -> Arrivals<'_> {
        Arrivals::Anywhere { tasks, nodes: nodes.iter().collect() }
    }

    #[test]
    fn a_task_adds_at_most_one_load_balancer_and_never_on_an_attached_node() {
        let all = nodes();
        let mut reach = Reach::default();
        reach.attach(&all[0]);
        assert_eq!(reach.added_by(&anywhere(1, &all)).get(), 1);
        assert_eq!(reach.added_by(&anywhere(2, &all)).get(), 2);
        assert_eq!(reach.added_by(&anywhere(9, &all)).get(), 2, "b and c");
        assert_eq!(reach.added_by(&anywhere(9, &all[..1])).get(), 0, "pinned to a node that is attached");
    }

    #[test]
    fn services_in_a_quick_row_do_not_charge_one_node_twice() {
        let all = nodes();
        let mut reach = Reach::default();
        for _ in 0..5 {
            reach.expect(&anywhere(1, &all));
        }
        assert_eq!(reach.at_worst().get(), 3);
        assert_eq!(reach.added_by(&anywhere(3, &all)).get(), 0);
    }

    #[test]
    fn tasks_that_are_pinned_to_one_node_bring_one_load_balancer() {
        let all = nodes();
        let mut reach = Reach::default();
        reach.expect(&anywhere(5, &all[..1]));
        reach.expect(&anywhere(1, &all[1..]));
        assert_eq!(reach.at_worst().get(), 2, "a, and either b or c");
    }

    #[test]
    fn a_task_bound_to_its_node_leaves_the_others_to_the_unplaced_ones() {
        let all = nodes();
        let mut reach = Reach::default();
        reach.expect(&Arrivals::Each(all[..2].iter().collect()));
        assert_eq!(reach.at_worst().get(), 2);
        assert_eq!(reach.added_by(&anywhere(7, &all)).get(), 1, "only c is left");
    }
}
