//! The service of Traefik: no access to Docker, the plugin as configs, the routes from the provider.

use serde_json::{Value, json};
use smsvc_core::endpoint::Mode;

use super::{Content, Ids, PLUGIN_FOLDER, TraefikWish, Wish, labels};
use crate::args::PublishMode;

/// The port of health and metrics, which no one publishes.
pub(super) const INTERNAL_PORT: u16 = 8080;

/// The static configuration, where Traefik finds it without being told; its own health check does, too.
pub(super) const STATIC_FILE: &str = "/etc/traefik/traefik.yml";

/// Where Traefik's tasks have the secrets of tokens.
pub(super) const TOKEN_FOLDER: &str = "/run/smsvc-token-secrets";

/// Traefik builds its plugins anew at every change of the configuration, and Go lets the old ones linger. Near this limit
/// it collects them sooner; a lower `GOGC` would always do so, and every request would pay for it.
const ENVIRONMENT: [(&str, &str); 1] = [("GOMEMLIMIT", "512MiB")];

const SECOND: u64 = 1_000_000_000;

/// The spec of the service. `mode` is decided by the usual rule, from the spec with any mode.
pub fn traefik_service(
    wish: &Wish,
    traefik: &TraefikWish,
    contents: &[Content],
    ids: &Ids,
    mode: Mode,
) -> Value {
    let host = traefik.publish == PublishMode::Host;
    let mut networks: Vec<&str> = wish.networks.iter().map(String::as_str).collect();
    networks.push(&ids.control);
    networks.sort_unstable();
    networks.dedup();
    let ports: Vec<Value> = match traefik.publish {
        PublishMode::None => Vec::new(),
        mode => {
            let mode = if mode == PublishMode::Host { "host" } else { "ingress" };
            let entry = |port: u16| json!({ "Protocol": "tcp", "TargetPort": port, "PublishedPort": port, "PublishMode": mode });
            wish.entry_points.iter().map(|point| entry(point.port)).collect()
        }
    };
    // Two tasks cannot have the same port of a node.
    let order = if host { "stop-first" } else { "start-first" };
    let mut spec = json!({
        "Name": wish.name.traefik(),
        "Labels": labels(&wish.name),
        "TaskTemplate": {
            "ContainerSpec": {
                "Image": traefik.image,
                "Labels": labels(&wish.name),
                "Env": environment(&traefik.environment),
                // Where the plugin's folder is looked for.
                "Dir": "/",
                "ReadOnly": true,
                "Mounts": [{ "Type": "tmpfs", "Target": "/tmp" }],
                "StopGracePeriod": traefik.grace.as_secs().saturating_add(5).saturating_mul(SECOND),
                "Healthcheck": {
                    "Test": ["CMD", "traefik", "healthcheck"],
                    "Interval": 5 * SECOND,
                    "Timeout": 3 * SECOND,
                    "Retries": 3,
                    "StartPeriod": 20 * SECOND,
                },
                "Configs": contents.iter().map(|content| file(content, ids)).collect::<Vec<_>>(),
                "Secrets": secrets(wish, ids, "0").into_iter().chain(token_secrets(traefik)).collect::<Value>(),
            },
            "Placement": { "Constraints": traefik.constraints },
            "Networks": networks.iter().map(|id| json!({ "Target": id })).collect::<Vec<_>>(),
        },
        "Mode": match traefik.replicas {
            Some(replicas) => json!({ "Replicated": { "Replicas": replicas } }),
            None => json!({ "Global": {} }),
        },
        "UpdateConfig": {
            "Parallelism": 1, "FailureAction": "rollback", "Monitor": 5 * SECOND, "Order": order
        },
        "EndpointSpec": { "Mode": mode.to_string(), "Ports": ports },
    });
    if !traefik.sysctls.is_empty() {
        spec["TaskTemplate"]["ContainerSpec"]["Sysctls"] = json!(traefik.sysctls);
    }
    spec
}

/// What the user sets comes in the place of what is set anyway.
fn environment(given: &[String]) -> Vec<String> {
    let set = |key: &str| given.iter().any(|entry| entry.split('=').next() == Some(key));
    let own = ENVIRONMENT.iter().filter(|(key, _)| !set(key)).map(|(key, value)| format!("{key}={value}"));
    own.chain(given.iter().cloned()).collect()
}

fn file(content: &Content, ids: &Ids) -> Value {
    json!({
        "File": { "Name": content.target, "UID": "0", "GID": "0", "Mode": 0o444 },
        "ConfigID": ids.configs.get(&content.name),
        "ConfigName": content.name,
    })
}

/// The secrets, for one user.
pub(super) fn secrets(wish: &Wish, ids: &Ids, user: &str) -> Vec<Value> {
    let identity = wish.provider_tls.then(|| (wish.name.identity(), &ids.identity));
    let all = [(wish.name.token(), &ids.secret)].into_iter().chain(identity);
    all.map(|(name, id)| secret(&name, id, &name, user)).collect()
}

/// The secrets of tokens, in a folder of their own: it is all that the plugin sees.
fn token_secrets(traefik: &TraefikWish) -> impl Iterator<Item = Value> {
    traefik.token_secrets.iter().map(|(name, id)| secret(name, id, &format!("{TOKEN_FOLDER}/{name}"), "0"))
}

fn secret(name: &str, id: &str, target: &str, user: &str) -> Value {
    json!({
        "File": { "Name": target, "UID": user, "GID": "0", "Mode": 0o400 },
        "SecretID": id,
        "SecretName": name,
    })
}

/// The plugin, as Traefik finds it, and the static configuration.
pub fn contents(wish: &Wish, guest: Vec<u8>, settings: Option<&str>) -> Vec<Content> {
    let manifest = super::guest::MANIFEST.as_bytes().to_vec();
    let file = |name: &str| format!("{PLUGIN_FOLDER}/{name}");
    let mut contents = vec![
        Content::new(&wish.name, "manifest", &file(".traefik.yml"), manifest, false),
        Content::new(&wish.name, "guest", &file("plugin.wasm"), guest, false),
    ];
    if let Some(settings) = settings {
        let data = settings.as_bytes().to_vec();
        contents.push(Content::new(&wish.name, "static", STATIC_FILE, data, true));
    }
    contents
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;
    use std::time::Duration;

    use super::*;

    pub(crate) fn wish() -> Wish {
        Wish {
            name: "edge".parse().unwrap(),
            networks: vec!["front-id".into()],
            only_network: Some("front".into()),
            traefik: Some(TraefikWish {
                image: "traefik:v3.7".into(),
                publish: PublishMode::Ingress,
                replicas: Some(1),
                constraints: Vec::new(),
                environment: Vec::new(),
                sysctls: BTreeMap::new(),
                token_secrets: BTreeMap::new(),
                settings: "a: b\n".into(),
                grace: Duration::from_secs(10),
            }),
            entry_points: vec!["web=:80".parse().unwrap()],
            provider_tls: false,
            repeat: 0,
            provider_image: "sha256:1".into(),
            provider_node: None,
            socket: PathBuf::from("/var/run/docker.sock"),
            socket_group: 998,
        }
    }

    fn spec(change: impl Fn(&mut TraefikWish)) -> Value {
        let mut wish = wish();
        let mut traefik = wish.traefik.take().unwrap();
        change(&mut traefik);
        let contents = contents(&wish, b"\0asm".to_vec(), Some(&traefik.settings));
        let ids = Ids { control: "control-id".into(), secret: "secret-id".into(), ..Ids::default() };
        traefik_service(&wish, &traefik, &contents, &ids, Mode::Vip)
    }

    #[test]
    fn traefik_has_the_plugin_and_no_way_to_docker() {
        let spec = spec(|_| ());
        let container = &spec["TaskTemplate"]["ContainerSpec"];
        let targets: Vec<&str> = container["Configs"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|it| it["File"]["Name"].as_str())
            .collect();
        assert_eq!(
            targets,
            [
                "/plugins-local/src/smsvc/.traefik.yml",
                "/plugins-local/src/smsvc/plugin.wasm",
                "/etc/traefik/traefik.yml"
            ]
        );
        assert!(!spec.to_string().contains("docker.sock"));
        assert_eq!(container["Env"], json!(["GOMEMLIMIT=512MiB"]));
        assert_eq!(
            spec["TaskTemplate"]["Networks"],
            json!([{ "Target": "control-id" }, { "Target": "front-id" }])
        );
    }

    #[test]
    fn the_secrets_of_tokens_lie_apart_from_the_gateways_own() {
        let spec = spec(|traefik| traefik.token_secrets = BTreeMap::from([("jwt".into(), "jwt-id".into())]));
        let secrets = spec["TaskTemplate"]["ContainerSpec"]["Secrets"].as_array().unwrap();
        let files: Vec<_> = secrets.iter().map(|it| (&it["SecretID"], &it["File"]["Name"])).collect();
        assert_eq!(
            files,
            [
                (&json!("secret-id"), &json!("edge-token")),
                (&json!("jwt-id"), &json!("/run/smsvc-token-secrets/jwt")),
            ]
        );
    }

    #[test]
    fn two_tasks_cannot_share_a_port_of_a_node() {
        assert_eq!(spec(|_| ())["UpdateConfig"]["Order"], "start-first");
        let host = spec(|traefik| traefik.publish = PublishMode::Host);
        assert_eq!(host["UpdateConfig"]["Order"], "stop-first");
        assert_eq!(host["EndpointSpec"]["Ports"][0]["PublishMode"], "host");
        assert_eq!(spec(|traefik| traefik.publish = PublishMode::None)["EndpointSpec"]["Ports"], json!([]));
    }

    #[test]
    fn kernel_parameters_are_those_that_are_asked_for() {
        let of = |spec: Value| spec["TaskTemplate"]["ContainerSpec"]["Sysctls"].clone();
        assert_eq!(of(spec(|_| ())), Value::Null);
        let set =
            spec(|traefik| traefik.sysctls = BTreeMap::from([("net.ipv4.tcp_retries2".into(), "4".into())]));
        assert_eq!(of(set), json!({"net.ipv4.tcp_retries2": "4"}));
    }

    #[test]
    fn what_the_user_sets_comes_first() {
        let spec = spec(|traefik| traefik.environment = vec!["GOMEMLIMIT=1GiB".into(), "A=b".into()]);
        assert_eq!(spec["TaskTemplate"]["ContainerSpec"]["Env"], json!(["GOMEMLIMIT=1GiB", "A=b"]));
    }
}
