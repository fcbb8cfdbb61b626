//! What the accounting is computed from: plain records of networks, services, tasks and nodes.
//!
//! The caller fills them from the engine's answers. Nothing here parses JSON, and nothing here is derived: a
//! record holds what one API object says. All lists are of the whole swarm, read from a manager:
//!
//! * networks of scope `swarm` whose driver takes its addresses from the swarm (overlay, and remote drivers);
//! * `GET /services`;
//! * `GET /tasks` with `filters={"runtime":["container","","attachment"]}` and no filter on the desired state. The
//!   default answer leaves attached containers out, and `desired-state=running` leaves stopping tasks out;
//! * `GET /nodes`, down and drained ones included.

use std::collections::BTreeMap;

use super::addresses::Addresses;
use super::capacity::Allocator;
use super::id::{NetworkId, NodeId, ServiceId};
use super::shape::ServiceShape;
use super::subnet::Subnet;
use super::task_stage::{Fate, Stage};

/// A snapshot of a swarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwarmFacts {
    /// The address allocator of the leader.
    pub allocator: Allocator,
    /// The swarm networks.
    pub networks: Vec<NetworkFact>,
    /// The services.
    pub services: Vec<ServiceFact>,
    /// The tasks, attached containers included.
    pub tasks: Vec<TaskFact>,
    /// The nodes.
    pub nodes: Vec<NodeFact>,
}

/// A swarm network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkFact {
    /// Its full ID.
    pub id: NetworkId,
    /// Its name.
    pub name: String,
    /// It is the routing mesh network.
    pub ingress: bool,
    /// Its driver is `overlay`. Other drivers have no node load balancers.
    pub overlay: bool,
    /// `IPAM.Config`. Empty until the engine has allocated the network, which takes a moment after its creation, and
    /// for ever where its subnet overlaps with another network.
    pub subnets: Vec<Subnet>,
    /// `DynamicIPsAvailable` of all subnets together, where the engine tells it (API 1.52, `?scope=swarm` on a
    /// manager, asked by name).
    pub available: Option<Addresses>,
}

/// A service that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceFact {
    /// Its ID.
    pub id: ServiceId,
    /// Its name.
    pub name: String,
    /// Its specification.
    pub shape: ServiceShape,
    /// One item for each entry of `Endpoint.VirtualIPs` that has an address. An entry without one is a network of
    /// the node (`host`) or a virtual IP that is not allocated yet.
    pub vips: Vec<NetworkId>,
}

/// A task, or an attached container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskFact {
    /// Whose task it is.
    pub owner: Owner,
    /// The node it is on, once it is assigned to one.
    pub node: Option<NodeId>,
    /// How far it is (`Status.State`).
    pub stage: Stage,
    /// Whether it is to go on (`DesiredState`). The tasks of an earlier iteration of a job are leaving.
    pub fate: Fate,
    /// How many addresses it has on each network (`NetworksAttachments`). A task that ended still lists them.
    pub addresses: BTreeMap<NetworkId, Addresses>,
}

/// Whose task it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// A service. It need not exist any more: its tasks outlive it until they have stopped.
    Service {
        /// The service.
        id: ServiceId,
        /// Which of the replicas this is; 0 where there is one task a node.
        slot: u64,
    },
    /// A container that was attached with `docker run --network`.
    Container,
}

/// A node of the swarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeFact {
    /// Its ID.
    pub id: NodeId,
    /// It is not down (`Status.State`).
    pub ready: bool,
    /// It takes new tasks: `Spec.Availability` is `active`, not `pause` nor `drain`.
    pub active: bool,
    /// It leads the managers (`ManagerStatus.Leader`): its allocator hands out the addresses.
    pub leader: bool,
    /// What placement constraints look at.
    pub attributes: NodeAttributes,
}

/// What placement constraints look at. An empty text stands for an absent value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeAttributes {
    /// `Description.Hostname`.
    pub hostname: String,
    /// `Status.Addr`.
    pub address: String,
    /// `Spec.Role`: `manager` or `worker`.
    pub role: String,
    /// `Description.Platform.OS`.
    pub os: String,
    /// `Description.Platform.Architecture`.
    pub architecture: String,
    /// `Spec.Labels`.
    pub labels: BTreeMap<String, String>,
    /// `Description.Engine.Labels`.
    pub engine_labels: BTreeMap<String, String>,
}
