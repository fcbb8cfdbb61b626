//! Snapshots: everything that a decision is made from.
//!
//! A plan is made from them alone; nothing asks the engine again between the snapshot and the first change.

mod counted;
mod create;
mod endpoint;
mod facts;
mod gateway;
mod redefinition;
#[cfg(test)]
pub(crate) mod sample;
mod shape;
mod update;

use smsvc_core::budget::{Allocator, NodeFact};

pub use create::{CreateSnapshot, network_named};
pub use endpoint::{endpoint_facts, lbswarm};
pub use gateway::GatewaySnapshot;
pub use redefinition::{NamedSwarm, is_updating};
pub use shape::{rollback_policy, shape};
pub use update::{UpdateSnapshot, service_named};

use crate::engine::{Engine, EngineError, Network, Task};
use crate::service::RawService;

/// What a swarm looked like at one moment.
#[derive(Debug, Clone)]
pub struct Swarm {
    /// The address allocator of its engines.
    pub allocator: Allocator,
    /// The networks, node-local ones included.
    pub networks: Vec<Network>,
    /// The services.
    pub services: Vec<RawService>,
    /// The tasks, attachments of standalone containers included.
    pub tasks: Vec<Task>,
    /// The nodes.
    pub nodes: Vec<NodeFact>,
}

impl Swarm {
    /// Reads the four lists side by side. A task whose service is not in the snapshot still holds its addresses and
    /// is counted.
    pub async fn observe(engine: &impl Engine) -> Result<Self, EngineError> {
        let (networks, services, tasks, nodes) =
            tokio::try_join!(engine.networks(), engine.services(), engine.tasks(), engine.nodes())?;
        Ok(Self { allocator: engine.allocator(), networks, services, tasks, nodes })
    }

    /// The service of this name.
    pub fn service(&self, name: &str) -> Option<&RawService> {
        self.services.iter().find(|service| service.name() == name)
    }
}
