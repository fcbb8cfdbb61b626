//! From a snapshot of the swarm to Traefik's document. Pure.
//!
//! A group that is broken, or a service that cannot be reached, is left out with a line that says why; the others are
//! served. A service without running tasks keeps its routes and answers 503, which is the truth.

use std::collections::BTreeMap;
use std::sync::Arc;

use smsvc_core::group::Group;
use smsvc_core::traefik::{Backend, DocumentOptions};

use super::body::Document;
use super::catalogue::{Catalogue, KeptTasks, Meanwhile};
use crate::observe::Swarm;

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
    /// Traefik's dynamic configuration, as JSON.
    pub document: Document,
    /// The groups that it routes.
    pub groups: Vec<Arc<Group>>,
    /// What was left out, and why, in one line each.
    pub problems: Vec<String>,
}

/// Makes the document of a snapshot.
pub fn publish(swarm: &Swarm, options: &Options) -> Published {
    catalogue(swarm, options).publish()
}

/// Where Traefik reaches each service that is in a group; or why it cannot.
pub fn backends(swarm: &Swarm, options: &Options) -> BTreeMap<String, Result<Arc<Backend>, String>> {
    catalogue(swarm, options).into_backends()
}

fn catalogue(swarm: &Swarm, options: &Options) -> Catalogue {
    let mut catalogue = Catalogue::new(options.clone());
    let tasks = KeptTasks::of(&swarm.tasks);
    catalogue.whole(swarm.networks.clone(), &swarm.services, tasks, &Meanwhile::default());
    catalogue
}

#[cfg(test)]
impl Options {
    /// Those of most tests.
    pub(crate) fn sample() -> Self {
        Self {
            document: DocumentOptions { plugin: "smsvc".into(), ..DocumentOptions::default() },
            network: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::service::RawService;

    const PETS: [(&str, &str); 4] = [
        ("smsvc.group", "petstore"),
        ("smsvc.host", "api.example.com"),
        ("smsvc.port", "8080"),
        ("smsvc.route.list.path", "/pets"),
    ];

    fn json(published: &Published) -> Value {
        serde_json::from_slice(&published.document.to_vec()).unwrap()
    }

    fn urls(published: &Published, service: &str) -> Vec<String> {
        let document = json(published);
        let servers = &document["http"]["services"][format!("smsvc-{service}")]["loadBalancer"]["servers"];
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
            json(&published)["http"]["routers"]["smsvc-pets"].is_object(),
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
        assert_eq!(published.groups.len(), 1);
        assert!(
            json(&published)["http"]["routers"]["smsvc-admins"].is_null(),
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
    fn a_group_that_labels_publish_is_not_published_twice() {
        let digest = format!("sha256:{}", "0".repeat(64));
        let labels: Vec<(&str, &str)> = PETS.into_iter().chain([("smsvc.compiled", &*digest)]).collect();
        let other = [("smsvc.group", "petstore"), ("smsvc.port", "80"), ("smsvc.route.o.path", "/orders")];
        let swarm = Swarm::sample()
            .with_network("front", "10.1.0.0/24")
            .with_service("pets", "dnsrr", 1, "front", &labels)
            .with_service("orders", "dnsrr", 1, "front", &other);
        let published = publish(&swarm, &Options::sample());
        assert!(published.groups.is_empty() && published.problems.is_empty(), "{published:?}");
    }

    #[test]
    fn a_swarm_without_groups_gives_a_document_that_is_not_empty() {
        let published = publish(&Swarm::sample(), &Options::default());
        assert!(
            !json(&published)["http"].as_object().unwrap().is_empty(),
            "an empty document deletes every route"
        );
    }
}
