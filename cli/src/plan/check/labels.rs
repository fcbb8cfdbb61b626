//! The labels of a stack's services, and how Traefik reaches them: the rules of `lint`, each finding with its place.

use std::collections::BTreeMap;

use super::networks::ByKey;
use super::{CheckedService, World, removed};
use crate::finding::{Finding, Place};
use crate::lint::{self, Subject};
use crate::publish::{COMPILED, is_compiled};
use crate::service::RawService;
use crate::stack::{Stack, StackService};

/// Tells what `lint` finds once the stack is deployed and does not find without its services. What is wrong between
/// services that stay as they are is for `lint` itself.
pub(super) fn check(
    stack: &Stack,
    name: &str,
    prune: bool,
    services: &[CheckedService],
    networks: &ByKey,
    world: &World,
    findings: &mut Vec<Finding>,
) {
    let gone: Vec<&str> = removed(stack, name, prune, world).map(RawService::name).collect();
    let stays = |live: &&RawService| {
        !gone.contains(&live.name()) && !services.iter().any(|service| service.name == live.name())
    };
    let live = world.swarm.services.iter().filter(stays);
    let others: Vec<Subject> =
        live.map(|service| Subject::of_service(service, &world.swarm.networks)).collect();
    let declared: BTreeMap<&str, &StackService> = services
        .iter()
        .filter_map(|service| Some((service.name.as_str(), stack.services.get(&service.key)?)))
        .collect();
    let own: Vec<Subject> = services
        .iter()
        .filter_map(|service| Some(subject(service, declared.get(service.name.as_str())?, networks, world)))
        .collect();
    let introduced = lint::introduced(&others, &own);
    // The engine is given the labels of the file and no others.
    let compiled = world.swarm.services.iter().filter(|live| is_compiled(live)).map(RawService::name);
    let losers: Vec<&str> = compiled
        .filter(|name| own.iter().any(|it| it.name == *name && it.label(COMPILED).is_none()))
        .collect();
    let after: Vec<Subject> = others.into_iter().chain(own).collect();
    for finding in introduced.into_iter().chain(lint::lost(&after, &losers)) {
        findings.push(placed(finding, &declared));
    }
}

/// A service as the engine would have it.
fn subject(service: &CheckedService, declared: &StackService, networks: &ByKey, world: &World) -> Subject {
    let on = networks.values().filter(|network| service.shape.networks.contains(&network.id));
    Subject {
        name: service.name.clone(),
        created: world
            .swarm
            .service(&service.name)
            .map(RawService::created_at)
            .unwrap_or_default()
            .to_owned(),
        labels: declared.label_texts(),
        mode: service.shape.mode,
        ingress_port: service.shape.ingress_port,
        networks: on.map(|network| network.name.clone()).collect(),
    }
}

/// A finding at the line of the first of its labels that stands in the files; else at the service that it is about. One
/// that names a live service first is told of the service of the stack.
fn placed(finding: Finding, declared: &BTreeMap<&str, &StackService>) -> Finding {
    let line = finding.labels.iter().find_map(|(service, label)| {
        let labels = &declared.get(service.as_str())?.labels;
        let (_, value) = labels.iter().find(|(key, _)| key.eq_ignore_ascii_case(label))?;
        Some((service.clone(), value.place.clone()))
    });
    let named = || finding.service.iter().chain(finding.labels.iter().map(|(service, _)| service));
    let whole = || -> Option<(String, Place)> {
        named().find_map(|name| Some((name.clone(), declared.get(name.as_str())?.place.clone())))
    };
    match line.or_else(whole) {
        Some((service, place)) => finding.of_service(service).at(Some(place)),
        None => finding,
    }
}
