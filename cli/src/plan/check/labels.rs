//! The `smsvc.*` labels of a stack's services: each by itself, together, and with the services of the swarm.

use smsvc_core::labels::{self, PREFIX};
use smsvc_core::merge::{Conflict, merge};

use super::networks::ByKey;
use super::{CheckedService, World, removed};
use crate::finding::{Finding, Place};
use crate::groups::Declared;
use crate::service::RawService;
use crate::stack::{Stack, StackService};

/// Tells what `create` would refuse of every service, and every conflict that one of them has a part in.
pub(super) fn check(
    stack: &Stack,
    name: &str,
    prune: bool,
    services: &[CheckedService],
    networks: &ByKey,
    world: &World,
    findings: &mut Vec<Finding>,
) {
    for service in services {
        let Some(declared) = stack.services.get(&service.key) else { continue };
        let at = |label: &str| {
            declared.labels.get(label).map_or_else(|| declared.place.clone(), |label| label.place.clone())
        };
        if let Err(errors) = labels::parse(&service.name, "", &declared.label_texts()) {
            for error in errors {
                let place = Some(at(&error.label));
                findings.push(
                    Finding::error(error.code(), error.to_string()).of_service(&service.name).at(place),
                );
            }
        }
        reachable(service, declared, networks, findings);
    }
    let gone: Vec<&str> = removed(stack, name, prune, world).map(RawService::name).collect();
    let others: Vec<RawService> = world
        .swarm
        .services
        .iter()
        .filter(|live| {
            !gone.contains(&live.name()) && !services.iter().any(|service| service.name == live.name())
        })
        .cloned()
        .collect();
    let mut declarations = Declared::read(&others).declarations;
    declarations.extend(services.iter().filter_map(|service| service.declaration.clone()));
    for conflict in merge(&declarations).refused.into_iter().flat_map(|refusal| refusal.errors) {
        let [older, younger] = conflict.services();
        let mine = [younger, older]
            .into_iter()
            .find_map(|name| services.iter().find(|service| service.name == name.as_str()));
        let Some(service) = mine else { continue };
        let place = stack.services.get(&service.key).map(|declared| place_of(&conflict, service, declared));
        findings
            .push(Finding::error(conflict.code(), conflict.to_string()).of_service(&service.name).at(place));
    }
}

/// Where the label stands that a conflict is about.
fn place_of(conflict: &Conflict, service: &CheckedService, declared: &StackService) -> Place {
    let label = match conflict {
        Conflict::GroupValue { label, .. } => label.clone(),
        Conflict::TwoOwners { .. } => format!("{PREFIX}owner"),
        Conflict::Settings { error, .. } => format!("{PREFIX}{}", error.key()),
        Conflict::VersionWithoutPlace { route, .. } => format!("{PREFIX}route.{route}.version"),
        Conflict::SameMatch { first, second } => {
            let mine = if second.service.as_str() == service.name { second } else { first };
            mine.label.clone()
        }
    };
    let found = declared.labels.iter().find(|(key, _)| key.eq_ignore_ascii_case(&label));
    found.map_or_else(|| declared.place.clone(), |(_, label)| label.place.clone())
}

/// Traefik reaches a member of an API group on an overlay network and a port, so it needs both.
fn reachable(
    service: &CheckedService,
    declared: &StackService,
    networks: &ByKey,
    findings: &mut Vec<Finding>,
) {
    let Some(declaration) = &service.declaration else { return };
    let (name, group) = (&service.name, &declaration.group);
    let mut refuse = |code, text: String| {
        let place = declared
            .labels
            .get(labels::GROUP)
            .map_or_else(|| declared.place.clone(), |label| label.place.clone());
        findings.push(Finding::error(code, text).of_service(name).at(Some(place)));
    };
    if declaration.port.is_none() {
        refuse(
            "E106",
            format!(
                "service {name} of API group {group} has to say on which port its tasks listen (smsvc.port)"
            ),
        );
    }
    let mine = || networks.values().filter(|network| service.shape.networks.contains(&network.id));
    match &declaration.network {
        None if mine().next().is_none() => {
            refuse(
                "E302",
                format!(
                    "service {name} of API group {group} has to be on an overlay network that Traefik is on, too"
                ),
            );
        }
        Some(network) if !mine().any(|it| it.name == *network) => {
            refuse(
                "E302",
                format!(
                    "service {name}: the label smsvc.network names {network}, which is no overlay network of the service"
                ),
            );
        }
        _ => {}
    }
}
