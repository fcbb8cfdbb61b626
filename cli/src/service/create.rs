//! The body of `POST /services/create`, as Docker's CLI sends it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::file::Ids;
use super::{EndpointMode, LogDriver, Object, RestartPolicy, UpdateConfig, strings_to_json};
use crate::flags::CreateRequest;

/// What has been decided and looked up since the command line was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided<'a> {
    /// The id of each network, by what the request calls it.
    pub networks: &'a BTreeMap<String, String>,
    /// The id of each config, by name.
    pub configs: &'a BTreeMap<String, String>,
    /// The id of each secret, by name.
    pub secrets: &'a BTreeMap<String, String>,
    /// The endpoint mode.
    pub endpoint: EndpointMode,
    /// The image to run: [`ImageReference::pinned`](super::ImageReference::pinned), or
    /// [`ImageReference::tagged`](super::ImageReference::tagged) where its digest is not known.
    pub image: &'a str,
    /// What the image was built for; empty where that is not known.
    pub platforms: &'a [Platform],
}

/// A platform that an image was built for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Platform {
    /// As `amd64`.
    pub architecture: String,
    /// As `linux`.
    pub os: String,
}

/// A name of the request that is not among those that were looked up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnresolvedName {
    /// A network.
    #[error("network {name} not found")]
    Network {
        /// What the request calls it.
        name: String,
    },
    /// A config.
    #[error("config not found: {name}")]
    Config {
        /// Its name.
        name: String,
    },
    /// A secret.
    #[error("secret not found: {name}")]
    Secret {
        /// Its name.
        name: String,
    },
}

/// Writes the spec of the service: the fields, and the absence of fields, of Docker's CLI 28.
pub fn create_body(request: &CreateRequest, decided: &Decided<'_>) -> Result<Value, UnresolvedName> {
    let ids = Ids { configs: decided.configs, secrets: decided.secrets };
    let task = Object::new()
        .with("ContainerSpec", request.container.write(decided.image, ids)?)
        .with("Resources", request.resources.write())
        .with_present("RestartPolicy", request.restart.as_ref().map(RestartPolicy::write))
        .with("Placement", request.placement.write(decided.platforms))
        .with_present("Networks", networks(request, decided.networks)?)
        .with_present("LogDriver", request.log_driver.as_ref().map(LogDriver::write))
        .with("ForceUpdate", 0);
    let ports: Vec<Value> = request.ports.iter().map(|port| port.write()).collect();
    let endpoint = Object::new().with("Mode", decided.endpoint.to_string()).with_present("Ports", ports);
    Ok(Object::new()
        .with_present("Name", request.name.as_str())
        .with("Labels", strings_to_json(&request.labels))
        .with("TaskTemplate", task)
        .with("Mode", request.mode.write())
        .with_present("UpdateConfig", request.update.as_ref().map(UpdateConfig::write))
        .with_present("RollbackConfig", request.rollback.as_ref().map(UpdateConfig::write))
        .with("EndpointSpec", endpoint)
        .into())
}

/// Sorted by id, so that an update which writes the same networks in another order changes nothing.
fn networks(request: &CreateRequest, ids: &BTreeMap<String, String>) -> Result<Vec<Value>, UnresolvedName> {
    let mut entries = request
        .networks
        .iter()
        .map(|attachment| {
            let unresolved = || UnresolvedName::Network { name: attachment.network.clone() };
            let id = ids.get(&attachment.network).ok_or_else(unresolved)?;
            Ok((id, attachment.write(id)))
        })
        .collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(|(id, _)| *id);
    Ok(entries.into_iter().map(|(_, entry)| entry).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::flags::request_of;

    fn body(line: &[&str], networks: &[(&str, &str)]) -> Value {
        let networks = networks.iter().map(|(name, id)| ((*name).to_owned(), (*id).to_owned())).collect();
        let none = BTreeMap::new();
        let decided = Decided {
            networks: &networks,
            configs: &none,
            secrets: &none,
            endpoint: EndpointMode::Vip,
            image: "nginx:latest",
            platforms: &[],
        };
        create_body(&request_of(line), &decided).expect("all networks are known")
    }

    #[test]
    fn the_smallest_service_has_the_fields_that_docker_always_sends() {
        assert_eq!(
            body(&["nginx"], &[]),
            json!({
                "Labels": {},
                "TaskTemplate": {
                    "ContainerSpec": {"Image": "nginx:latest", "Init": false, "DNSConfig": {}},
                    "Resources": {"Limits": {}, "Reservations": {}},
                    "Placement": {},
                    "ForceUpdate": 0
                },
                "Mode": {"Replicated": {}},
                "EndpointSpec": {"Mode": "vip"}
            })
        );
    }

    #[test]
    fn networks_are_sorted_by_id_and_doubles_keep_their_order() {
        let line = ["--network", "b", "--network", "a", "--network", "name=b,alias=x", "nginx"];
        let body = body(&line, &[("a", "n2"), ("b", "n1")]);
        assert_eq!(
            body["TaskTemplate"]["Networks"],
            json!([{"Target": "n1"}, {"Target": "n1", "Aliases": ["x"]}, {"Target": "n2"}])
        );
    }

    #[test]
    fn a_network_without_an_id_is_an_error() {
        let decided = Decided {
            networks: &BTreeMap::new(),
            configs: &BTreeMap::new(),
            secrets: &BTreeMap::new(),
            endpoint: EndpointMode::Vip,
            image: "nginx:latest",
            platforms: &[],
        };
        let error = create_body(&request_of(&["--network", "web", "nginx"]), &decided).unwrap_err();
        assert_eq!(error, UnresolvedName::Network { name: "web".into() });
    }
}
