//! What the engine does to a service's spec before it keeps it: networks by id, and the few values that it fills in.

use serde_json::{Value, json};

use super::Refusal;
use crate::object::{Port, Scope, Shape};
use crate::profile::Release;
use crate::swarm::Swarm;

/// The spec as it is kept, and what it says.
pub(super) fn accept(
    swarm: &Swarm,
    mut spec: Value,
    present: Option<&Value>,
) -> Result<(Value, Shape), Refusal> {
    let name = spec["Name"].as_str().unwrap_or_default();
    if name.is_empty() || !is_name(name) {
        return Err(Refusal::invalid("name must be valid as a DNS name component"));
    }
    old_networks(swarm, &mut spec, present)?;
    name_networks(swarm, &mut spec["TaskTemplate"])?;
    defaults(&mut spec);
    let shape = Shape::read(&spec).map_err(|error| Refusal::invalid(&error.0))?;
    files(swarm, &spec)?;
    Ok((spec, shape))
}

/// The engine sorts this out by its types: an absent `Replicas` is 1, absent fields that are no pointers are zero.
fn defaults(spec: &mut Value) {
    if !spec["Mode"].is_object() {
        spec["Mode"] = json!({ "Replicated": {} });
    }
    if spec["Mode"]["Replicated"].is_object() && spec["Mode"]["Replicated"]["Replicas"].is_null() {
        spec["Mode"]["Replicated"]["Replicas"] = 1.into();
    }
    if let Some(job) = spec["Mode"].get_mut("ReplicatedJob") {
        if job["MaxConcurrent"].is_null() {
            job["MaxConcurrent"] = 1.into();
        }
        if job["TotalCompletions"].is_null() {
            job["TotalCompletions"] = job["MaxConcurrent"].clone();
        }
    }
    let template = &mut spec["TaskTemplate"];
    if template["ForceUpdate"].is_null() {
        template["ForceUpdate"] = 0.into();
    }
    if template["Runtime"].is_null() && template["ContainerSpec"].is_object() {
        template["Runtime"] = "container".into();
    }
    if !spec["Labels"].is_object() {
        spec["Labels"] = json!({});
    }
}

/// The list of networks beside the task template, which is deprecated.
fn old_networks(swarm: &Swarm, spec: &mut Value, present: Option<&Value>) -> Result<(), Refusal> {
    let listed = |spec: &Value| spec["Networks"].as_array().is_some_and(|list| !list.is_empty());
    if swarm.profile().release == Release::V29 {
        if let Some(spec) = spec.as_object_mut() {
            spec.remove("Networks");
        }
        return Ok(());
    }
    let new = spec["TaskTemplate"]["Networks"].as_array().is_some_and(|list| !list.is_empty());
    if new && listed(spec) {
        if let Some(spec) = spec.as_object_mut() {
            spec.remove("Networks");
        }
    } else if listed(spec) {
        name_list(swarm, &mut spec["Networks"])?;
        if present.is_some_and(|present| present["Networks"] != spec["Networks"]) {
            let words = "rpc error: code = Unimplemented desc = networks must be migrated to TaskSpec before being changed";
            return Err(Refusal::new(501, words));
        }
    }
    Ok(())
}

fn name_networks(swarm: &Swarm, template: &mut Value) -> Result<(), Refusal> {
    if template["Networks"].is_array() { name_list(swarm, &mut template["Networks"]) } else { Ok(()) }
}

/// Names become ids.
fn name_list(swarm: &Swarm, list: &mut Value) -> Result<(), Refusal> {
    for entry in list.as_array_mut().into_iter().flatten() {
        let target = entry["Target"].as_str().unwrap_or_default();
        let Some(network) = swarm.network(target) else {
            let local = ["bridge", "docker_gwbridge"].contains(&target);
            let words = "only networks scoped to the swarm can be used, such as those created using the overlay driver";
            return Err(if local {
                Refusal::new(403, words)
            } else {
                Refusal::new(500, &format!("network {target} not found"))
            });
        };
        if network.scope == Scope::Ingress {
            let words = "Service cannot be explicitly attached to the ingress network \"ingress\"";
            return Err(Refusal::invalid(words));
        }
        entry["Target"] = network.id.as_str().into();
    }
    Ok(())
}

fn files(swarm: &Swarm, spec: &Value) -> Result<(), Refusal> {
    for (list, key, kind) in [("Configs", "ConfigID", "config"), ("Secrets", "SecretID", "secret")] {
        let entries = spec["TaskTemplate"]["ContainerSpec"][list].as_array().into_iter().flatten();
        let missing =
            entries.filter(|entry| !entry[key].as_str().is_some_and(|id| swarm.files.contains_key(id)));
        let names: Vec<&str> =
            missing.map(|entry| entry[list.replace('s', "") + "Name"].as_str().unwrap_or_default()).collect();
        if !names.is_empty() {
            let s = if names.len() == 1 { "" } else { "s" };
            return Err(Refusal::invalid(&format!("{kind}{s} not found: {}", names.join(", "))));
        }
    }
    Ok(())
}

/// A port of the routing mesh belongs to one service.
pub(super) fn check_ports(swarm: &Swarm, shape: &Shape, own: Option<&str>) -> Result<(), Refusal> {
    let clash = |a: &Port, b: &Port| {
        a.ingress && b.ingress && a.published != 0 && a.published == b.published && a.protocol == b.protocol
    };
    for port in &shape.ports {
        let mut others = swarm.services().filter(|service| Some(service.id.as_str()) != own);
        let holder = others.find(|service| {
            service.ports.iter().chain(&service.shape().ports).any(|other| clash(port, other))
        });
        if let Some(holder) = holder {
            let (name, id) = (holder.name(), &holder.id);
            let words = format!(
                "port '{}' is already in use by service '{name}' ({id}) as an ingress port",
                port.published
            );
            return Err(Refusal::invalid(&words));
        }
    }
    Ok(())
}

/// swarmkit `manager/controlapi/common.go`.
fn is_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    bytes.len() <= 63 && bytes.iter().all(|byte| inner(*byte)) && end(bytes.first()) && end(bytes.last())
}
