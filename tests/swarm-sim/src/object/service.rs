//! Services.

use std::sync::Arc;

use ipnet::IpNet;
use serde_json::Value;

use super::{Meta, Port, Shape};
use crate::id::{NetworkId, ServiceId, TaskId};
use crate::moment::Moment;

/// A service.
#[derive(Debug, Clone)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// Version and times.
    pub meta: Meta,
    /// What it is to be.
    pub(crate) revision: Revision,
    /// `PreviousSpec`.
    pub(crate) previous: Option<Revision>,
    /// The number of the newest revision.
    pub(crate) revisions: u64,
    /// `Endpoint`, once it is allocated.
    pub endpoint: Option<Endpoint>,
    /// Whether the allocator still owes it something.
    pub(crate) unallocated: bool,
    /// `UpdateStatus`.
    pub update: Option<UpdateStatus>,
    /// `JobStatus`.
    pub job: Option<Job>,
    /// The published ports, with the numbers that the engine chose.
    pub ports: Vec<Port>,
}

impl Service {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.revision.shape.name
    }

    /// What it is to be, as it was sent, with the few fields that the engine fills in.
    pub fn spec(&self) -> &Value {
        &self.revision.spec
    }

    /// What the spec says that the swarm depends on.
    pub fn shape(&self) -> &Arc<Shape> {
        &self.revision.shape
    }
}

/// A spec that a service has or had.
#[derive(Debug, Clone)]
pub(crate) struct Revision {
    /// Tasks are dirty when they are of another one. A change that no task would notice keeps the number.
    pub(crate) number: u64,
    pub(crate) spec: Arc<Value>,
    pub(crate) shape: Arc<Shape>,
}

/// `Endpoint`.
#[derive(Debug, Clone, Default)]
pub struct Endpoint {
    /// `Endpoint.Spec`.
    pub spec: Value,
    /// `Endpoint.VirtualIPs`.
    pub vips: Vec<VirtualIp>,
}

/// One of `Endpoint.VirtualIPs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VirtualIp {
    /// The network.
    pub network: NetworkId,
    /// The address; `None` on a network without addresses.
    pub address: Option<IpNet>,
}

/// `UpdateStatus.State`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateState {
    /// Tasks are being replaced.
    Updating,
    /// It stopped at a failure.
    Paused,
    /// All tasks are replaced and stayed.
    Completed,
    /// The previous spec is being brought back.
    RollbackStarted,
    /// Bringing it back stopped at a failure.
    RollbackPaused,
    /// It is back.
    RollbackCompleted,
}

impl UpdateState {
    /// As in the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Updating => "updating",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::RollbackStarted => "rollback_started",
            Self::RollbackPaused => "rollback_paused",
            Self::RollbackCompleted => "rollback_completed",
        }
    }
}

/// `UpdateStatus`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateStatus {
    /// `State`.
    pub state: UpdateState,
    /// `StartedAt`.
    pub started: Option<Moment>,
    /// `CompletedAt`.
    pub completed: Option<Moment>,
    /// `Message`.
    pub message: String,
}

impl UpdateStatus {
    /// The words for an update that stopped because of this task.
    pub(crate) fn stopped_by(word: &str, task: &TaskId) -> String {
        format!("{word} due to failure or early termination of task {task}")
    }
}

/// `JobStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Job {
    /// `JobIteration.Index`.
    pub iteration: u64,
    /// `LastExecution`.
    pub last_execution: Moment,
}
