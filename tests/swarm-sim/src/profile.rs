//! Which engine is simulated: its release, its defects, and how long things take on it.

use std::time::Duration;

/// The engine's release, as far as swarm behaves differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// 20.10.24.
    V20_10,
    /// 29.7.2.
    V29,
}

impl Release {
    /// The version text of `GET /version`.
    pub fn version(self) -> &'static str {
        match self {
            Self::V20_10 => "20.10.24",
            Self::V29 => "29.7.2",
        }
    }

    /// The newest API version, as major and minor.
    pub fn api(self) -> (u16, u16) {
        match self {
            Self::V20_10 => (1, 41),
            Self::V29 => (1, 55),
        }
    }

    /// The oldest API version that is served.
    pub fn oldest_api(self) -> (u16, u16) {
        match self {
            Self::V20_10 => (1, 12),
            Self::V29 => (1, 40),
        }
    }
}

/// How long the parts of the engine take, in simulated time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// From a change to the allocator's and the scheduler's work on it.
    pub allocate: Duration,
    /// From the assignment of a task to a node until the node prepares it.
    pub accept: Duration,
    /// From `preparing` to `ready`.
    pub prepare: Duration,
    /// From `starting` to `running`.
    pub start: Duration,
    /// Between the removal of a task from its networks' name service and the signal to its process (moby
    /// `daemon/cluster/executor/container/controller.go`, 2 s).
    pub gossip: Duration,
    /// From the signal to the end of a process that obeys it.
    pub stop: Duration,
    /// From the last sign of a node until it counts as down.
    pub node_down: Duration,
    /// How long a node waits for its own address on a network before it rejects the task (moby
    /// `daemon/cluster/executor/container/controller.go`, 30 s).
    pub attachment: Duration,
    /// How long a swarm has no leader when the leader changes.
    pub election: Duration,
}

impl Pace {
    /// As measured on one machine.
    pub const REAL: Self = Self {
        allocate: Duration::from_millis(10),
        accept: Duration::from_millis(100),
        prepare: Duration::from_millis(200),
        start: Duration::from_millis(400),
        gossip: Duration::from_secs(2),
        stop: Duration::from_millis(200),
        node_down: Duration::from_secs(15),
        attachment: Duration::from_secs(30),
        election: Duration::from_secs(5),
    };
}

/// The engine that is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// Its release.
    pub release: Release,
    /// Whether it has the defects of the allocator that were measured on both releases: addresses that leak, virtual IPs
    /// that are handed out twice, an ingress network that is re-created without the nodes' addresses.
    pub defects: bool,
    /// How fast it is.
    pub pace: Pace,
}

impl Profile {
    /// The release as it is, defects included.
    pub const fn of(release: Release) -> Self {
        Self { release, defects: true, pace: Pace::REAL }
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self::of(Release::V29)
    }
}
