//! The steps of a scenario file.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// One step.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// Creates a service.
    Create(Create),
    /// Creates the same service again and again, until one does not get all that it needs; so many must fit.
    Repeat {
        /// The service.
        create: Create,
        /// How many fit.
        fit: u64,
    },
    /// Changes a service's spec: a JSON merge patch (RFC 7396). Network names stand for ids.
    Update {
        /// The service.
        service: String,
        /// What changes.
        patch: Value,
        /// The status of the answer.
        #[serde(default = "ok")]
        status: u16,
    },
    /// Removes a service.
    Remove(String),
    /// Creates a network.
    Network {
        /// Its name.
        name: String,
        /// `IPAM.Config`.
        config: Value,
        /// The status of the answer.
        #[serde(default = "created")]
        status: u16,
        /// Whether it is the routing mesh's.
        #[serde(default)]
        ingress: bool,
        /// For how many seconds another answer is no failure: a node may still have the network that had the name.
        #[serde(default)]
        within: f64,
    },
    /// Removes a network.
    RemoveNetwork {
        /// Its name.
        name: String,
        /// The status of the answer.
        #[serde(default = "gone")]
        status: u16,
    },
    /// Lets so many seconds pass.
    Wait(f64),
    /// Must be so now.
    Expect(Condition),
    /// Must be so before so many seconds have passed.
    Until {
        /// The limit.
        seconds: f64,
        /// What must be so.
        see: Condition,
    },
    /// The most task addresses that the service holds at a time, until its update is complete.
    Peak {
        /// The service.
        service: String,
        /// How many.
        addresses: usize,
    },
    /// Creates and removes services of one address each; the last octets that they get.
    Octets {
        /// The network.
        network: String,
        /// The octets.
        octets: Vec<u8>,
    },
    /// Something that no API call does.
    Node {
        /// The node.
        name: String,
        /// What happens to it.
        fate: NodeFate,
    },
    /// A standalone container joins a network.
    Attach {
        /// The network.
        network: String,
        /// The node that it runs on.
        node: String,
    },
    /// All standalone containers are removed.
    DetachAll,
}

/// What happens to a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeFate {
    /// Its engine dies.
    Kill,
    /// It comes back.
    Return,
    /// It is drained.
    Drain,
    /// It is removed from the cluster.
    Remove,
    /// It stops to lead, and leads again.
    Restart,
}

/// A service.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Create {
    /// Its name.
    pub name: String,
    /// The networks by name.
    pub on: Vec<String>,
    /// `EndpointSpec.Mode`; absent where the spec has none.
    pub mode: Option<String>,
    /// `replicated`, `global`, `replicated-job`, `global-job`.
    pub kind: Option<String>,
    /// Replicas, or tasks of a job; 1 where it is absent.
    pub replicas: Option<u64>,
    /// `EndpointSpec.Ports`.
    pub ports: Vec<Value>,
    /// Environment variables.
    pub env: Vec<String>,
    /// Seconds of stop grace.
    pub grace: Option<f64>,
    /// `RestartPolicy`.
    pub restart: Option<Value>,
    /// `UpdateConfig`.
    pub update: Option<Value>,
    /// `Placement.Constraints`.
    pub constraints: Vec<String>,
    /// The status of the answer; 201 where it is absent.
    pub status: Option<u16>,
}

/// What is looked at.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Condition {
    /// Free addresses by network, counted by probing.
    pub free: BTreeMap<String, u64>,
    /// Addresses that the objects of the API hold, by network (virtual IPs and tasks; no API shows the nodes').
    pub held: BTreeMap<String, usize>,
    /// Virtual IPs by service.
    pub vips: BTreeMap<String, usize>,
    /// How many tasks are in each state, as `running/shutdown` (actual and desired), by service.
    pub states: BTreeMap<String, BTreeMap<String, usize>>,
    /// How many tasks run, by service.
    pub running: BTreeMap<String, usize>,
    /// The state of the update, by service.
    pub update: BTreeMap<String, String>,
    /// How many services' tasks were rejected with these words.
    pub rejected: BTreeMap<String, String>,
    /// How often an address is a virtual IP of two services, by network.
    pub duplicates: BTreeMap<String, usize>,
    /// `IPsInUse` of the first subnet by network, as the engine tells it.
    pub in_use: BTreeMap<String, u64>,
    /// Whether a network has subnets.
    pub allocated: BTreeMap<String, bool>,
    /// No task refers to these networks.
    pub no_tasks: Vec<String>,
}

fn ok() -> u16 {
    200
}

fn created() -> u16 {
    201
}

fn gone() -> u16 {
    204
}
