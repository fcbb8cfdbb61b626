//! What stack files declare, as far as addresses, names and labels depend on it.
//!
//! Every value keeps its place, so that whatever is said about it can name file and line.

use std::collections::BTreeMap;

use crate::finding::Place;
use crate::service::PublishedPort;

/// A value and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub place: Place,
}

/// Several stack files, merged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stack {
    /// The services, by the names in the files.
    pub services: BTreeMap<String, StackService>,
    /// The networks, likewise; without those that are only implied.
    pub networks: BTreeMap<String, StackNetwork>,
}

/// One service of a stack. `None` and empty stand for what the files do not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackService {
    /// The key of the service.
    pub place: Place,
    /// The networks that it lists, by the names in the files.
    pub networks: BTreeMap<String, Place>,
    /// The ports that it publishes.
    pub ports: Vec<Located<PublishedPort>>,
    /// `deploy.labels`: the labels of the service, not those of its containers.
    pub labels: BTreeMap<String, Located<String>>,
    /// `deploy.mode`.
    pub mode: Option<Located<String>>,
    /// `deploy.replicas`.
    pub replicas: Option<Located<u64>>,
    /// `deploy.endpoint_mode`.
    pub endpoint_mode: Option<Located<String>>,
    /// `deploy.update_config`.
    pub update: Option<StackUpdate>,
    /// `deploy.placement.constraints`.
    pub constraints: Vec<Located<String>>,
    /// `deploy.restart_policy`.
    pub restart: Option<StackRestart>,
}

/// `update_config`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StackUpdate {
    /// How many tasks at once.
    pub parallelism: Option<u64>,
    /// `start-first` or `stop-first`.
    pub order: Option<String>,
}

/// `restart_policy`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StackRestart {
    /// `any`, `on-failure` or `none`.
    pub condition: Option<String>,
    /// After how many attempts it is given up.
    pub max_attempts: Option<u64>,
}

/// One network of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackNetwork {
    /// The key of the network.
    pub place: Place,
    /// What it is called in the swarm, where the files say so.
    pub name: Option<String>,
    /// It is not the stack's own and has to be there already.
    pub external: bool,
    /// Its driver, where it is named.
    pub driver: Option<String>,
    /// `ipam.config[].subnet`.
    pub subnets: Vec<Located<String>>,
}

impl StackService {
    /// A service of which nothing is said.
    pub(super) fn new(place: Place) -> Self {
        Self {
            place,
            networks: BTreeMap::new(),
            ports: Vec::new(),
            labels: BTreeMap::new(),
            mode: None,
            replicas: None,
            endpoint_mode: None,
            update: None,
            constraints: Vec::new(),
            restart: None,
        }
    }

    /// The labels without their places.
    pub fn label_texts(&self) -> BTreeMap<String, String> {
        self.labels.iter().map(|(key, label)| (key.clone(), label.value.clone())).collect()
    }
}
