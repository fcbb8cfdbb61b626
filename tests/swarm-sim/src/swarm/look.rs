//! Looking objects up.

use std::time::Duration;

use super::Swarm;
use crate::id::{NetworkId, NodeId, ServiceId, TaskId};
use crate::object::{Network, Node, Scope, Service, Task};
use crate::profile::Profile;

impl Swarm {
    /// The engine that is simulated.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// The time since 1970 at which the swarm was made.
    pub fn epoch(&self) -> Duration {
        self.epoch
    }

    /// All nodes.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.values()
    }

    /// All networks of the swarm.
    pub fn networks(&self) -> impl Iterator<Item = &Network> {
        self.networks.values()
    }

    /// All services.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.services.values()
    }

    /// All tasks, those that have ended and are remembered included.
    pub fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.values()
    }

    /// The node of this host name or id.
    pub fn node(&self, name: &str) -> Option<&Node> {
        self.nodes.get(name).or_else(|| self.nodes.values().find(|node| node.hostname == name))
    }

    /// The network of this id, name, or unambiguous beginning of an id.
    pub fn network(&self, name: &str) -> Option<&Network> {
        self.networks
            .get(name)
            .or_else(|| self.networks.values().find(|network| network.name == name))
            .or_else(|| only(self.networks.values(), |network| network.id.as_str().starts_with(name)))
    }

    /// The service of this id, name, or unambiguous beginning of an id.
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services
            .get(name)
            .or_else(|| self.services.values().find(|service| service.name() == name))
            .or_else(|| only(self.services.values(), |service| service.id.as_str().starts_with(name)))
    }

    /// The tasks of a service.
    pub fn tasks_of(&self, service: &ServiceId) -> impl Iterator<Item = &Task> {
        self.tasks_of.get(service).into_iter().flatten().filter_map(|id| self.tasks.get(id))
    }

    /// The node whose manager leads.
    pub fn leader(&self) -> Option<&NodeId> {
        self.leader.as_ref()
    }

    pub(crate) fn task_ids_of(&self, service: &ServiceId) -> Vec<TaskId> {
        self.tasks_of.get(service).into_iter().flatten().cloned().collect()
    }

    pub(crate) fn ingress(&self) -> Option<NetworkId> {
        self.networks
            .values()
            .find(|network| network.scope == Scope::Ingress)
            .map(|network| network.id.clone())
    }

    pub(crate) fn per_node_services(&self) -> Vec<ServiceId> {
        let per_node = self.services.values().filter(|service| service.shape().kind.is_per_node());
        per_node.map(|service| service.id.clone()).collect()
    }
}

/// The one entry that matches; `None` where several do.
pub(crate) fn only<T>(mut entries: impl Iterator<Item = T>, matches: impl Fn(&T) -> bool) -> Option<T> {
    let first = entries.find(|entry| matches(entry))?;
    entries.all(|entry| !matches(&entry)).then_some(first)
}
