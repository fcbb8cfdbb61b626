//! Why a redefinition is not begun. Nothing has changed then.

use ipnet::IpNet;
use smsvc_core::budget::Addresses;

use super::Stop;

/// One reason. A plan is refused with all that were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The routing mesh's own network.
    Ingress,
    /// A network of another driver: its addresses are not the swarm's.
    NotOverlay {
        /// The driver.
        driver: String,
    },
    /// The network is what it is to be already.
    Unchanged,
    /// A range overlaps with that of another network.
    Overlap {
        /// The range that was asked for.
        range: IpNet,
        /// The other range.
        with: IpNet,
        /// The network that has it.
        network: String,
    },
    /// Two of the ranges that were asked for overlap.
    OwnRangesOverlap(IpNet, IpNet),
    /// The new network has fewer addresses than its services take.
    TooSmall {
        /// The network.
        network: String,
        /// What is needed.
        need: Addresses,
        /// What the ranges hold.
        usable: Addresses,
        /// The prefix length of one range that would do, if any.
        prefix: Option<u8>,
    },
    /// Standalone containers hold the network.
    Containers {
        /// How many.
        count: usize,
        /// The nodes that they are on.
        nodes: Vec<String>,
    },
    /// Nodes are down: what runs on them is not known.
    NodesDown(Vec<String>),
    /// Services are being updated, or their update has stopped half way.
    Updating(Vec<String>),
    /// Jobs run, and would be cut off.
    RunningJobs(Vec<String>),
    /// Completed jobs would run again, and nobody has said whether they may.
    CompletedJobs(Vec<String>),
    /// Images that no registry knows and this engine does not have.
    Images(Vec<String>),
    /// A start-first service has no room to start a task before the old one stops.
    NoRoomToRoll {
        /// The service.
        service: String,
        /// The network.
        network: String,
    },
    /// Jobs cannot be moved: every update runs them again.
    JobsCannotRoll(Vec<String>),
    /// The network in transit has the name of one that exists.
    TransitTaken(String),
    /// The swarm's address pools have no range that is free and large enough for the network in transit.
    NoTransitRange,
    /// Something about the swarm stands against it.
    Stopped(Stop),
}
