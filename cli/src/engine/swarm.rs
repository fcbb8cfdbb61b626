//! What is read of an engine's answers: networks, tasks and images, with just the fields that decisions need.
//!
//! These are read and thrown away, never written back, so nothing can be lost through them.

use std::net::IpAddr;

use serde::Deserialize;
use smsvc_core::budget::{Addresses, Subnet};

use crate::service::Platform;

/// A network, node-local or of the swarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// The full id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `overlay`, `bridge`, `host` …
    pub driver: String,
    /// Whether it belongs to the swarm (`Scope: swarm`).
    pub swarm: bool,
    /// Whether it is the routing mesh's.
    pub ingress: bool,
    /// Its address ranges. Empty for a moment after the network was created.
    pub subnets: Vec<Subnet>,
    /// How many addresses the engine itself counts as free, where it was asked and tells.
    pub available: Option<Addresses>,
}

impl Network {
    /// Whether services on it take addresses out of a budget. Engine 20.10 names no driver for a network that it has
    /// not allocated.
    pub fn is_overlay(&self) -> bool {
        self.swarm && (self.driver == "overlay" || self.driver.is_empty())
    }
}

/// A task, of a service or of a standalone container that is attached to an overlay network.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Task {
    /// The id.
    #[serde(rename = "ID")]
    pub id: String,
    /// The service; empty for a standalone container.
    #[serde(rename = "ServiceID", default)]
    pub service: String,
    /// The node; empty until the scheduler has chosen one.
    #[serde(rename = "NodeID", default)]
    pub node: String,
    /// Which replica it is; 0 where there is one task a node.
    #[serde(default)]
    pub slot: u64,
    /// What the engine says of it.
    pub status: TaskStatus,
    /// Where the engine wants it to be.
    #[serde(default)]
    pub desired_state: String,
    /// Which run of a job it belongs to; 0 for a task of any other service.
    #[serde(default)]
    pub job_iteration: JobIteration,
    /// What it was asked to be.
    #[serde(rename = "Spec", default)]
    pub wanted: Wanted,
    /// The networks that it is on, with its addresses.
    #[serde(rename = "NetworksAttachments", default)]
    pub attachments: Option<Vec<Attachment>>,
}

/// What a task was asked to be, as far as addresses depend on it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Wanted {
    /// The networks that it is to be on.
    #[serde(default)]
    pub networks: Option<Vec<WantedNetwork>>,
}

/// One of the networks of [`Wanted`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct WantedNetwork {
    /// The full id.
    #[serde(default)]
    pub target: String,
}

/// A run of a job. Every forced update begins a new one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct JobIteration {
    /// Grows from run to run.
    #[serde(default)]
    pub index: u64,
}

/// `Status` of a task.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TaskStatus {
    /// `new`, `pending`, … `running`, … `orphaned`.
    pub state: String,
    /// The error of a task that failed or was rejected.
    #[serde(default)]
    pub err: String,
    /// Since when it is in this state: RFC 3339 in UTC.
    #[serde(default)]
    pub timestamp: String,
}

/// A task's place on one network.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Attachment {
    /// The network.
    pub network: AttachedNetwork,
    /// Its addresses there, as `10.0.1.5/24`.
    #[serde(default)]
    pub addresses: Option<Vec<String>>,
}

/// The network of an [`Attachment`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AttachedNetwork {
    /// The full id.
    #[serde(rename = "ID")]
    pub id: String,
}

impl Task {
    /// Whether it runs and is meant to go on running.
    pub fn serves(&self) -> bool {
        self.status.state == "running" && self.desired_state == "running"
    }

    /// Its addresses on a network, in the engine's order.
    pub fn addresses_on<'a>(&'a self, network: &'a str) -> impl Iterator<Item = IpAddr> + 'a {
        self.attachments
            .iter()
            .flatten()
            .filter(move |attachment| attachment.network.id == network)
            .flat_map(|attachment| attachment.addresses.iter().flatten())
            .filter_map(|address| address.split('/').next()?.parse().ok())
    }
}

/// What an image's registry says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Image {
    /// `sha256:…`.
    pub digest: String,
    /// What it was built for.
    pub platforms: Vec<Platform>,
}

/// The engine's answer to a created service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// The id of the new service.
    pub id: String,
    /// The engine's own warning, if it has one.
    pub warning: Option<String>,
}
