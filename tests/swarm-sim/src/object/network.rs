//! Networks of the swarm.

use ipnet::IpNet;
use serde_json::Value;

use super::Meta;
use crate::id::NetworkId;
use crate::pool::{Pool, SubnetRequest};

/// What a network is to the allocator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// An overlay network, whose addresses the managers hand out.
    Overlay,
    /// The routing mesh's overlay network.
    Ingress,
    /// A network of each node that services may name (`host`, `none`): no addresses.
    Predefined,
}

/// A network.
#[derive(Debug, Clone)]
pub struct Network {
    /// Its id.
    pub id: NetworkId,
    /// Version and times.
    pub meta: Meta,
    /// Its name.
    pub name: String,
    /// What it is to the allocator.
    pub scope: Scope,
    /// The driver's name.
    pub driver: String,
    /// The body of its creation; what is shown of it is taken from here.
    pub request: Value,
    /// The subnets that were asked for, or chosen from the address pool of the swarm.
    pub subnets: Vec<SubnetRequest>,
    /// The number of its VXLAN.
    pub vxlan: u32,
    /// Its addresses; `None` until it is allocated.
    pub(crate) pool: Option<Pool>,
}

impl Network {
    /// Whether tasks and nodes take addresses of it.
    pub fn has_addresses(&self) -> bool {
        self.scope != Scope::Predefined
    }

    /// Whether the allocator has accepted its subnets.
    pub fn is_allocated(&self) -> bool {
        self.pool.is_some() || self.scope == Scope::Predefined
    }

    /// Whether one of its subnets overlaps one of these.
    pub(crate) fn overlaps(&self, others: &[SubnetRequest]) -> bool {
        let overlap = |a: &IpNet, b: &IpNet| a.contains(b) || b.contains(a);
        self.subnets.iter().any(|own| others.iter().any(|other| overlap(&own.subnet, &other.subnet)))
    }
}
