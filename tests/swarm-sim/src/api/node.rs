//! `/nodes`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::query::Query;
use super::{Answer, Outcome, Refusal};
use crate::id::NodeId;
use crate::object::{Availability, Node, Role};
use crate::swarm::{Swarm, look};

const FILTERS: [&str; 6] = ["id", "label", "membership", "name", "node.label", "role"];

pub(super) fn list(swarm: &Swarm, query: &Query) -> Outcome {
    let filters = query.filters()?;
    filters.only(&FILTERS)?;
    let label = |node: &Node, key: &str| node.labels.get(key).cloned();
    let passing = swarm.nodes().filter(|node| {
        filters.prefix("id", node.id.as_str())
            && filters.any("name", |name| node.hostname.starts_with(name))
            && filters.any("role", |role| role == node.role.word())
            && filters.any("membership", |membership| membership == "accepted")
            && filters.labels("node.label", |key| label(node, key))
            && filters.values("label").is_none()
    });
    Ok(Answer::list(passing.map(|node| shown(swarm, node))))
}

pub(super) fn inspect(swarm: &Swarm, name: &str) -> Outcome {
    Ok(Answer::ok(&shown(swarm, find(swarm, name)?)))
}

fn find<'a>(swarm: &'a Swarm, name: &str) -> Result<&'a Node, Refusal> {
    let by_prefix = || look::only(swarm.nodes(), |node| node.id.as_str().starts_with(name));
    swarm.node(name).or_else(by_prefix).ok_or_else(|| Refusal::not_found("node", name))
}

fn shown(swarm: &Swarm, node: &Node) -> Value {
    let mut json = json!({
        "ID": node.id,
        "Version": { "Index": node.meta.version },
        "CreatedAt": node.meta.created.rfc3339(swarm.epoch()),
        "UpdatedAt": node.meta.updated.rfc3339(swarm.epoch()),
        "Spec": { "Labels": node.labels, "Role": node.role.word(), "Availability": node.availability.word() },
        "Description": {
            "Hostname": node.hostname,
            "Platform": { "Architecture": "x86_64", "OS": "linux" },
            "Resources": { "NanoCPUs": 8_000_000_000_u64, "MemoryBytes": 16_u64 << 30 },
            "Engine": { "EngineVersion": swarm.profile().release.version(), "Plugins": [] },
        },
        "Status": { "State": if node.ready { "ready" } else { "down" }, "Addr": node.address },
    });
    if !node.name.is_empty() {
        json["Spec"]["Name"] = node.name.as_str().into();
    }
    if !node.ready {
        json["Status"]["Message"] = "heartbeat failure".into();
    }
    if node.role == Role::Manager {
        let reachability = if node.alive { "reachable" } else { "unreachable" };
        json["ManagerStatus"] =
            json!({ "Reachability": reachability, "Addr": format!("{}:2377", node.address) });
        if swarm.leader() == Some(&node.id) {
            json["ManagerStatus"]["Leader"] = true.into();
        }
    }
    json
}

pub(super) fn update(swarm: &mut Swarm, name: &str, query: &Query, spec: &Value) -> Outcome {
    let node = find(swarm, name)?;
    let id = node.id.clone();
    let version = query.get("version").and_then(|version| version.parse::<u64>().ok());
    let version = version.ok_or_else(|| Refusal::bad("invalid node version ''"))?;
    if version != node.meta.version {
        return Err(Refusal::out_of_sequence());
    }
    let word = spec["Availability"].as_str().unwrap_or_default();
    let availability = Availability::parse(word)
        .ok_or_else(|| Refusal::invalid(&format!("invalid Availability: {word:?}")))?;
    let labels = spec["Labels"].as_object().into_iter().flatten();
    let labels = labels.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()));
    let labels: BTreeMap<String, String> = labels.collect();
    swarm.set_labels(&id, labels);
    swarm.set_availability(&id, availability);
    Ok(Answer::empty(200))
}

pub(super) fn remove(swarm: &mut Swarm, name: &str, query: &Query) -> Outcome {
    let node = find(swarm, name)?;
    let id = node.id.clone();
    if node.role == Role::Manager {
        let words = format!(
            "node {id} is a cluster manager and is a member of the raft cluster. It must be demoted to worker before removal"
        );
        return Err(Refusal::precondition(&words));
    }
    if node.ready && !query.flag("force") {
        return Err(Refusal::precondition(&format!("node {id} is not down and can't be removed")));
    }
    swarm.remove_node(&id);
    Ok(Answer::empty(200))
}

impl Swarm {
    /// `docker node update --label-add …`, with all labels.
    pub fn set_labels(&mut self, id: &NodeId, labels: BTreeMap<String, String>) {
        if let Some(node) = self.nodes.get_mut(id) {
            node.labels = labels;
        }
        self.node_changed(id);
        self.wake();
    }

    /// `docker node update --availability`.
    pub fn set_availability(&mut self, id: &NodeId, availability: Availability) {
        let Some(node) = self.nodes.get_mut(id) else { return };
        node.availability = availability;
        self.node_changed(id);
        if availability == Availability::Drain {
            self.leave_node(id);
        }
        for service in self.per_node_services() {
            self.reconcile(&service);
        }
        self.wake();
    }

    /// `docker node rm --force`.
    pub fn remove_node(&mut self, id: &NodeId) {
        self.leave_node(id);
        self.orphan(id);
        self.nodes.remove(id);
        self.forget_node(id);
        for service in self.per_node_services() {
            self.reconcile(&service);
        }
        self.event("node", "remove", id.as_str(), &[]);
    }
}
