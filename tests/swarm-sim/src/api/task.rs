//! `/tasks`.

use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::json;
use serde_json::value::RawValue;

use super::query::Query;
use super::{Answer, Filters, Outcome, Refusal};
use crate::object::{Attachment, Task, TaskState};
use crate::swarm::{Swarm, look};

const FILTERS: [&str; 9] =
    ["id", "name", "service", "node", "label", "desired-state", "runtime", "_up-to-date", "slot"];

pub(super) fn list(swarm: &Swarm, query: &Query) -> Outcome {
    let filters = query.filters()?;
    filters.only(&FILTERS)?;
    let services = match filters.values("service") {
        Some(wanted) => {
            let ids = wanted.iter().filter_map(|name| swarm.service(name).map(|service| service.id.clone()));
            let found: Vec<_> = ids.collect();
            // Tasks of a service that is gone are found by its id.
            let gone = wanted.iter().map(|name| name.as_str().into());
            Some(found.into_iter().chain(gone).collect::<std::collections::BTreeSet<_>>())
        }
        None => None,
    };
    if let Some(services) = services {
        let tasks =
            services.iter().flat_map(|id| swarm.tasks_of(id)).filter(|task| passes(swarm, task, &filters));
        return Ok(Answer::list(tasks.map(|task| TaskJson { swarm, task })));
    }
    let tasks = swarm.tasks().filter(|task| passes(swarm, task, &filters));
    Ok(Answer::list(tasks.map(|task| TaskJson { swarm, task })))
}

pub(super) fn inspect(swarm: &Swarm, id: &str) -> Outcome {
    let found =
        swarm.tasks.get(id).or_else(|| look::only(swarm.tasks(), |task| task.id.as_str().starts_with(id)));
    let task = found.ok_or_else(|| Refusal::not_found("task", id))?;
    let json =
        serde_json::to_vec(&TaskJson { swarm, task }).map_err(|error| Refusal::bad(&error.to_string()))?;
    Ok(Answer { status: 200, body: super::Body::Json(vec![json]) })
}

fn passes(swarm: &Swarm, task: &Task, filters: &Filters) -> bool {
    let runtime = if task.service.is_some() { "container" } else { "attachment" };
    let wanted_runtime = match filters.values("runtime") {
        Some(_) => filters.any("runtime", |wanted| wanted == runtime),
        None => task.service.is_some(),
    };
    let node = task.node.as_ref().map_or("", |node| node.as_str());
    let hostname =
        || task.node.as_ref().and_then(|id| swarm.nodes.get(id)).map_or("", |node| node.hostname.as_str());
    let up_to_date = || {
        let service = task.service.as_ref().and_then(|id| swarm.services.get(id));
        service.is_some_and(|service| service.revision.number == task.revision)
    };
    wanted_runtime
        && filters.prefix("id", task.id.as_str())
        && filters.any("desired-state", |wanted| match wanted {
            "running" => !task.desired.is_over(),
            "accepted" => task.desired == crate::object::DesiredState::Ready,
            "shutdown" => task.desired.is_over(),
            other => other == task.desired.word(),
        })
        && filters.any("node", |wanted| node.starts_with(wanted) || hostname() == wanted)
        && filters.any("name", |wanted| name(swarm, task).starts_with(wanted))
        && filters.any("_up-to-date", |wanted| (wanted == "true") == up_to_date())
        && filters.labels("label", |key| service_label(swarm, task, key))
}

fn service_label(swarm: &Swarm, task: &Task, key: &str) -> Option<String> {
    let service = swarm.services.get(task.service.as_ref()?)?;
    service.spec()["Labels"][key].as_str().map(str::to_owned)
}

/// `SERVICE.SLOT` or `SERVICE.NODE`, with the task's id behind.
fn name(swarm: &Swarm, task: &Task) -> String {
    let service =
        task.service.as_ref().and_then(|id| swarm.services.get(id)).map_or("", |service| service.name());
    match &task.place {
        crate::object::Place::Slot(slot) => format!("{service}.{slot}.{}", task.id),
        crate::object::Place::Node(node) => format!("{service}.{node}.{}", task.id),
    }
}

/// A task as the API shows it.
struct TaskJson<'a> {
    swarm: &'a Swarm,
    task: &'a Task,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Shown<'a> {
    #[serde(rename = "ID")]
    id: &'a str,
    version: Version,
    created_at: String,
    updated_at: String,
    labels: serde_json::Map<String, serde_json::Value>,
    spec: &'a RawValue,
    #[serde(rename = "ServiceID", skip_serializing_if = "Option::is_none")]
    service: Option<&'a str>,
    #[serde(skip_serializing_if = "is_zero")]
    slot: u64,
    #[serde(rename = "NodeID", skip_serializing_if = "Option::is_none")]
    node: Option<&'a str>,
    status: serde_json::Value,
    desired_state: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    networks_attachments: &'a [Attachment],
    #[serde(skip_serializing_if = "Option::is_none")]
    job_iteration: Option<Version>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Version {
    index: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Serialize for TaskJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { swarm, task } = self;
        let mut status = json!({
            "Timestamp": task.since.rfc3339(swarm.epoch),
            "State": task.state.word(),
            "Message": task.state.message(),
            "PortStatus": {},
        });
        if !task.error.is_empty() {
            status["Err"] = task.error.as_str().into();
        }
        if task.service.is_some() && task.state >= TaskState::Ready && task.state != TaskState::Rejected {
            let running = task.state == TaskState::Running;
            let pid = if running { 1000 } else { 0 };
            let container = format!("{}{}", task.id, task.id);
            status["ContainerStatus"] =
                json!({ "ContainerID": container, "PID": pid, "ExitCode": task.exit_code });
        }
        Shown {
            id: task.id.as_str(),
            version: Version { index: task.meta.version },
            created_at: task.meta.created.rfc3339(swarm.epoch),
            updated_at: task.meta.updated.rfc3339(swarm.epoch),
            labels: serde_json::Map::new(),
            spec: &task.template.json,
            service: task.service.as_ref().map(crate::id::ServiceId::as_str),
            slot: task.slot(),
            node: task.node.as_ref().map(crate::id::NodeId::as_str),
            status,
            desired_state: task.desired.word(),
            networks_attachments: &task.attachments,
            job_iteration: task.iteration.map(|index| Version { index }),
        }
        .serialize(serializer)
    }
}

impl Serialize for Attachment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Shown<'a> {
            network: &'a RawValue,
            #[serde(skip_serializing_if = "Vec::is_empty")]
            addresses: Vec<String>,
        }
        let network: &Arc<str> = &self.shown;
        let network = serde_json::from_str::<&RawValue>(network).map_err(serde::ser::Error::custom)?;
        let addresses = self.addresses.iter().map(ToString::to_string).collect();
        Shown { network, addresses }.serialize(serializer)
    }
}
