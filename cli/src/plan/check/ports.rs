//! Published ports that two services claim: the engine refuses the second.

use std::collections::BTreeMap;

use super::{CheckedService, World, removed};
use crate::finding::Finding;
use crate::service::PublishMode;
use crate::stack::Stack;

/// Tells every port of the stack that is published twice: a port of the routing mesh is everybody's, one of a node
/// collides with the mesh only.
pub(super) fn conflicts(
    stack: &Stack,
    name: &str,
    prune: bool,
    services: &[CheckedService],
    world: &World,
    findings: &mut Vec<Finding>,
) {
    let gone: Vec<&str> = removed(stack, name, prune, world).map(crate::service::RawService::name).collect();
    let mut taken: BTreeMap<(u64, String), Vec<(String, bool)>> = BTreeMap::new();
    for live in &world.swarm.services {
        if gone.contains(&live.name()) || services.iter().any(|service| service.name == live.name()) {
            continue;
        }
        let ports =
            live.json().pointer("/Endpoint/Ports").or_else(|| live.spec().pointer("/EndpointSpec/Ports"));
        for port in ports.and_then(|ports| ports.as_array()).into_iter().flatten() {
            let Some(published) = port["PublishedPort"].as_u64().filter(|port| *port != 0) else { continue };
            let protocol = port["Protocol"].as_str().unwrap_or("tcp").to_owned();
            let mesh = port["PublishMode"].as_str() != Some("host");
            taken.entry((published, protocol)).or_default().push((live.name().to_owned(), mesh));
        }
    }
    for service in services {
        let Some(declared) = stack.services.get(&service.key) else { continue };
        for port in &declared.ports {
            let Some(published) = port.value.published else { continue };
            let protocol = port.value.protocol.as_str();
            let mesh = port.value.mode == PublishMode::Ingress;
            let holders = taken.entry((u64::from(published), protocol.to_owned())).or_default();
            if let Some((holder, _)) = holders.iter().find(|(_, other)| mesh || *other) {
                findings.push(
                    Finding::error(
                        "E322",
                        format!("service {}: port {published}/{protocol} is published by service {holder} already", service.name),
                    )
                    .of_service(&service.name)
                    .at(Some(port.place.clone())),
                );
            }
            holders.push((service.name.clone(), mesh));
        }
    }
}
