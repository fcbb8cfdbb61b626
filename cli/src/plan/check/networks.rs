//! The networks that a stack's services are on: which of the swarm's they are, or what they will be.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;
use smsvc_core::budget::{NetworkFact, NetworkId, Subnet, SwarmFacts};

use super::{World, scoped};
use crate::engine::Network;
use crate::finding::{Finding, Place};
use crate::stack::{Stack, StackNetwork};

/// A network of the stack, as the swarm will have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedNetwork {
    /// Its name in the swarm.
    pub name: String,
    /// Its id; of one that is yet to be created an id that no network has.
    pub id: NetworkId,
    /// Where it comes from.
    pub origin: Origin,
    /// Its subnets. For one whose size is assumed, a stand-in of that size.
    pub subnets: Vec<Subnet>,
    /// Where it is declared, or else where a service first lists it.
    pub place: Option<Place>,
}

/// Where a network comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The swarm has it.
    Existing,
    /// The deployment creates it, with the subnets that the files name.
    New,
    /// The deployment creates it without a subnet: the engine takes the next one of its pool, with this prefix length.
    Assumed(u8),
}

/// The networks by their names in the files. What takes no addresses from the swarm (`host`, `none`) is left out, and so
/// is what cannot be found.
pub(super) type ByKey = BTreeMap<String, CheckedNetwork>;

/// The networks that exist on every node and are no overlays.
const PREDEFINED: [&str; 4] = ["bridge", "default", "host", "none"];

/// Resolves every network that a service is on, the implied `default` included.
pub(super) fn resolve(stack: &Stack, name: &str, world: &World, findings: &mut Vec<Finding>) -> ByKey {
    let mut used: BTreeMap<&str, Option<Place>> = BTreeMap::new();
    for service in stack.services.values() {
        if service.networks.is_empty() {
            used.entry("default").or_insert_with(|| Some(service.place.clone()));
        }
        for (key, place) in &service.networks {
            if key != "default" && !stack.networks.contains_key(key) {
                findings.push(
                    Finding::error("E320", format!("undefined network {key:?}")).at(Some(place.clone())),
                );
            }
            used.entry(key).or_insert_with(|| Some(place.clone()));
        }
    }
    let mut found = ByKey::new();
    for (key, listed) in used {
        let declared = stack.networks.get(key);
        if declared.is_none() && key != "default" {
            continue;
        }
        let target = declared
            .and_then(|network| network.name.clone())
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| scoped(name, key));
        let place = declared.map(|network| network.place.clone()).or(listed);
        let external = declared.is_some_and(|network| network.external);
        if PREDEFINED.contains(&target.as_str()) {
            continue;
        }
        let network = if external {
            existing(&target, place, world, findings)
        } else {
            own(&target, declared, place, world, findings)
        };
        found.extend(network.map(|network| (key.to_owned(), network)));
    }
    overlaps(&found, world, findings);
    found
}

fn existing(
    target: &str,
    place: Option<Place>,
    world: &World,
    findings: &mut Vec<Finding>,
) -> Option<CheckedNetwork> {
    let named = |network: &&Network| network.name == target || network.id == target;
    if let Some(network) = world.swarm.networks.iter().filter(|network| network.swarm).find(named) {
        return network.is_overlay().then(|| of_live(network, place));
    }
    let finding = match world.swarm.networks.iter().find(named) {
        Some(local) => Finding::error(
            "E321",
            format!(
                "external network {target} is a {} network of this node, not one of the swarm",
                local.driver
            ),
        ),
        None if world.offline => {
            Finding::error("E321", format!("nothing is known of external network {target}")).with_hint(
                format!("--network-size {target}=CIDR describes it; without --offline the swarm is asked"),
            )
        }
        None => Finding::error("E321", format!("external network {target} is not in the swarm")).with_hint(
            format!("`docker smsvc plan` sizes it, `docker network create -d overlay {target}` creates it"),
        ),
    };
    findings.push(finding.at(place));
    None
}

fn own(
    target: &str,
    declared: Option<&StackNetwork>,
    place: Option<Place>,
    world: &World,
    findings: &mut Vec<Finding>,
) -> Option<CheckedNetwork> {
    let mut subnets = Vec::new();
    for subnet in declared.map_or(&[][..], |network| &network.subnets) {
        match Subnet::parse(&subnet.value, "", "") {
            Ok(parsed) => subnets.push(parsed),
            Err(error) => findings.push(
                Finding::error("E320", format!("network {target}: {error}")).at(Some(subnet.place.clone())),
            ),
        }
    }
    if let Some(network) = world.swarm.networks.iter().find(|network| network.swarm && network.name == target)
    {
        let nets =
            |subnets: &[Subnet]| subnets.iter().map(|it| it.net().to_string()).collect::<BTreeSet<_>>();
        if !subnets.is_empty() && nets(&subnets) != nets(&network.subnets) {
            let has = nets(&network.subnets).into_iter().collect::<Vec<_>>().join(" and ");
            findings.push(
                Finding::warning(
                    "W322",
                    format!("network {target} exists with {has}: a deployment does not change it"),
                )
                .at(place.clone()),
            );
        }
        return network.is_overlay().then(|| of_live(network, place));
    }
    let driver = declared.and_then(|network| network.driver.as_deref()).unwrap_or("overlay");
    if ["bridge", "host", "null", "ipvlan", "macvlan"].contains(&driver) {
        let scope = format!(
            "network {target} has the driver {driver}: its addresses are not the swarm's, and not counted"
        );
        findings.push(Finding::warning("W326", scope).at(place));
        return None;
    }
    let origin = if subnets.is_empty() { Origin::Assumed(world.default_prefix) } else { Origin::New };
    if subnets.is_empty() {
        subnets.extend(Subnet::parse(&format!("0.0.0.0/{}", world.default_prefix), "", ""));
    }
    Some(CheckedNetwork {
        name: target.to_owned(),
        id: NetworkId::new(format!("new:{target}")),
        origin,
        subnets,
        place,
    })
}

fn of_live(network: &Network, place: Option<Place>) -> CheckedNetwork {
    CheckedNetwork {
        name: network.name.clone(),
        id: NetworkId::new(&network.id),
        origin: Origin::Existing,
        subnets: network.subnets.clone(),
        place,
    }
}

/// The engine accepts a subnet that overlaps with another and then never allocates it.
fn overlaps(networks: &ByKey, world: &World, findings: &mut Vec<Finding>) {
    let new: Vec<&CheckedNetwork> =
        networks.values().filter(|network| network.origin == Origin::New).collect();
    for (index, network) in new.iter().enumerate() {
        let nets: Vec<IpNet> = network.subnets.iter().map(Subnet::net).collect();
        let meets =
            |others: &[Subnet]| nets.iter().any(|net| others.iter().any(|other| touches(*net, other.net())));
        let mut tell = |finding: Finding| findings.push(finding.at(network.place.clone()));
        let later = new.iter().skip(index + 1).filter(|other| meets(&other.subnets));
        for other in later {
            tell(Finding::error(
                "E323",
                format!(
                    "networks {} and {} overlap: the engine never allocates the second",
                    network.name, other.name
                ),
            ));
        }
        for other in world.swarm.networks.iter().filter(|other| meets(&other.subnets)) {
            let (name, subnet) = (&network.name, nets.first().map(ToString::to_string).unwrap_or_default());
            if other.swarm {
                tell(
                    Finding::error(
                        "E323",
                        format!("network {name} ({subnet}) overlaps with network {}: the engine never allocates it", other.name),
                    )
                    .with_hint("`docker smsvc plan -f` names ranges that are free"),
                );
            } else {
                tell(Finding::warning(
                    "W324",
                    format!(
                        "network {name} ({subnet}) overlaps with {} network {} of this node",
                        other.driver, other.name
                    ),
                ));
            }
        }
    }
}

/// Whether two blocks share an address.
fn touches(one: IpNet, other: IpNet) -> bool {
    one.contains(&other) || other.contains(&one)
}

/// The snapshot with the networks that the deployment creates.
pub(super) fn with_new(facts: &SwarmFacts, networks: &ByKey) -> SwarmFacts {
    let mut facts = facts.clone();
    for network in networks.values().filter(|network| network.origin != Origin::Existing) {
        if facts.networks.iter().any(|known| known.id == network.id) {
            continue;
        }
        facts.networks.push(NetworkFact {
            id: network.id.clone(),
            name: network.name.clone(),
            ingress: false,
            overlay: true,
            subnets: network.subnets.clone(),
            available: None,
        });
    }
    facts
}
