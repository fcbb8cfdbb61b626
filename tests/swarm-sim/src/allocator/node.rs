//! The nodes' own addresses: one for each node on each network of which a task on it holds an address.
//!
//! On ingress every node of the cluster has one, until it is removed from the cluster.

use crate::id::{NetworkId, NodeId, TaskId};
use crate::swarm::Swarm;

impl Swarm {
    /// A node becomes part of the routing mesh.
    pub(crate) fn attach_to_ingress(&mut self, node: &NodeId) {
        let Some(ingress) = self.ingress() else { return };
        let place =
            self.allocator.balancers.entry(ingress.clone()).or_default().entry(node.clone()).or_default();
        place.holders = place.holders.max(1);
        if place.address.is_none() {
            self.allocator.wanted.insert((ingress, node.clone()));
        }
        self.wake();
    }

    /// The networks of a task that has addresses are brought to its node, where it has one.
    pub(crate) fn hold_node(&mut self, task: &TaskId) {
        let Some(task) = self.tasks.get(task) else { return };
        let Some(node) = task.node.clone() else { return };
        let networks: Vec<NetworkId> = task.attachments.iter().map(|held| held.network.clone()).collect();
        for network in networks {
            if self.networks.get(&network).is_none_or(|network| !network.has_addresses()) {
                continue;
            }
            let nodes = self.allocator.balancers.entry(network.clone()).or_default();
            let place = nodes.entry(node.clone()).or_default();
            place.holders += 1;
            if place.address.is_none() {
                self.allocator.wanted.insert((network, node.clone()));
            }
        }
        if self.ingress().is_some_and(|ingress| self.allocator.balancer(&ingress, &node).is_none()) {
            self.attach_to_ingress(&node);
        }
    }

    /// A task on the node has ended.
    pub(super) fn leave_balancer(&mut self, network: &NetworkId, node: &NodeId) {
        let Some(nodes) = self.allocator.balancers.get_mut(network) else { return };
        let Some(place) = nodes.get_mut(node) else { return };
        place.holders = place.holders.saturating_sub(1);
        if place.holders == 0 {
            let address = nodes.remove(node).and_then(|place| place.address);
            self.allocator.wanted.remove(&(network.clone(), node.clone()));
            if let Some(address) = address {
                self.give_back(network, address);
            }
        }
    }

    /// Addresses for the nodes that want one, and the tasks that were waiting for it.
    pub(super) fn allocate_nodes(&mut self) {
        for (network, node) in std::mem::take(&mut self.allocator.wanted) {
            let Some(address) = self.take(&network) else {
                self.allocator.wanted.insert((network, node));
                continue;
            };
            let nodes = self.allocator.balancers.entry(network.clone()).or_default();
            if let Some(place) = nodes.get_mut(&node) {
                place.address = Some(address);
            }
            self.node_is_attached(&node);
        }
    }

    /// A network is removed, with the addresses that the nodes had on it.
    pub(crate) fn forget_balancers(&mut self, network: &NetworkId) {
        self.allocator.balancers.remove(network);
        self.allocator.wanted.retain(|(wanted, _)| wanted != network);
    }

    /// A node leaves the cluster.
    pub(crate) fn forget_node(&mut self, node: &NodeId) {
        if let Some(ingress) = self.ingress() {
            self.leave_balancer(&ingress, node);
        }
        self.allocator.wanted.retain(|(_, wanted)| wanted != node);
        self.released();
    }

    /// Whether the node has an address on all networks of the task.
    pub(crate) fn is_attached(&self, task: &TaskId) -> bool {
        let Some(task) = self.tasks.get(task) else { return false };
        let Some(node) = &task.node else { return false };
        task.networks_held().all(|network| self.allocator.balancer(network, node).is_some())
    }
}
