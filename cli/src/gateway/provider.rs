//! The service of the provider: on the managers, with their engine's socket, for Traefik alone.
//!
//! Docker's API has no right to read only: whoever controls a process with the socket controls the swarm. What is left is
//! done: the provider is an unprivileged user without capabilities on a root folder that cannot be written, joins no
//! network but the one with Traefik, answers `GET` only, and its client of the engine makes no other call.

use serde_json::{Value, json};

use super::traefik::secrets;
use super::{Ids, PROVIDER_PORT, Wish, labels};

/// The user that owns nothing.
const NOBODY: &str = "65534";

/// Where the provider finds the socket.
const SOCKET: &str = "/var/run/docker.sock";

const SECOND: u64 = 1_000_000_000;

/// The spec of the service.
pub fn provider_service(wish: &Wish, ids: &Ids) -> Value {
    let constraint = match &wish.provider_node {
        Some(node) => format!("node.id=={node}"),
        None => "node.role==manager".to_owned(),
    };
    let listen = format!("0.0.0.0:{PROVIDER_PORT}");
    let secret_file = format!("/run/secrets/{}", wish.name.token());
    let mut arguments = vec!["provider", "--listen", &listen, "--secret-file", &secret_file];

    let identity_file = format!("/run/secrets/{}", wish.name.identity());
    if wish.provider_tls {
        arguments.extend(["--tls-cert", &identity_file, "--tls-key", &identity_file]);
    }
    let repeat = wish.repeat.to_string();
    if wish.repeat > 0 {
        arguments.extend(["--repeat", &repeat]);
    }
    arguments.extend(wish.only_network.iter().flat_map(|name| ["--network", name]));
    arguments.extend(wish.entry_points.iter().flat_map(|point| ["--entrypoint", &point.name]));
    json!({
        "Name": wish.name.provider(),
        "Labels": labels(&wish.name),
        "TaskTemplate": {
            "ContainerSpec": {
                "Image": wish.provider_image,
                "Labels": labels(&wish.name),
                "Args": arguments,
                "Env": [format!("DOCKER_HOST=unix://{SOCKET}")],
                "User": format!("{NOBODY}:{}", wish.socket_group),
                "CapabilityDrop": ["ALL"],
                "ReadOnly": true,
                "StopGracePeriod": 5 * SECOND,
                "Mounts": [{
                    "Type": "bind", "Source": wish.socket.display().to_string(), "Target": SOCKET, "ReadOnly": true
                }],
                "Secrets": secrets(wish, ids, NOBODY),
            },
            "Placement": { "Constraints": [constraint] },
            "Networks": [{ "Target": ids.control }],
        },
        "Mode": { "Global": {} },
        "UpdateConfig": {
            "Parallelism": 1, "FailureAction": "rollback", "Monitor": 5 * SECOND, "Order": "start-first"
        },
        // Its one client asks for the addresses of the tasks: a virtual IP would serve nobody.
        "EndpointSpec": { "Mode": "dnsrr" },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::traefik::tests::wish;

    #[test]
    fn the_provider_has_the_socket_and_as_few_rights_as_can_be() {
        let spec = provider_service(&wish(), &Ids { control: "control-id".into(), ..Ids::default() });
        let container = &spec["TaskTemplate"]["ContainerSpec"];
        assert_eq!(container["User"], "65534:998");
        assert_eq!(container["CapabilityDrop"], json!(["ALL"]));
        assert_eq!(
            (&container["ReadOnly"], &container["Mounts"][0]["ReadOnly"]),
            (&json!(true), &json!(true))
        );
        assert_eq!(spec["TaskTemplate"]["Networks"], json!([{ "Target": "control-id" }]));
        assert_eq!(spec["TaskTemplate"]["Placement"]["Constraints"], json!(["node.role==manager"]));
        assert!(spec["EndpointSpec"]["Ports"].is_null());
    }

    #[test]
    fn an_image_that_one_node_has_runs_there() {
        let wish = Wish { provider_node: Some("n1".into()), ..wish() };
        let spec = provider_service(&wish, &Ids::default());
        assert_eq!(spec["TaskTemplate"]["Placement"]["Constraints"], json!(["node.id==n1"]));
    }
}
