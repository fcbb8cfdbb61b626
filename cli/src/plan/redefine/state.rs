//! What of a swarm a redefinition looks at, in names.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::dump::NetworkDefinition;

/// The networks and services of a swarm at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// The networks of the swarm, by name.
    pub networks: BTreeMap<String, NetworkState>,
    /// The services, by name.
    pub services: BTreeMap<String, ServiceStand>,
    /// How many tasks still refer to a network, by its id. Tasks outlive services, and their word is what counts.
    pub tasks: BTreeMap<String, u64>,
}

/// A network that exists.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkState {
    /// The id.
    pub id: String,
    /// What it is.
    pub definition: NetworkDefinition,
    /// Whether the engine has given it its ranges.
    pub allocated: bool,
}

/// A service that exists.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceStand {
    /// The id.
    pub id: String,
    /// The version index, which an update has to name.
    pub version: u64,
    /// The spec, with networks by name and chosen ports pinned.
    pub spec: Value,
    /// Tasks that run, are meant to, and are on just the networks that the spec names.
    pub running: u64,
    /// How its last update stands.
    pub update: UpdateState,
}

/// How the last update of a service stands (`UpdateStatus.State`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpdateState {
    /// None, or a completed one.
    Settled,
    /// Under way, a rollback included.
    UnderWay,
    /// It has stopped, or was rolled back, with the engine's message.
    Failed(String),
}

impl State {
    /// How many tasks refer to the network of this id.
    pub fn tasks_on(&self, id: &str) -> u64 {
        self.tasks.get(id).copied().unwrap_or_default()
    }

    /// The services on the network of this name.
    pub fn services_on(&self, network: &str) -> impl Iterator<Item = &str> {
        let is_on =
            move |stand: &ServiceStand| crate::service::network_ids(&stand.spec).any(|name| name == network);
        self.services.iter().filter(move |(_, stand)| is_on(stand)).map(|(name, _)| name.as_str())
    }
}
