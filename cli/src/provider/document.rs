//! From a snapshot of the swarm to Traefik's document. Pure.
//!
//! A group that is broken, or a service that cannot be reached, is left out with a line that says why; the others are
//! served. A service without running tasks keeps its routes and answers 503, which is the truth.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::Value;
use smsvc_core::merge::Declaration;
use smsvc_core::traefik::{Backend, DocumentOptions, document};

use crate::engine::Network;
use crate::groups::{self, Declared};
use crate::observe::Swarm;
use crate::service::RawService;

/// What the operator says of Traefik.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// What the document depends on besides the swarm.
    pub document: DocumentOptions,
    /// The network of services that are on several and name none.
    pub network: Option<String>,
}

/// A document, and what is not in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// Traefik's dynamic configuration.
    pub document: Value,
    /// How many groups it routes.
    pub groups: usize,
    /// What was left out, and why, in one line each.
    pub problems: Vec<String>,
}

/// Makes the document.
pub fn publish(swarm: &Swarm, options: &Options) -> Published {
    let declared = Declared::read(&swarm.services);
    let merged = declared.merged();
    let lines = declared.problems().chain(merged.refused.iter().flat_map(groups::refusal_lines));
    let mut problems: Vec<String> = lines.collect();
    let by_name: BTreeMap<&str, &Declaration> =
        declared.declarations.iter().map(|declaration| (declaration.service.as_str(), declaration)).collect();
    let mut backends = Vec::new();
    for member in merged.spec.groups.iter().flat_map(|group| &group.services) {
        let Some(declaration) = by_name.get(member.service.as_str()) else { continue };
        match backend(swarm, options, declaration) {
            Ok(backend) => backends.push(backend),
            Err(text) => {
                problems.push(format!("service {} answers 503: {text}", member.service));
            }
        }
    }
    Published {
        document: document(&merged.spec, &backends, &options.document),
        groups: merged.spec.groups.len(),
        problems,
    }
}

/// Where Traefik reaches a service; or why it cannot.
fn backend(swarm: &Swarm, options: &Options, declaration: &Declaration) -> Result<Backend, String> {
    let name = declaration.service.as_str();
    let service = swarm.service(name).ok_or("it is gone")?;
    let port = declaration.port.ok_or("it has no label smsvc.port")?;
    let network = network(swarm, options, declaration, service)?;
    let mut addresses: Vec<IpAddr> = swarm
        .tasks
        .iter()
        .filter(|task| task.service == service.id() && task.serves())
        .flat_map(|task| task.addresses_on(&network.id))
        .collect();
    // The engine lists tasks in no order, and Traefik compares bytes.
    addresses.sort_unstable();
    Ok(Backend { service: declaration.service.clone(), scheme: declaration.scheme, port, addresses })
}

/// The network that the service names, or the operator, or the only one that there is.
fn network<'s>(
    swarm: &'s Swarm,
    options: &Options,
    declaration: &Declaration,
    service: &RawService,
) -> Result<&'s Network, String> {
    let attached: Vec<&Network> = service
        .network_ids()
        .filter_map(|id| swarm.networks.iter().find(|network| network.id == id && network.is_overlay()))
        .collect();
    let named =
        |name: &str| attached.iter().find(|network| network.name == name || network.id == name).copied();
    match (&declaration.network, attached.as_slice()) {
        (Some(name), _) => named(name)
            .ok_or_else(|| format!("it is not on the network {name} that its label smsvc.network names")),
        (None, []) => Err("it is on no overlay network".to_owned()),
        (None, [only]) => Ok(only),
        (None, _) => options.network.as_deref().and_then(named).ok_or_else(|| {
            let all: Vec<&str> = attached.iter().map(|network| network.name.as_str()).collect();
            format!(
                "it is on the networks {}; the label smsvc.network has to say which Traefik shares with it",
                all.join(", ")
            )
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PETS: [(&str, &str); 4] = [
        ("smsvc.group", "petstore"),
        ("smsvc.host", "api.example.com"),
        ("smsvc.port", "8080"),
        ("smsvc.route.list.path", "/pets"),
    ];

    fn urls(published: &Published, service: &str) -> Vec<String> {
        let servers =
            &published.document["http"]["services"][format!("smsvc-{service}")]["loadBalancer"]["servers"];
        servers
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|server| Some(server["url"].as_str()?.to_owned()))
            .collect()
    }

    #[test]
    fn the_running_tasks_are_the_servers_in_the_order_of_their_addresses() {
        let mut swarm = Swarm::sample()
            .with_network("front", "10.1.0.0/24")
            .with_service("pets", "dnsrr", 3, "front", &PETS);
        swarm.tasks.reverse();
        let published = publish(&swarm, &Options::default());
        assert_eq!(published.problems, Vec::<String>::new());
        assert_eq!(
            urls(&published, "pets"),
            ["http://10.1.0.1:8080", "http://10.1.0.2:8080", "http://10.1.0.3:8080"]
        );
    }

    #[test]
    fn a_task_that_is_to_stop_is_no_server_any_more() {
        let mut swarm = Swarm::sample()
            .with_network("front", "10.1.0.0/24")
            .with_service("pets", "dnsrr", 2, "front", &PETS);
        swarm.tasks[0].desired_state = "shutdown".into();
        swarm.tasks[1].status.state = "starting".into();
        let published = publish(&swarm, &Options::default());
        assert_eq!(urls(&published, "pets"), Vec::<String>::new());
        assert!(
            published.document["http"]["routers"]["smsvc-pets"].is_object(),
            "its routes answer 503, not 404"
        );
    }

    #[test]
    fn a_broken_group_is_left_out_and_the_others_are_served() {
        let swarm = Swarm::sample()
            .with_network("front", "10.1.0.0/24")
            .with_service("pets", "dnsrr", 1, "front", &PETS)
            .with_service(
                "users",
                "dnsrr",
                1,
                "front",
                &[("smsvc.group", "users"), ("smsvc.port", "80"), ("smsvc.route.u.path", "users")],
            )
            .with_service(
                "admins",
                "dnsrr",
                1,
                "front",
                &[("smsvc.group", "users"), ("smsvc.port", "80"), ("smsvc.route.a.path", "/admins")],
            );
        let published = publish(&swarm, &Options::default());
        assert_eq!(published.groups, 1);
        assert!(
            published.document["http"]["routers"]["smsvc-admins"].is_null(),
            "nothing of the broken group is served"
        );
        assert!(
            published.problems.iter().any(|problem| problem.contains("smsvc.route.u.path")),
            "{:?}",
            published.problems
        );
        assert!(
            published.problems.iter().any(|problem| problem.contains("admins")),
            "{:?}",
            published.problems
        );
    }

    #[test]
    fn a_service_on_several_networks_says_which_one_traefik_shares() {
        let mut swarm = Swarm::sample()
            .with_network("front", "10.1.0.0/24")
            .with_network("back", "10.2.0.0/24")
            .with_service("pets", "dnsrr", 1, "front", &PETS);
        let mut json = swarm.services[0].json().clone();
        json["Spec"]["TaskTemplate"]["Networks"] =
            serde_json::json!([{ "Target": "front-id" }, { "Target": "back-id" }]);
        swarm.services[0] = RawService::new(json.clone()).unwrap();
        let published = publish(&swarm, &Options::default());
        assert!(published.problems[0].contains("smsvc.network"), "{:?}", published.problems);
        assert_eq!(urls(&published, "pets"), Vec::<String>::new());

        let told = Options { network: Some("front".into()), ..Options::default() };
        assert_eq!(urls(&publish(&swarm, &told), "pets"), ["http://10.1.0.1:8080"]);

        json["Spec"]["Labels"]["smsvc.network"] = "front".into();
        swarm.services[0] = RawService::new(json).unwrap();
        assert_eq!(urls(&publish(&swarm, &Options::default()), "pets"), ["http://10.1.0.1:8080"]);
    }

    #[test]
    fn a_swarm_without_groups_gives_a_document_that_is_not_empty() {
        let published = publish(&Swarm::sample(), &Options::default());
        assert!(
            !published.document["http"].as_object().unwrap().is_empty(),
            "an empty document deletes every route"
        );
    }
}
