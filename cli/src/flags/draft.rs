//! What has been typed so far: each flag's value in its own form, not yet held against the others.

use smsvc_core::endpoint::Requested;

use super::flag::Flag;
use super::group_words::GroupWords;
use super::request::{IpBudget, Run};
use super::shell::Shell;
use crate::service::{Mount, PublishedPort, Resources};

use super::values::NetworkValue;

/// A request under construction. Flags write into it; [`parse`](super::parse()) makes a
/// [`CreateRequest`](super::CreateRequest) of it.
#[derive(Debug)]
pub struct Draft<'s> {
    pub(super) shell: &'s Shell,
    pub(super) given: Vec<&'static dyn Flag>,
    pub(super) name: String,
    pub(super) labels: Vec<String>,
    pub(super) mode: String,
    pub(super) replicas: Option<u64>,
    pub(super) group: GroupWords,
    pub(super) networks: Vec<NetworkValue>,
    pub(super) endpoint: Option<Requested>,
    pub(super) ports: Vec<PublishedPort>,
    pub(super) ip_budget: IpBudget,
    pub(super) environment: Vec<String>,
    pub(super) mounts: Vec<Mount>,
    pub(super) hosts: Vec<String>,
    pub(super) constraints: Vec<String>,
    pub(super) resources: Resources,
    pub(super) run: Run,
    pub(super) no_resolve_image: bool,
    pub(super) with_registry_auth: bool,
}

impl<'s> Draft<'s> {
    /// The draft of a command line without flags.
    pub fn new(shell: &'s Shell) -> Self {
        Self {
            shell,
            given: Vec::new(),
            name: String::new(),
            labels: Vec::new(),
            mode: "replicated".to_owned(),
            replicas: None,
            group: GroupWords::default(),
            networks: Vec::new(),
            endpoint: None,
            ports: Vec::new(),
            ip_budget: IpBudget::Enforce,
            environment: Vec::new(),
            mounts: Vec::new(),
            hosts: Vec::new(),
            constraints: Vec::new(),
            resources: Resources::default(),
            run: Run::default(),
            no_resolve_image: false,
            with_registry_auth: false,
        }
    }

    /// Notes that a flag was given; how often does not matter.
    pub(super) fn note(&mut self, flag: &'static dyn Flag) {
        if !self.was_given(flag.long()) {
            self.given.push(flag);
        }
    }

    /// Whether the flag with this long name was given.
    pub(super) fn was_given(&self, long: &str) -> bool {
        self.given.iter().any(|flag| flag.long() == long)
    }
}
