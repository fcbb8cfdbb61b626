//! What a redefinition is to reach.

use serde::{Deserialize, Serialize};

use crate::dump::{NetworkDefinition, ServiceRecord};

/// A network's new definition, and the services that have to be on it at the end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// What the network was.
    pub from: NetworkDefinition,
    /// What it is to be. The name is the same.
    pub to: NetworkDefinition,
    /// By which way.
    pub strategy: Strategy,
    /// The services that were on it, the oldest first.
    pub services: Vec<ServiceRecord>,
    /// Completed jobs among them that are not to run again, and so are not made again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}

/// By which way services get from the old network to the new one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strategy {
    /// All are removed and made again: short, and nothing answers meanwhile.
    Recreate,
    /// They move to a network in transit one by one, and back: longer, and they stay reachable.
    Rolling {
        /// The network that is there only meanwhile.
        transit: NetworkDefinition,
    },
}

impl Goal {
    /// The network's name.
    pub fn network(&self) -> &str {
        self.to.name()
    }

    /// The way back.
    #[must_use]
    pub fn back(&self) -> Self {
        Self { from: self.to.clone(), to: self.from.clone(), ..self.clone() }
    }

    /// Whether a service is to be there at the end.
    pub fn keeps(&self, service: &ServiceRecord) -> bool {
        !self.left_out.contains(&service.name)
    }
}
