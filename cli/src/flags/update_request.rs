//! What a command line asks of services that exist: every value read, and what needs no look at the service judged.

use std::collections::BTreeMap;

use smsvc_core::endpoint::Requested;
use smsvc_core::labels;

use super::defs::change::Removal;
use super::docker_line::Typed;
use super::draft::Draft;
use super::group_change::GroupChange;
use super::notice::Notice;
use super::request::{IpBudget, Run};
use super::request_error::RequestError;
use crate::publish::PublishVia;
use crate::service::{
    Check, Container, Healthcheck, ImageReference, LogDriver, NetworkAttachment, Placement, PublishedPort,
    Resources, RestartPolicy, UpdateConfig,
};

/// A change of one service. A value counts only where its flag is among [`given`](Self::given).
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateRequest {
    /// The service: its name, its id, or the beginning of its id.
    pub service: String,
    /// Another image.
    pub image: Option<ImageReference>,
    /// Other arguments of the containers.
    pub arguments: Option<Vec<String>>,
    /// Replace the tasks even if nothing else changes.
    pub force: bool,
    /// Go back to the service's previous spec.
    pub roll_back: bool,
    /// Labels that are added or get another value.
    pub labels: BTreeMap<String, String>,
    /// The service's place in an API group.
    pub group: GroupChange,
    /// How the routes get into Traefik.
    pub publish_via: PublishVia,
    /// The number of tasks.
    pub replicas: Option<u64>,
    /// Another endpoint mode.
    pub endpoint: Option<Requested>,
    /// Networks that are added, in the order given.
    pub networks: Vec<NetworkAttachment>,
    /// Ports that are added.
    pub ports: Vec<PublishedPort>,
    /// What changes of the container; lists are what is added.
    pub container: Container,
    /// Capabilities beyond the engine's default, as they were typed.
    pub capabilities_added: Vec<String>,
    /// Capabilities taken from the engine's default, as they were typed.
    pub capabilities_dropped: Vec<String>,
    /// What changes of the health check.
    pub health: Check,
    /// What changes of the placement; lists are what is added.
    pub placement: Placement,
    /// What changes of limits and reservations.
    pub resources: Resources,
    /// Generic resources that are added, as they were typed.
    pub generic_resources: Vec<String>,
    /// Another logging driver.
    pub log_driver: Option<LogDriver>,
    /// What changes of the restart policy.
    pub restart: Option<RestartPolicy>,
    /// What changes of updates.
    pub update: Option<UpdateConfig>,
    /// What changes of rollbacks.
    pub rollback: Option<UpdateConfig>,
    /// Ports that are taken away.
    pub removed_ports: Vec<PublishedPort>,
    /// Placement preferences that are taken away.
    pub removed_preferences: Vec<String>,
    /// Everything else that is taken away.
    pub removed: BTreeMap<Removal, Vec<String>>,
    /// What is done about networks that have no room.
    pub ip_budget: IpBudget,
    /// What is asked of the registry, and sent for it.
    pub registry: Registry,
    /// How the command itself behaves.
    pub run: Run,
    /// The long names of the flags that were given, each once, in order.
    pub given: Vec<&'static str>,
    /// The flags as they were typed.
    pub typed: Typed,
    /// What the user should be told although nothing is wrong.
    pub notices: Vec<Notice>,
}

/// What an update has to do with the image's registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registry {
    /// Whether it is asked for a new image's digest and platforms.
    pub resolve: bool,
    /// Whether credentials for it are sent along.
    pub auth: bool,
}

/// What is asked of several services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicesRequest {
    /// The words of the line, in order.
    pub words: Vec<String>,
    /// What is done about networks that have no room.
    pub ip_budget: IpBudget,
    /// How the command itself behaves.
    pub run: Run,
    /// The long names of the flags that were given, each once, in order.
    pub given: Vec<&'static str>,
}

/// Flags about how the command behaves: these go with a rollback, too.
const OF_THE_COMMAND: [&str; 7] =
    ["rollback", "detach", "quiet", "timeout", "dry-run", "print-docker", "ip-budget"];

impl UpdateRequest {
    /// Whether one of these flags was given, by their long names.
    pub fn any_given(&self, flags: &[&str]) -> bool {
        flags.iter().any(|flag| self.given.contains(flag))
    }

    /// What is taken away of one kind, in the order given.
    pub fn removed(&self, what: Removal) -> &[String] {
        self.removed.get(&what).map_or(&[], Vec::as_slice)
    }

    /// Whether a flag was given that a rollback cannot be combined with.
    pub fn changes_more_than_a_rollback(&self) -> bool {
        self.given.iter().any(|flag| !OF_THE_COMMAND.contains(flag))
    }

    /// Whether anything is said of the service's place in an API group.
    pub fn touches_groups(&self) -> bool {
        let removed = self.removed(Removal::Label).iter();
        self.group != GroupChange::default()
            || self.publish_via != PublishVia::Auto
            || self.labels.keys().chain(removed).any(|label| labels::is_own(label))
    }

    /// Whether the service is put on other networks.
    pub fn touches_networks(&self) -> bool {
        !self.networks.is_empty() || !self.removed(Removal::Network).is_empty()
    }

    /// The secrets to look up: each name once, sorted.
    pub fn secret_names(&self) -> Vec<&str> {
        self.container.secret_names()
    }

    /// The configs to look up: each name once, sorted. A config that is the credential spec is among them.
    pub fn config_names(&self) -> Vec<&str> {
        self.container.config_names()
    }
}

impl Draft<'_> {
    /// Holds the values of an update against each other, as far as that can be done without the service.
    pub(super) fn finish_update(mut self, service: String) -> Result<UpdateRequest, RequestError> {
        let given = self.given.iter().map(|flag| flag.long()).collect();
        let log_driver = self.log_driver();
        let (user_groups, group) = self.group.change(&self.change.removed)?;
        let pair = |label: &String| {
            let (key, value) = label.split_once('=').unwrap_or((label, ""));
            (key.to_owned(), value.to_owned())
        };
        self.container.environment = std::mem::take(&mut self.environment);
        self.container.user_groups = user_groups;
        self.container.healthcheck = self.no_healthcheck.then_some(Healthcheck::Disabled);
        let change = self.change;
        let ignored = self.networks.iter().flat_map(|value| {
            let network = &value.attachment.network;
            value.ignored.iter().map(|field| Notice::IgnoredNetworkField { network: network.clone(), field })
        });
        Ok(UpdateRequest {
            service,
            image: change.image.as_deref().map(ImageReference::new),
            arguments: change.arguments,
            force: change.force,
            roll_back: change.roll_back,
            labels: self.labels.iter().map(pair).collect(),
            group,
            replicas: self.replicas,
            endpoint: self.endpoint,
            notices: ignored.collect(),
            networks: self.networks.into_iter().map(|value| value.attachment).collect(),
            ports: self.ports,
            container: self.container,
            capabilities_added: self.capabilities_added,
            capabilities_dropped: self.capabilities_dropped,
            health: self.health,
            placement: self.placement,
            resources: self.resources,
            generic_resources: self.generic_resources,
            log_driver,
            restart: self.restart,
            update: self.update,
            rollback: self.rollback,
            removed_ports: change.ports,
            removed_preferences: change.preferences,
            removed: change.removed,
            publish_via: self.publish_via,
            ip_budget: self.ip_budget,
            registry: Registry { resolve: !self.no_resolve_image, auth: self.with_registry_auth },
            run: self.run,
            given,
            typed: self.typed,
        })
    }

    /// Takes the words of a line about several services.
    pub(super) fn finish_services(self, words: &[String]) -> ServicesRequest {
        ServicesRequest {
            words: words.to_vec(),
            ip_budget: self.ip_budget,
            run: self.run,
            given: self.given.iter().map(|flag| flag.long()).collect(),
        }
    }
}
