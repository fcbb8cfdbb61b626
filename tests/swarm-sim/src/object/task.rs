//! Tasks: one attempt to run one replica, or the attachment of a standalone container.

use std::sync::Arc;

use ipnet::IpNet;

use super::{Meta, Template};
use crate::id::{NetworkId, NodeId, ServiceId, TaskId};
use crate::moment::Moment;

/// `Status.State`, in the order in which a task goes through them (swarmkit `api/types.proto`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaskState {
    /// Waits for addresses.
    New,
    /// Waits for a node.
    Pending,
    /// Has a node.
    Assigned,
    /// The node makes the container.
    Preparing,
    /// The container may be started.
    Ready,
    /// It is being started.
    Starting,
    /// It runs.
    Running,
    /// It ended by itself, and well.
    Complete,
    /// It was stopped.
    Shutdown,
    /// It ended by itself, and not well.
    Failed,
    /// The node did not take it.
    Rejected,
    /// Its node is gone.
    Orphaned,
}

impl TaskState {
    /// Whether it holds no addresses any more.
    pub fn is_terminal(self) -> bool {
        self > Self::Running
    }

    /// As in the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Pending => "pending",
            Self::Assigned => "assigned",
            Self::Preparing => "preparing",
            Self::Ready => "ready",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Complete => "complete",
            Self::Shutdown => "shutdown",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
            Self::Orphaned => "orphaned",
        }
    }

    /// `Status.Message` of a task that just came into this state.
    pub fn message(self) -> &'static str {
        match self {
            Self::New => "created",
            Self::Pending => "pending task scheduling",
            Self::Assigned => "scheduler assigned task to node",
            Self::Preparing | Self::Rejected => "preparing",
            Self::Ready => "prepared",
            Self::Starting => "starting",
            Self::Running | Self::Failed => "started",
            Self::Complete => "finished",
            Self::Shutdown => "shutdown",
            Self::Orphaned => "Task belonged to a node that has been deleted",
        }
    }
}

/// `DesiredState`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DesiredState {
    /// Be prepared and wait.
    Ready,
    /// Run.
    Running,
    /// Run to its end.
    Complete,
    /// Stop.
    Shutdown,
    /// Stop and be forgotten.
    Remove,
}

impl DesiredState {
    /// As in the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Complete => "complete",
            Self::Shutdown => "shutdown",
            Self::Remove => "remove",
        }
    }

    /// Whether the task is meant to stop.
    pub fn is_over(self) -> bool {
        self >= Self::Shutdown
    }
}

/// Which of a service's tasks it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The replica of this number, from 1.
    Slot(u64),
    /// The one on this node.
    Node(NodeId),
}

/// A task's addresses on one network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The network.
    pub network: NetworkId,
    /// One, or none on a network without addresses. They stay listed when the task no longer holds them.
    pub addresses: Vec<IpNet>,
    /// The network as the API shows it within a task, from when the address was allocated.
    pub(crate) shown: Arc<str>,
}

/// A task.
#[derive(Debug, Clone)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Version and times.
    pub meta: Meta,
    /// The service; `None` for a standalone container.
    pub service: Option<ServiceId>,
    /// Which of the service's tasks.
    pub place: Place,
    /// What is to be run.
    pub template: Arc<Template>,
    /// Whether it needs an address on ingress too.
    pub published: bool,
    /// Which revision of the service it was made from.
    pub revision: u64,
    /// Which run of a job it belongs to.
    pub iteration: Option<u64>,
    /// The node that runs it.
    pub node: Option<NodeId>,
    /// `Status.State`.
    pub state: TaskState,
    /// Since when.
    pub since: Moment,
    /// `Status.Err`.
    pub error: String,
    /// `Status.ContainerStatus.ExitCode`.
    pub exit_code: i64,
    /// `DesiredState`.
    pub desired: DesiredState,
    /// Its addresses.
    pub attachments: Vec<Attachment>,
    /// Whether the allocator still holds addresses for it.
    pub(crate) holds: bool,
    /// Whether the node has been told to stop it.
    pub(crate) stopping: bool,
}

impl Task {
    /// Whether it neither ended nor is to end.
    pub fn is_kept(&self) -> bool {
        !self.desired.is_over() && !self.state.is_terminal()
    }

    /// The networks on which it holds addresses.
    pub fn networks_held(&self) -> impl Iterator<Item = &NetworkId> {
        let held = self.attachments.iter().filter(|attachment| !attachment.addresses.is_empty());
        held.filter(|_| self.holds).map(|attachment| &attachment.network)
    }

    /// The replica's number; 0 where there is one task a node.
    pub fn slot(&self) -> u64 {
        match self.place {
            Place::Slot(slot) => slot,
            Place::Node(_) => 0,
        }
    }
}
