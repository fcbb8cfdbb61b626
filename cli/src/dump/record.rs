//! A service of a dump: its whole spec with names, and the state to come back to.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Names;
use crate::service::RawService;

/// What is needed to make a service again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceRecord {
    /// The name.
    pub name: String,
    /// The id that it had. A service that is made again has another one.
    pub id: String,
    /// The version index that was read.
    pub version: u64,
    /// When it was created, RFC 3339.
    pub created: String,
    /// The spec, with networks by name and with the ports pinned that the engine had chosen.
    pub spec: Value,
    /// The ports that were pinned: the one change to the spec.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pinned: Vec<PinnedPort>,
    /// How it stood.
    pub state: ServiceState,
}

/// A published port that the engine had chosen, and that it would choose anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinnedPort {
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
    /// The port of the tasks.
    pub target: u16,
    /// The port of the routing mesh.
    pub published: u16,
}

/// How a service stood when it was dumped.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceState {
    /// Tasks that ran and were meant to.
    pub running: u64,
    /// The state of its last update (`UpdateStatus.State`), if it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update: Option<String>,
    /// What a job had done; nothing for other services.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobState>,
}

/// How far a job was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// Every task of it is complete. Made again, it would run again.
    Complete,
    /// Tasks of it still run or have yet to.
    Unfinished,
}

impl ServiceRecord {
    /// Records a service.
    pub fn of(service: &RawService, names: &Names, state: ServiceState) -> Self {
        let mut spec = names.by_name(service.spec());
        let pinned = pin_ports(&mut spec, service.json());
        Self {
            name: service.name().to_owned(),
            id: service.id().to_owned(),
            version: version(service),
            created: service.created_at().to_owned(),
            spec,
            pinned,
            state,
        }
    }

    /// The names of the networks that it is on.
    pub fn networks(&self) -> impl Iterator<Item = &str> {
        crate::service::network_ids(&self.spec)
    }

    /// Whether it is on this network.
    pub fn is_on(&self, network: &str) -> bool {
        self.networks().any(|name| name == network)
    }
}

fn version(service: &RawService) -> u64 {
    service.json().pointer("/Version/Index").and_then(Value::as_u64).unwrap_or_default()
}

/// Writes the ports that the engine has chosen (`Endpoint.Ports`) into a spec that leaves the choice open. Host-mode
/// ports are chosen on each node and cannot be pinned.
fn pin_ports(spec: &mut Value, service: &Value) -> Vec<PinnedPort> {
    let mut chosen: Vec<&Value> =
        service.pointer("/Endpoint/Ports").and_then(Value::as_array).into_iter().flatten().collect();
    let mut pinned = Vec::new();
    let ports = spec.pointer_mut("/EndpointSpec/Ports").and_then(Value::as_array_mut);
    let mut ports: Vec<&mut Value> = ports.into_iter().flatten().collect();
    // Those that the spec names come first: what is left over was chosen.
    ports.sort_by_key(|port| number(port, "PublishedPort") == 0);
    for port in ports {
        let Some(index) = chosen.iter().position(|other| is_same_port(port, other)) else { continue };
        let published = number(chosen.remove(index), "PublishedPort");
        if number(port, "PublishedPort") != 0 || published == 0 {
            continue;
        }
        port["PublishedPort"] = published.into();
        pinned.push(PinnedPort {
            protocol: text(port, "Protocol", "tcp").to_owned(),
            target: number(port, "TargetPort"),
            published,
        });
    }
    pinned
}

/// Whether an entry of the endpoint is this port of the spec.
fn is_same_port(port: &Value, other: &Value) -> bool {
    let published = number(port, "PublishedPort");
    text(port, "Protocol", "tcp") == text(other, "Protocol", "tcp")
        && text(port, "PublishMode", "ingress") == text(other, "PublishMode", "ingress")
        && number(port, "TargetPort") == number(other, "TargetPort")
        && (published == 0 || published == number(other, "PublishedPort"))
}

fn text<'v>(port: &'v Value, key: &str, default: &'v str) -> &'v str {
    port[key].as_str().filter(|text| !text.is_empty()).unwrap_or(default)
}

fn number(port: &Value, key: &str) -> u16 {
    port[key].as_u64().and_then(|number| u16::try_from(number).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(ports: &Value, endpoint: &Value) -> ServiceRecord {
        let service = json!({
            "ID": "s1", "Version": {"Index": 12}, "CreatedAt": "2026-01-01T00:00:00Z",
            "Spec": {"Name": "web", "TaskTemplate": {"ContainerSpec": {"Healthcheck": {"Test": ["NONE"]}}}, "EndpointSpec": {"Ports": ports}},
            "Endpoint": {"Ports": endpoint},
        });
        ServiceRecord::of(&RawService::new(service).unwrap(), &Names::default(), ServiceState::default())
    }

    #[test]
    fn a_port_that_the_engine_chose_is_pinned() {
        let auto = record(
            &json!([{"Protocol": "tcp", "TargetPort": 80, "PublishMode": "ingress"}, {"TargetPort": 81, "PublishedPort": 8081}]),
            &json!([{"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 30000, "PublishMode": "ingress"},
                   {"Protocol": "tcp", "TargetPort": 81, "PublishedPort": 8081, "PublishMode": "ingress"}]),
        );
        assert_eq!(auto.spec["EndpointSpec"]["Ports"][0]["PublishedPort"], 30000);
        assert_eq!(auto.spec["EndpointSpec"]["Ports"][1], json!({"TargetPort": 81, "PublishedPort": 8081}));
        assert_eq!(auto.pinned, [PinnedPort { protocol: "tcp".into(), target: 80, published: 30000 }]);
    }

    #[test]
    fn one_target_published_twice_gets_both_ports() {
        let both = json!([{"TargetPort": 80}, {"TargetPort": 80, "PublishedPort": 9000}]);
        let endpoint =
            json!([{"TargetPort": 80, "PublishedPort": 9000}, {"TargetPort": 80, "PublishedPort": 30001}]);
        let spec = record(&both, &json!([endpoint[1], endpoint[0]])).spec;
        assert_eq!(spec["EndpointSpec"]["Ports"][0]["PublishedPort"], 30001);
        assert_eq!(spec["EndpointSpec"]["Ports"][1]["PublishedPort"], 9000);
        // A port that the spec names is not taken for the one that was chosen, in whatever order they are listed.
        let spec = record(&both, &endpoint).spec;
        assert_eq!(spec["EndpointSpec"]["Ports"][0]["PublishedPort"], 30001);
    }

    #[test]
    fn a_host_port_stays_open() {
        let open = json!([{"Protocol": "tcp", "TargetPort": 80, "PublishMode": "host"}]);
        let host = record(&open, &open);
        assert_eq!((&host.spec["EndpointSpec"]["Ports"], host.pinned.len()), (&open, 0));
    }

    #[test]
    fn what_is_not_understood_is_kept() {
        let record = record(&json!([]), &Value::Null);
        assert_eq!(record.spec["TaskTemplate"]["ContainerSpec"]["Healthcheck"]["Test"], json!(["NONE"]));
        assert_eq!(record.version, 12);
    }
}
