//! Whether a stack fits on every network: settled, while it is deployed, and in later updates.

use std::collections::BTreeSet;

use smsvc_core::budget::{Addresses, NetworkId, NetworkOutlook, SwarmFacts, smallest_prefix};

use super::CheckedService;
use super::networks::{ByKey, CheckedNetwork, Origin};
use crate::finding::Finding;
use crate::service::EndpointMode;
use crate::words::{NOT_ALLOCATED, addresses};

/// The codes that are about addresses: they end a check with the budget's exit code.
pub(super) const CODES: [&str; 4] = ["E303", "E305", "W320", "W321"];

/// Pairs the networks of the stack with their outlooks, ingress last, and tells what does not fit.
pub(super) fn judge(
    services: &[CheckedService],
    networks: ByKey,
    outlooks: &[NetworkOutlook],
    facts: &SwarmFacts,
    findings: &mut Vec<Finding>,
) -> Vec<(CheckedNetwork, NetworkOutlook)> {
    let mut checked: Vec<CheckedNetwork> = Vec::new();
    for network in networks.into_values() {
        // Two keys may mean the same network.
        if !checked.iter().any(|known| known.id == network.id) {
            checked.push(network);
        }
    }
    let publisher = services.iter().find(|service| service.shape.ingress_port);
    let ingress = facts.networks.iter().find(|network| network.ingress);
    if let Some(publisher) = publisher {
        match ingress {
            Some(ingress) => checked.push(CheckedNetwork {
                name: ingress.name.clone(),
                id: ingress.id.clone(),
                origin: Origin::Existing,
                subnets: ingress.subnets.clone(),
                place: Some(publisher.place.clone()),
            }),
            None => findings.push(
                Finding::error(
                    "E305",
                    format!(
                        "service {} publishes a port, and the swarm has no ingress network",
                        publisher.name
                    ),
                )
                .of_service(&publisher.name)
                .at(Some(publisher.place.clone())),
            ),
        }
    }
    let mut paired = Vec::new();
    for network in checked {
        let Some(outlook) = outlooks.iter().find(|outlook| outlook.network == network.id) else { continue };
        tell(services, &network, outlook, findings);
        paired.push((network, outlook.clone()));
    }
    paired
}

fn tell(
    services: &[CheckedService],
    network: &CheckedNetwork,
    outlook: &NetworkOutlook,
    findings: &mut Vec<Finding>,
) {
    let name = described(network);
    let usable = outlook.usable();
    let mut push = |finding: Finding| findings.push(finding.at(network.place.clone()));
    if network.subnets.is_empty() {
        push(Finding::error("E305", format!("network {name} has no addresses: {NOT_ALLOCATED}")));
        return;
    }
    if !outlook.missing().is_none() {
        let others = outlook.before.owned().plus(outlook.before.leaked);
        let finding = Finding::error(
            "E303",
            format!(
                "network {name} has {} and would need {}, {} too few ({} taken now)",
                addresses(usable),
                outlook.steady,
                outlook.missing(),
                others
            ),
        );
        push(finding.with_hint(remedy(services, network, outlook)));
        return;
    }
    if let Some(id) = &outlook.stalls
        && let Some(service) = services.iter().find(|service| service.id == *id)
    {
        let finding = Finding::error(
            "E303",
            format!(
                "network {name} has {} left once all is settled: the start-first update of service {} would never end",
                addresses(outlook.left()),
                service.name
            ),
        );
        push(finding.of_service(&service.name).with_hint(remedy(services, network, outlook)));
        return;
    }
    let over = |height: Addresses| height.minus(usable);
    if !over(outlook.deploying).is_none() {
        let lacking = over(outlook.deploying);
        if let Some(service) = endangered(services, &network.id, outlook) {
            push(
                Finding::error(
                    "E303",
                    format!(
                        "network {name} lacks {} while the stack is deployed, and service {} needs a virtual IP on several networks: each attempt of the engine then loses one",
                        addresses(lacking),
                        service.name
                    ),
                )
                .of_service(&service.name)
                .with_hint("deploy in two steps: first what frees addresses, then the rest"),
            );
        } else {
            push(Finding::warning(
                "W320",
                format!(
                    "network {name} lacks {} while the stack is deployed: tasks wait until old ones have stopped",
                    addresses(lacking)
                ),
            ));
        }
    } else if !over(outlook.updating).is_none() {
        push(
            Finding::warning(
                "W321",
                format!(
                    "network {name} lacks {} when all services of the stack are updated at once: tasks wait until old ones have stopped",
                    addresses(over(outlook.updating))
                ),
            )
            .with_hint(prefix_for(network, outlook.updating)),
        );
    }
}

/// A service that gets a virtual IP here and has others elsewhere: where there is no address for it, the engine takes and
/// loses one of the other networks at every attempt.
fn endangered<'s>(
    services: &'s [CheckedService],
    network: &NetworkId,
    outlook: &NetworkOutlook,
) -> Option<&'s CheckedService> {
    if outlook.after.owed.vips.is_none() {
        return None;
    }
    services.iter().find(|service| {
        let several = service.shape.networks.len() + usize::from(service.shape.ingress_port) > 1;
        several && service.mode == EndpointMode::Vip && service.shape.networks.contains(network)
    })
}

/// The cheapest way out.
fn remedy(services: &[CheckedService], network: &CheckedNetwork, outlook: &NetworkOutlook) -> String {
    let needless: BTreeSet<&str> = services
        .iter()
        .filter(|service| {
            service.mode == EndpointMode::Vip
                && service.auto.mode == EndpointMode::Dnsrr
                && service.shape.networks.contains(&network.id)
        })
        .map(|service| service.key.as_str())
        .collect();
    let saved = Addresses::one_each(needless.len());
    let lacking = outlook.missing().plus(Addresses::new(u64::from(outlook.stalls.is_some())));
    if !saved.is_none() && saved >= lacking {
        let names: Vec<&str> = needless.into_iter().collect();
        return format!(
            "endpoint_mode: dnsrr saves {} here and fits: {}",
            addresses(saved),
            names.join(", ")
        );
    }
    prefix_for(network, outlook.steady.max(outlook.updating))
}

fn prefix_for(network: &CheckedNetwork, needed: Addresses) -> String {
    let Some(prefix) = smallest_prefix(needed) else {
        return "no single IPv4 subnet would hold it".to_owned();
    };
    match network.origin {
        Origin::Assumed(_) => format!("name a subnet of /{prefix} under ipam.config"),
        Origin::New => format!("a subnet of /{prefix} would hold it, updates included"),
        Origin::Existing => format!("a network of /{prefix} in its place would hold it, updates included"),
    }
}

/// `front (10.0.1.0/24)`, or how big it is assumed to be.
fn described(network: &CheckedNetwork) -> String {
    let subnets: Vec<String> = network.subnets.iter().map(|subnet| subnet.net().to_string()).collect();
    match network.origin {
        Origin::Assumed(prefix) => format!("{} (/{prefix} of the engine's pool)", network.name),
        _ if subnets.is_empty() => network.name.clone(),
        _ => format!("{} ({})", network.name, subnets.join(" and ")),
    }
}
