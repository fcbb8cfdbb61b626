//! The part of a service's specification that decides how many addresses it takes.
//!
//! The same shape describes a service that exists and one that is only planned, so that the need of a new service
//! and the debt of an existing one come from the same rules.

use super::facts::NetworkFact;
use super::id::NetworkId;
use super::placement::Placement;
use crate::endpoint::Mode;

/// What a service asks of the swarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceShape {
    /// Endpoint mode. A service without one has `vip`, jobs included.
    pub mode: Mode,
    /// How many tasks it runs.
    pub kind: Kind,
    /// The networks it is attached to, ingress left out. The engine accepts one network listed twice and then
    /// charges twice.
    pub networks: Vec<NetworkId>,
    /// A port is published in ingress mode, so the service is on the ingress network as well.
    pub ingress_port: bool,
    /// Where its tasks may run.
    pub placement: Placement,
    /// How it is updated.
    pub update: UpdatePolicy,
    /// A task that ends is always replaced: restart condition `any` (the default), without a limit of attempts.
    pub restarts_for_ever: bool,
}

/// How many tasks a service runs, and whether they are meant to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A fixed number of tasks.
    Replicated {
        /// The number.
        replicas: u64,
    },
    /// One task on every node that the placement allows.
    Global,
    /// Tasks that run to completion.
    ReplicatedJob {
        /// How many run at the same time.
        concurrent: u64,
        /// How many must complete.
        completions: u64,
    },
    /// One task to completion on every node that the placement allows.
    GlobalJob,
}

/// The rolling update of a service (`UpdateConfig`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UpdatePolicy {
    /// What comes first.
    pub order: UpdateOrder,
    /// How many tasks are replaced at once; 0 means all of them.
    pub parallelism: u64,
}

/// Which of the old and the new task of a slot comes first in an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateOrder {
    /// The old task is stopped, then the new one started. Docker's default.
    StopFirst,
    /// The new task is started, then the old one stopped.
    StartFirst,
}

impl Default for UpdatePolicy {
    /// Docker's default: stop-first, one at a time.
    fn default() -> Self {
        Self { order: UpdateOrder::StopFirst, parallelism: 1 }
    }
}

impl Kind {
    /// The tasks that run at the same time once the service is settled, where the placement allows
    /// `eligible_nodes` nodes.
    pub fn tasks(self, eligible_nodes: u64) -> u64 {
        match self {
            Self::Replicated { replicas } => replicas,
            Self::Global | Self::GlobalJob => eligible_nodes,
            Self::ReplicatedJob { concurrent, completions } => concurrent.min(completions),
        }
    }

    /// Whether there is one task a node, so that the nodes are known before the scheduler chooses.
    pub const fn is_one_per_node(self) -> bool {
        matches!(self, Self::Global | Self::GlobalJob)
    }

    /// Whether the tasks are meant to end. A job has no rolling update.
    pub const fn is_job(self) -> bool {
        matches!(self, Self::ReplicatedJob { .. } | Self::GlobalJob)
    }

    /// Whether two tasks can never run at once, updates aside. A global service may always grow with the swarm.
    pub const fn one_task_at_most(self) -> bool {
        match self {
            Self::Replicated { replicas } => replicas <= 1,
            Self::ReplicatedJob { concurrent, completions } => concurrent <= 1 || completions <= 1,
            Self::Global | Self::GlobalJob => false,
        }
    }
}

impl ServiceShape {
    /// How many times each task of the service takes an address on this network: how often the network is listed,
    /// and once on ingress where a port is published.
    pub fn attachments(&self, network: &NetworkFact) -> u64 {
        if network.ingress {
            return u64::from(self.ingress_port);
        }
        let listed = self.networks.iter().filter(|id| **id == network.id).count();
        u64::try_from(listed).unwrap_or(u64::MAX)
    }

    /// How many virtual IPs the service has on a network for every attachment to it: 1, or 0 with `dnsrr`.
    pub const fn vips_per_attachment(&self) -> u64 {
        match self.mode {
            Mode::Vip => 1,
            Mode::Dnsrr => 0,
        }
    }

    /// The same service in another endpoint mode.
    #[must_use]
    pub fn with_mode(&self, mode: Mode) -> Self {
        Self { mode, ..self.clone() }
    }

    /// The same service with another number of tasks.
    #[must_use]
    pub fn with_kind(&self, kind: Kind) -> Self {
        Self { kind, ..self.clone() }
    }
}
