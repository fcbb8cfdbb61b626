//! What smsvc knows of a service: its endpoint mode and why, its addresses, its routes.

use std::collections::BTreeMap;

use serde_json::Value;
use smsvc_core::endpoint::{self, Requested};
use smsvc_core::labels;

use crate::engine::Network;
use crate::json::{Escape, Json, compact};
use crate::list::TaskAddresses;
use crate::observe::{endpoint_facts, shape};
use crate::service::RawService;

/// What stands below docker's text: a label, and what it says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aside {
    /// Line by line.
    pub lines: Vec<(&'static str, String)>,
}

impl Aside {
    /// Of a service, among these networks and tasks.
    pub fn of(service: &Json, networks: &[Network], tasks: &[Value]) -> Self {
        let json = serde_json::from_str(&compact(service, Escape::Least)).unwrap_or_default();
        let Ok(service) = RawService::new(json) else { return Self::default() };
        let mut lines = vec![("Endpoint mode", endpoint_line(&service, networks))];
        lines.extend(addresses(&service, networks, tasks));
        lines.extend(routes(&service));
        Self { lines }
    }
}

fn endpoint_line(service: &RawService, networks: &[Network]) -> String {
    let shape = shape(service.spec());
    let facts = endpoint_facts(service, networks);
    match endpoint::choose(Requested::Auto, &facts) {
        Ok(choice) if choice.mode == shape.mode => choice.sentence(),
        Ok(choice) => format!("{}; auto would take {}", shape.mode, choice.sentence()),
        Err(error) => format!("{}: {error}", shape.mode),
    }
}

fn addresses(service: &RawService, networks: &[Network], tasks: &[Value]) -> Vec<(&'static str, String)> {
    let name = |id: &str| {
        let known = networks.iter().find(|network| network.id == id);
        known.map_or_else(|| id.to_owned(), |network| network.name.clone())
    };
    let vips = service.virtual_ips().into_iter().filter_map(|vip| {
        let address = vip.address?;
        Some(("Virtual IP", format!("{address} ({})", name(&vip.network))))
    });
    let own = tasks.iter().filter(|task| task["ServiceID"].as_str() == Some(service.id()));
    let mut on: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (network, address) in own.flat_map(|task| TaskAddresses::of(task).0) {
        on.entry(network).or_default().push(address);
    }
    let tasks = on
        .into_iter()
        .map(|(network, addresses)| ("Task addresses", format!("{} ({network})", addresses.join(", "))));
    vips.chain(tasks).collect()
}

fn routes(service: &RawService) -> Vec<(&'static str, String)> {
    match labels::parse(service.name(), service.created_at(), &service.labels()) {
        Ok(None) => Vec::new(),
        Ok(Some(declaration)) => {
            let base = declaration.base.as_ref().map(ToString::to_string).unwrap_or_default();
            let mut lines = vec![("API group", declaration.group.to_string())];
            lines.extend(declaration.routes.iter().map(|route| {
                ("Route", format!("{}: {} {base}{}", route.name(), route.methods(), route.path()))
            }));
            lines
        }
        Err(errors) => {
            errors.iter().map(|error| ("Broken label", format!("{}: {error}", error.code()))).collect()
        }
    }
}
