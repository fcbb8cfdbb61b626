//! What has been typed so far: each flag's value in its own form, not yet held against the others.

use std::collections::BTreeMap;

use smsvc_core::endpoint::Requested;

use super::defs::change::Removal;
use super::docker_line::Typed;
use super::flag::Flag;
use super::group_words::GroupWords;
use super::openapi::OpenApiWords;
use super::request::{IpBudget, Run};
use super::shell::Shell;
use crate::publish::PublishVia;
use crate::service::{Check, Container, Placement, PublishedPort, Resources, RestartPolicy, UpdateConfig};

use super::values::NetworkValue;

/// A request under construction. Flags write into it; [`parse`](super::parse()) makes a
/// [`CreateRequest`](super::CreateRequest) of it.
#[derive(Debug)]
pub struct Draft<'s> {
    pub(super) shell: &'s Shell,
    pub(super) given: Vec<&'static dyn Flag>,
    pub(super) typed: Typed,
    pub(super) name: String,
    pub(super) labels: Vec<String>,
    pub(super) mode: String,
    pub(super) replicas: Option<u64>,
    pub(super) max_concurrent: Option<u64>,
    pub(super) group: GroupWords,
    pub(super) openapi: OpenApiWords,
    pub(super) networks: Vec<NetworkValue>,
    pub(super) endpoint: Option<Requested>,
    pub(super) ports: Vec<PublishedPort>,
    pub(super) publish_via: PublishVia,
    pub(super) ip_budget: IpBudget,
    /// What needs no other flag to be understood; what does stands beside it.
    pub(super) container: Container,
    pub(super) env_files: Vec<String>,
    pub(super) environment: Vec<String>,
    pub(super) capabilities_added: Vec<String>,
    pub(super) capabilities_dropped: Vec<String>,
    pub(super) health: Check,
    pub(super) no_healthcheck: bool,
    pub(super) log_driver: String,
    pub(super) log_options: Vec<String>,
    pub(super) placement: Placement,
    pub(super) resources: Resources,
    pub(super) generic_resources: Vec<String>,
    pub(super) restart: Option<RestartPolicy>,
    pub(super) update: Option<UpdateConfig>,
    pub(super) rollback: Option<UpdateConfig>,
    pub(super) run: Run,
    pub(super) no_resolve_image: bool,
    pub(super) with_registry_auth: bool,
    pub(super) change: ChangeWords,
}

/// What only an update has.
#[derive(Debug, Default)]
pub(super) struct ChangeWords {
    pub(super) image: Option<String>,
    pub(super) arguments: Option<Vec<String>>,
    pub(super) force: bool,
    pub(super) roll_back: bool,
    pub(super) removed: BTreeMap<Removal, Vec<String>>,
    pub(super) ports: Vec<PublishedPort>,
    pub(super) preferences: Vec<String>,
}

impl<'s> Draft<'s> {
    /// The draft of a command line without flags.
    pub fn new(shell: &'s Shell) -> Self {
        Self {
            shell,
            given: Vec::new(),
            typed: Typed { globals: shell.globals.clone(), flags: Vec::new() },
            name: String::new(),
            labels: Vec::new(),
            mode: "replicated".to_owned(),
            replicas: None,
            max_concurrent: None,
            group: GroupWords::default(),
            openapi: OpenApiWords::default(),
            networks: Vec::new(),
            endpoint: None,
            ports: Vec::new(),
            publish_via: PublishVia::Auto,
            ip_budget: IpBudget::Enforce,
            container: Container::default(),
            env_files: Vec::new(),
            environment: Vec::new(),
            capabilities_added: Vec::new(),
            capabilities_dropped: Vec::new(),
            health: Check::default(),
            no_healthcheck: false,
            log_driver: String::new(),
            log_options: Vec::new(),
            placement: Placement::default(),
            resources: Resources::default(),
            generic_resources: Vec::new(),
            restart: None,
            update: None,
            rollback: None,
            run: Run::default(),
            no_resolve_image: false,
            with_registry_auth: false,
            change: ChangeWords::default(),
        }
    }

    /// Notes that a flag was given.
    pub(super) fn note(&mut self, flag: &'static dyn Flag, value: &str) {
        self.typed.flags.push((flag.long(), value.to_owned()));
        if !self.was_given(flag.long()) {
            self.given.push(flag);
        }
    }

    /// Whether the flag with this long name was given.
    pub(super) fn was_given(&self, long: &str) -> bool {
        self.given.iter().any(|flag| flag.long() == long)
    }
}
