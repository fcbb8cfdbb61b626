//! Nodes of the swarm.

use std::collections::BTreeMap;

use super::Meta;
use crate::id::NodeId;

/// `Spec.Role`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Has the store and serves the swarm's API.
    Manager,
    /// Runs tasks only.
    Worker,
}

/// `Spec.Availability`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    /// Takes tasks.
    Active,
    /// Keeps its tasks and takes no new ones.
    Pause,
    /// Gives its tasks up.
    Drain,
}

/// A node.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its id.
    pub id: NodeId,
    /// Version and times.
    pub meta: Meta,
    /// `Description.Hostname`.
    pub hostname: String,
    /// `Spec.Name`, usually empty.
    pub name: String,
    /// Its address.
    pub address: String,
    /// `Spec.Role`.
    pub role: Role,
    /// `Spec.Availability`.
    pub availability: Availability,
    /// `Spec.Labels`.
    pub labels: BTreeMap<String, String>,
    /// Whether its engine runs.
    pub alive: bool,
    /// Whether the managers know it as `ready`; it follows `alive` with a delay.
    pub ready: bool,
}

impl Node {
    /// Whether the scheduler may give it a task.
    pub fn takes_tasks(&self) -> bool {
        self.ready && self.availability == Availability::Active
    }

    /// Whether tasks may stay on it.
    pub fn keeps_tasks(&self) -> bool {
        self.ready && self.availability != Availability::Drain
    }
}

impl Role {
    /// As in the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Manager => "manager",
            Self::Worker => "worker",
        }
    }
}

impl Availability {
    /// As in the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Pause => "pause",
            Self::Drain => "drain",
        }
    }

    /// From the API's word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Active, Self::Pause, Self::Drain].into_iter().find(|value| value.word() == word)
    }
}
