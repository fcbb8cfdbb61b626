//! The part of a service spec that decides how many addresses it takes, read from the engine's JSON.
//!
//! The same reading serves a spec that exists and one that is about to be created, so both are judged alike.

use serde_json::Value;
use smsvc_core::budget::{Kind, NetworkId, Placement, ServiceShape, UpdateOrder, UpdatePolicy};
use smsvc_core::endpoint::Mode;

use crate::service::network_ids;

/// The shape of a `ServiceSpec` (Docker API 1.41). Absent fields mean what the engine makes of them.
pub fn shape(spec: &Value) -> ServiceShape {
    let task = &spec["TaskTemplate"];
    let ports = list(&spec["EndpointSpec"]["Ports"]);
    ServiceShape {
        mode: mode(spec),
        kind: kind(&spec["Mode"]),
        networks: network_ids(spec).map(NetworkId::new).collect(),
        // `PublishMode` is ingress unless it says host.
        ingress_port: ports.iter().any(|port| port["PublishMode"].as_str() != Some("host")),
        placement: Placement::new(&texts(&task["Placement"]["Constraints"])),
        update: update(&spec["UpdateConfig"]),
        restarts_for_ever: task["RestartPolicy"]["Condition"]
            .as_str()
            .is_none_or(|condition| condition == "any")
            && task["RestartPolicy"]["MaxAttempts"].as_u64().unwrap_or_default() == 0,
    }
}

/// How a rollback to this spec proceeds (`RollbackConfig`).
pub fn rollback_policy(spec: &Value) -> UpdatePolicy {
    update(&spec["RollbackConfig"])
}

/// `vip` unless the spec says `dnsrr`.
fn mode(spec: &Value) -> Mode {
    match spec["EndpointSpec"]["Mode"].as_str() {
        Some("dnsrr") => Mode::Dnsrr,
        _ => Mode::Vip,
    }
}

fn kind(mode: &Value) -> Kind {
    if mode.get("Global").is_some_and(|global| !global.is_null()) {
        return Kind::Global;
    }
    if mode.get("GlobalJob").is_some_and(|job| !job.is_null()) {
        return Kind::GlobalJob;
    }
    match mode.get("ReplicatedJob").filter(|job| !job.is_null()) {
        Some(job) => {
            let concurrent = job["MaxConcurrent"].as_u64().unwrap_or(1);
            Kind::ReplicatedJob {
                concurrent,
                completions: job["TotalCompletions"].as_u64().unwrap_or(concurrent),
            }
        }
        None => Kind::Replicated { replicas: mode["Replicated"]["Replicas"].as_u64().unwrap_or(1) },
    }
}

fn update(config: &Value) -> UpdatePolicy {
    let default = UpdatePolicy::default();
    UpdatePolicy {
        order: match config["Order"].as_str() {
            Some("start-first") => UpdateOrder::StartFirst,
            _ => default.order,
        },
        // Absent in a config that is there means 0, all at once: Go leaves zeros out.
        parallelism: if config.is_object() {
            config["Parallelism"].as_u64().unwrap_or_default()
        } else {
            default.parallelism
        },
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn texts(value: &Value) -> Vec<&str> {
    list(value).iter().filter_map(Value::as_str).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_almost_empty_spec_is_one_vip_task() {
        let shape = shape(&json!({ "Mode": { "Replicated": {} } }));
        assert_eq!(shape.mode, Mode::Vip);
        assert_eq!(shape.kind, Kind::Replicated { replicas: 1 });
        assert!(!shape.ingress_port && shape.restarts_for_ever);
        assert_eq!(shape.update, UpdatePolicy::default());
    }

    #[test]
    fn a_port_is_on_ingress_unless_it_says_host() {
        let with = |port: Value| shape(&json!({ "EndpointSpec": { "Ports": [port] } })).ingress_port;
        assert!(with(json!({ "TargetPort": 80 })));
        assert!(with(json!({ "TargetPort": 80, "PublishMode": "ingress" })));
        assert!(!with(json!({ "TargetPort": 80, "PublishMode": "host" })));
    }

    #[test]
    fn jobs_and_globals_are_told_apart_by_the_key_alone() {
        assert_eq!(kind(&json!({ "Global": {} })), Kind::Global);
        assert_eq!(kind(&json!({ "GlobalJob": {} })), Kind::GlobalJob);
        let job = json!({ "ReplicatedJob": { "MaxConcurrent": 2, "TotalCompletions": 5 } });
        assert_eq!(kind(&job), Kind::ReplicatedJob { concurrent: 2, completions: 5 });
    }

    #[test]
    fn a_network_listed_twice_is_kept_twice() {
        let spec = json!({ "TaskTemplate": { "Networks": [{ "Target": "n1" }, { "Target": "n1" }] } });
        assert_eq!(shape(&spec).networks, [NetworkId::new("n1"), NetworkId::new("n1")]);
    }

    #[test]
    fn an_update_config_without_parallelism_means_all_at_once() {
        assert_eq!(
            update(&json!({ "Order": "start-first" })),
            UpdatePolicy { order: UpdateOrder::StartFirst, parallelism: 0 }
        );
    }
}
