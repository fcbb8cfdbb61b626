//! The objects of a swarm: what the raft store of the managers holds.
//!
//! Records and what follows from one of them alone. What happens to them over time is elsewhere.

mod behaviour;
mod file;
mod network;
mod node;
mod service;
mod shape;
mod task;

pub use behaviour::Behaviour;
pub use file::{File, FileKind};
pub use network::{Network, Scope};
pub use node::{Availability, Node, Role};
pub(crate) use service::Revision;
pub use service::{Endpoint, Job, Service, UpdateState, UpdateStatus, VirtualIp};
pub use shape::{
    Kind, OnFailure, Order, Port, RestartCondition, RestartPolicy, Shape, Template, UpdateConfig,
};
pub use task::{Attachment, DesiredState, Place, Task, TaskState};

use crate::moment::Moment;

/// What every object of the store has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meta {
    /// `Version.Index`: the raft index of the last change.
    pub version: u64,
    /// `CreatedAt`.
    pub created: Moment,
    /// `UpdatedAt`.
    pub updated: Moment,
}
