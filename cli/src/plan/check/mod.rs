//! What `docker stack deploy` would do with a stack: whether it fits, and what is wrong with it.
//!
//! Pure: the stack, the swarm as it is (or as the user describes it), and the findings. Nothing is left for the engine
//! to refuse, or to accept and never carry out.

mod budget;
mod labels;
mod networks;
mod ports;
mod services;
#[cfg(test)]
mod tests;
mod world;

use smsvc_core::budget::{Deployment, NetworkOutlook, ServiceId};
use smsvc_core::endpoint::Choice;

pub use networks::{CheckedNetwork, Origin};
pub use services::CheckedService;
pub use world::{NetworkSize, NetworkSizeError, World};

use crate::finding::{Finding, Severity};
use crate::service::EndpointMode;
use crate::stack::Stack;

/// What was found out about a stack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Its services, by name.
    pub services: Vec<CheckedService>,
    /// The networks that they are on, ingress last, with what the stack does to them.
    pub networks: Vec<(CheckedNetwork, NetworkOutlook)>,
    /// What is wrong, errors first, in the order of the files.
    pub findings: Vec<Finding>,
}

/// How a check ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It can be deployed.
    Fits,
    /// It does not fit.
    Budget,
    /// Something in the files is wrong.
    Declaration,
}

/// Judges a stack that is to be deployed under this name. With `prune`, services of the stack that the files no longer
/// have are removed.
pub fn check(stack: &Stack, name: &str, prune: bool, world: &World) -> Checked {
    let mut findings = Vec::new();
    let networks = networks::resolve(stack, name, world, &mut findings);
    let services = services::resolve(stack, name, &networks, world, &mut findings);
    ports::conflicts(stack, name, prune, &services, world, &mut findings);
    labels::check(stack, name, prune, &services, &networks, world, &mut findings);
    let deployment = Deployment {
        services: services.iter().map(CheckedService::planned).collect(),
        removed: removed(stack, name, prune, world).map(|service| ServiceId::new(service.id())).collect(),
    };
    let facts = networks::with_new(&world.facts, &networks);
    let outlooks = world.with_known_nodes(deployment.outlook(&facts), &facts);
    let networks = budget::judge(&services, networks, &outlooks, &facts, &mut findings);
    sort(&mut findings);
    Checked { services, networks, findings }
}

/// Errors first, then by place.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(|one, other| {
        (other.severity, &one.place, one.code).cmp(&(one.severity, &other.place, other.code))
    });
}

/// How findings end a check; with `strict` warnings count as errors do.
pub fn outcome(findings: &[Finding], strict: bool) -> Outcome {
    let mut counting =
        findings.iter().filter(|finding| strict || finding.severity == Severity::Error).peekable();
    if counting.peek().is_none() {
        Outcome::Fits
    } else if counting.all(|finding| budget::CODES.contains(&finding.code)) {
        Outcome::Budget
    } else {
        Outcome::Declaration
    }
}

/// The label by which Docker knows the services of a stack.
const NAMESPACE: &str = "com.docker.stack.namespace";

/// The services of the stack that a deployment removes.
fn removed<'w>(
    stack: &'w Stack,
    name: &'w str,
    prune: bool,
    world: &'w World,
) -> impl Iterator<Item = &'w crate::service::RawService> {
    world.swarm.services.iter().filter(move |service| {
        prune
            && service.labels().get(NAMESPACE).is_some_and(|stack| stack == name)
            && !stack.services.keys().any(|key| scoped(name, key) == service.name())
    })
}

/// The name of something in the swarm that belongs to a stack.
fn scoped(stack: &str, name: &str) -> String {
    format!("{stack}_{name}")
}

impl Checked {
    /// How many addresses `auto` would save over the modes that the files ask for.
    pub fn savings(&self) -> u64 {
        self.services
            .iter()
            .filter(|service| service.mode == EndpointMode::Vip)
            .map(|it| saves(&it.auto))
            .sum()
    }
}

fn saves(choice: &Choice) -> u64 {
    choice.saved
}
