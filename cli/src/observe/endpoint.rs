//! What decides the endpoint mode of a service that exists.
//!
//! The same facts as for one that is only planned, so that both are judged alike.

use smsvc_core::endpoint::Facts;
use smsvc_core::labels;

use super::{Swarm, shape};
use crate::engine::Network;
use crate::service::RawService;

/// The labels that make Traefik use the virtual IP; Traefik reads both, whatever their case.
const LBSWARM: [&str; 2] = ["traefik.swarm.lbswarm", "traefik.docker.lbswarm"];

/// Whether one of these labels makes Traefik use the virtual IP.
pub fn lbswarm<'l>(labels: impl IntoIterator<Item = (&'l String, &'l String)>) -> bool {
    labels.into_iter().any(|(key, value)| {
        LBSWARM.contains(&key.to_ascii_lowercase().as_str()) && value.eq_ignore_ascii_case("true")
    })
}

/// What decides the endpoint mode of a service. One whose labels are broken is in no group.
pub fn endpoint_facts(service: &RawService, networks: &[Network]) -> Facts {
    let shape = shape(service.spec());
    let labels = service.labels();
    let declaration = labels::parse(service.name(), service.created_at(), &labels).ok().flatten();
    let overlay = |id: &str| networks.iter().any(|network| network.id == id && network.is_overlay());
    Facts {
        ingress_port: shape.ingress_port,
        lbswarm: lbswarm(&labels),
        group: declaration.map(|declaration| declaration.group.to_string()),
        one_task_at_most: shape.kind.one_task_at_most(),
        attachments: shape.networks.iter().filter(|id| overlay(id.as_str())).count() as u64,
    }
}

impl Swarm {
    /// What decides the endpoint mode of one of its services.
    pub fn endpoint_facts(&self, service: &RawService) -> Facts {
        endpoint_facts(service, &self.networks)
    }
}
