//! The networks that a change takes addresses of.

use std::collections::BTreeMap;

use super::object::{Held, name_of};
use crate::engine::Network;

/// The networks that a change takes addresses of, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claim {
    /// What tells the network apart, and what the user calls it.
    networks: BTreeMap<String, String>,
}

/// The routing mesh's network: a swarm has one at most, so its id need not be known.
const INGRESS: &str = "ingress";

impl Claim {
    /// No network: the change takes no address.
    pub fn none() -> Self {
        Self::default()
    }

    /// With one more network.
    #[must_use]
    pub fn with(mut self, network: &Network) -> Self {
        if network.ingress {
            return self.with_ingress();
        }
        self.networks.insert(network.id.clone(), network.name.clone());
        self
    }

    /// With the networks of another one.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.networks.extend(other.networks);
        self
    }

    /// With the ingress network.
    #[must_use]
    pub fn with_ingress(mut self) -> Self {
        self.networks.insert(INGRESS.to_owned(), INGRESS.to_owned());
        self
    }

    /// What tells the networks apart, in an order that is the same for all clients.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.networks.keys().map(String::as_str)
    }

    /// The name of a network of the claim that somebody has reserved.
    pub(super) fn taken_by(&self, present: &[Held]) -> Option<&str> {
        let taken = |key: &str| present.iter().any(|held| held.name == name_of(key));
        self.networks.iter().find(|(key, _)| taken(key)).map(|(_, name)| name.as_str())
    }
}
