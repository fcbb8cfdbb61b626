//! The managers' address allocator (swarmkit `manager/allocator/network.go` and the `cnmallocator`).
//!
//! It works when it is woken, on what has changed since, in the store's order: networks, services, tasks, then the nodes.
//! What finds no address waits until some address is given back; the engine tells nobody.

mod network;
mod node;
mod service;
mod task;

use std::collections::{BTreeSet, HashMap};

use ipnet::IpNet;

use crate::id::{NetworkId, NodeId, ServiceId, TaskId};
use crate::swarm::{Swarm, Timer};

/// What is to be allocated, what waits, and the nodes' own addresses. Every other address is known by its owner.
#[derive(Debug, Default)]
pub(crate) struct Allocator {
    awake: bool,
    pub(crate) new_networks: BTreeSet<NetworkId>,
    pub(crate) new_services: BTreeSet<ServiceId>,
    pub(crate) new_tasks: BTreeSet<TaskId>,
    /// Tasks that wait for a node.
    pub(crate) pending: BTreeSet<TaskId>,
    stuck_services: BTreeSet<ServiceId>,
    stuck_tasks: BTreeSet<TaskId>,
    /// Whether something was given back since what waits was last tried.
    released: bool,
    balancers: HashMap<NetworkId, HashMap<NodeId, Balancer>>,
    /// Nodes that need an address of their own on a network.
    wanted: BTreeSet<(NetworkId, NodeId)>,
}

/// A node's place on a network.
#[derive(Debug, Default)]
struct Balancer {
    address: Option<IpNet>,
    /// How many tasks on the node hold addresses of the network; on ingress, the node itself counts as one.
    holders: usize,
}

impl Allocator {
    /// How many nodes have an address of their own on the network.
    pub(crate) fn balancers_on(&self, network: &NetworkId) -> usize {
        self.balancers
            .get(network)
            .map_or(0, |nodes| nodes.values().filter(|balancer| balancer.address.is_some()).count())
    }

    /// The address of a node on a network.
    pub(crate) fn balancer(&self, network: &NetworkId, node: &NodeId) -> Option<IpNet> {
        self.balancers.get(network)?.get(node)?.address
    }
}

impl Swarm {
    /// Something has changed that the allocator or the scheduler may be waiting for.
    pub(crate) fn wake(&mut self) {
        if !self.allocator.awake {
            self.allocator.awake = true;
            self.timers.set(self.now + self.profile.pace.allocate, Timer::Allocate);
        }
    }

    /// One round of the allocator and of the scheduler. Without a leader nobody allocates.
    pub(crate) fn allocate(&mut self) {
        self.allocator.awake = false;
        if self.leader.is_none() && self.index > 100 {
            return;
        }
        self.allocate_networks();
        if std::mem::take(&mut self.allocator.released) {
            self.allocate_nodes();
            let (services, tasks) = (
                std::mem::take(&mut self.allocator.stuck_services),
                std::mem::take(&mut self.allocator.stuck_tasks),
            );
            self.allocator.new_services.extend(services);
            self.allocator.new_tasks.extend(tasks);
        }
        for service in std::mem::take(&mut self.allocator.new_services) {
            if !self.allocate_service(&service) {
                self.allocator.stuck_services.insert(service);
            }
        }
        for task in std::mem::take(&mut self.allocator.new_tasks) {
            if !self.allocate_task(&task) {
                self.allocator.stuck_tasks.insert(task);
            }
        }
        self.schedule();
        self.allocate_nodes();
    }

    fn released(&mut self) {
        self.allocator.released = true;
        self.wake();
    }

    fn take(&mut self, network: &NetworkId) -> Option<IpNet> {
        self.networks.get_mut(network)?.pool.as_mut()?.take()
    }

    fn give_back(&mut self, network: &NetworkId, address: IpNet) {
        if let Some(pool) = self.networks.get_mut(network).and_then(|network| network.pool.as_mut()) {
            pool.give_back(address.addr());
        }
    }

    /// A new leader's allocator: it knows what the store knows, so that leaked addresses are free again.
    pub(crate) fn rebuild_allocator(&mut self) {
        for network in self.networks.values_mut() {
            if let Some(pool) = &mut network.pool {
                pool.reset();
            }
        }
        let balancers = self.allocator.balancers.iter().flat_map(|(network, nodes)| {
            nodes.values().filter_map(move |balancer| Some((network.clone(), balancer.address?)))
        });
        let vips = self.services.values().filter_map(|service| service.endpoint.as_ref());
        let vips = vips.flat_map(|endpoint| &endpoint.vips);
        let vips = vips.filter_map(|vip| Some((vip.network.clone(), vip.address?)));
        let tasks = self.tasks.values().filter(|task| task.holds && !task.state.is_terminal());
        let tasks = tasks.flat_map(|task| &task.attachments);
        let tasks =
            tasks.flat_map(|held| held.addresses.iter().map(|address| (held.network.clone(), *address)));
        let held: Vec<(NetworkId, IpNet)> = balancers.chain(vips).chain(tasks).collect();
        for (network, address) in held {
            if let Some(pool) = self.networks.get_mut(&network).and_then(|network| network.pool.as_mut()) {
                pool.take_exactly(address.addr());
            }
        }
        let nodes: Vec<NodeId> = self.nodes.keys().cloned().collect();
        if self.ingress().is_some_and(|ingress| self.allocator.balancers_on(&ingress) < nodes.len()) {
            for node in nodes {
                self.attach_to_ingress(&node);
            }
        }
        self.released();
    }
}
