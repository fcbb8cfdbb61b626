//! `/services`.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::query::Query;
use super::spec;
use super::{Answer, Outcome, Refusal};
use crate::id::{NodeId, ServiceId};
use crate::object::{DesiredState, Job, Kind, Port, Revision, Service, Shape, TaskState};
use crate::profile::Release;
use crate::swarm::Swarm;

const FILTERS: [&str; 6] = ["id", "name", "label", "mode", "runtime", "scope"];

pub(super) fn list(swarm: &Swarm, query: &Query) -> Outcome {
    let filters = query.filters()?;
    filters.only(&FILTERS)?;
    let status = query.flag("status");
    let passing = swarm.services().filter(|service| {
        filters.prefix("id", service.id.as_str())
            && filters.prefix("name", service.name())
            && filters.any("mode", |mode| mode == mode_word(service.shape().kind))
            && filters.any("runtime", |runtime| runtime == "container")
            && filters.labels("label", |key| service.spec()["Labels"][key].as_str().map(str::to_owned))
    });
    let inserted = query.flag("insertDefaults");
    Ok(Answer::list(passing.map(|service| {
        let mut json = shown(swarm, service, inserted);
        if status {
            json["ServiceStatus"] = counts(swarm, service);
        }
        json
    })))
}

fn mode_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Replicated(_) => "replicated",
        Kind::Global => "global",
        Kind::ReplicatedJob { .. } => "replicated-job",
        Kind::GlobalJob => "global-job",
    }
}

/// swarmkit `manager/controlapi/service.go`, `ListServiceStatuses`.
fn counts(swarm: &Swarm, service: &Service) -> Value {
    let iteration = service.job.map(|job| job.iteration);
    let tasks = || swarm.tasks_of(&service.id).filter(|task| task.iteration == iteration);
    let count = |state: TaskState| tasks().filter(|task| task.state == state).count() as u64;
    let live =
        || tasks().filter(|task| task.state <= TaskState::Running && task.desired <= DesiredState::Complete);
    let (running, completed) =
        (live().filter(|task| task.state == TaskState::Running).count() as u64, count(TaskState::Complete));
    let nodes: BTreeSet<&NodeId> = live().filter_map(|task| task.node.as_ref()).collect();
    let desired = match service.shape().kind {
        Kind::Replicated(replicas) => replicas,
        Kind::Global | Kind::GlobalJob => nodes.len() as u64,
        Kind::ReplicatedJob { concurrent, total } => concurrent.min(total.saturating_sub(completed)),
    };
    json!({ "RunningTasks": running, "DesiredTasks": desired, "CompletedTasks": completed })
}

pub(super) fn inspect(swarm: &Swarm, name: &str, query: &Query) -> Outcome {
    let service = find(swarm, name)?;
    Ok(Answer::ok(&shown(swarm, service, query.flag("insertDefaults"))))
}

fn find<'a>(swarm: &'a Swarm, name: &str) -> Result<&'a Service, Refusal> {
    swarm.service(name).ok_or_else(|| Refusal::not_found("service", name))
}

fn shown(swarm: &Swarm, service: &Service, insert_defaults: bool) -> Value {
    let time = |moment: crate::Moment| moment.rfc3339(swarm.epoch());
    let mut json = json!({
        "ID": service.id,
        "Version": { "Index": service.meta.version },
        "CreatedAt": time(service.meta.created),
        "UpdatedAt": time(service.meta.updated),
        "Spec": service.spec(),
    });
    if insert_defaults {
        insert(&mut json["Spec"]);
    }
    if let Some(previous) = &service.previous {
        json["PreviousSpec"] = (*previous.spec).clone();
    }
    let mut endpoint = json!({ "Spec": {} });
    if let Some(allocated) = &service.endpoint {
        endpoint["Spec"] = allocated.spec.clone();
        if !service.ports.is_empty() {
            endpoint["Ports"] = service.ports.iter().map(Port::json).collect();
        }
        if !allocated.vips.is_empty() {
            let vip = |vip: &crate::object::VirtualIp| match vip.address {
                Some(address) => json!({ "NetworkID": vip.network, "Addr": address }),
                None => json!({ "NetworkID": vip.network }),
            };
            endpoint["VirtualIPs"] = allocated.vips.iter().map(vip).collect();
        }
    }
    json["Endpoint"] = endpoint;
    if let Some(update) = &service.update {
        let mut status = json!({ "State": update.state.word(), "Message": update.message });
        if let Some(started) = update.started {
            status["StartedAt"] = time(started).into();
        }
        if let Some(completed) = update.completed {
            status["CompletedAt"] = time(completed).into();
        }
        json["UpdateStatus"] = status;
    }
    if let Some(job) = service.job {
        json["JobStatus"] =
            json!({ "JobIteration": { "Index": job.iteration }, "LastExecution": time(job.last_execution) });
    }
    json
}

/// What `insertDefaults` fills in (swarmkit `api/defaults/service.go`).
fn insert(spec: &mut Value) {
    let put = |place: &mut Value, key: &str, value: Value| {
        if place[key].is_null() {
            place[key] = value;
        }
    };
    let container = &mut spec["TaskTemplate"]["ContainerSpec"];
    put(container, "StopGracePeriod", 10_000_000_000_u64.into());
    put(container, "DNSConfig", json!({}));
    let template = &mut spec["TaskTemplate"];
    put(template, "Resources", json!({ "Limits": {}, "Reservations": {} }));
    put(
        template,
        "RestartPolicy",
        json!({ "Condition": "any", "Delay": 5_000_000_000_u64, "MaxAttempts": 0 }),
    );
    put(template, "Placement", json!({}));
    let update = json!({
        "Parallelism": 1, "FailureAction": "pause", "Monitor": 5_000_000_000_u64, "MaxFailureRatio": 0, "Order": "stop-first",
    });
    put(spec, "UpdateConfig", update.clone());
    put(spec, "RollbackConfig", update);
    put(spec, "EndpointSpec", json!({ "Mode": "vip" }));
}

pub(super) fn create(swarm: &mut Swarm, spec: Value) -> Outcome {
    let (spec, shape) = spec::accept(swarm, spec, None)?;
    spec::check_ports(swarm, &shape, None)?;
    if swarm.services().any(|service| service.name() == shape.name) {
        return Err(Refusal::exists("service", &shape.name));
    }
    let id = swarm.add_service(spec, shape);
    let answer = match swarm.profile().release {
        Release::V20_10 => json!({ "ID": id }),
        Release::V29 => json!({ "ID": id, "Warnings": null }),
    };
    Ok(Answer::json(201, &answer))
}

pub(super) fn update(swarm: &mut Swarm, name: &str, query: &Query, new: Value) -> Outcome {
    let service = find(swarm, name)?;
    let (id, version) = (service.id.clone(), service.meta.version);
    let asked = query.get("version").unwrap_or_default();
    let asked: u64 =
        asked.parse().map_err(|_| Refusal::bad(&format!("invalid service version '{asked}'")))?;
    if asked != version {
        return Err(Refusal::out_of_sequence());
    }
    match query.get("rollback") {
        Some("previous") => {
            if !swarm.roll_back(&id, "manually requested rollback".to_owned()) {
                return Err(Refusal::precondition(&format!("service {id} does not have a previous spec")));
            }
        }
        None | Some("" | "none") => {
            let present = service.spec().clone();
            if new["Name"] != present["Name"] {
                let words = "rpc error: code = Unimplemented desc = renaming services is not supported";
                return Err(Refusal::new(501, words));
            }
            let (spec, shape) = spec::accept(swarm, new, Some(&present))?;
            if mode_word(shape.kind) != mode_word(find(swarm, name)?.shape().kind) {
                let words = "rpc error: code = Unimplemented desc = service mode change is not allowed";
                return Err(Refusal::new(501, words));
            }
            spec::check_ports(swarm, &shape, Some(id.as_str()))?;
            swarm.change_service(&id, spec, shape);
        }
        Some(_) => return Err(Refusal::invalid("unrecognized rollback option")),
    }
    Ok(Answer::ok(&json!({ "Warnings": null })))
}

pub(super) fn remove(swarm: &mut Swarm, name: &str) -> Outcome {
    let service = find(swarm, name)?;
    let (id, name) = (service.id.clone(), service.name().to_owned());
    swarm.remove_service(&id);
    swarm.event("service", "remove", id.as_str(), &[("name", &name)]);
    Ok(Answer::empty(200))
}

impl Swarm {
    pub(crate) fn add_service(&mut self, spec: Value, shape: Shape) -> ServiceId {
        let id: ServiceId = self.ids.next();
        let meta = self.meta();
        let job = shape.kind.is_job().then_some(Job { iteration: 0, last_execution: self.now });
        let name = shape.name.clone();
        let service = Service {
            id: id.clone(),
            meta,
            revision: Revision { number: 1, spec: Arc::new(spec), shape: Arc::new(shape) },
            previous: None,
            revisions: 1,
            endpoint: None,
            unallocated: true,
            update: None,
            job,
            ports: Vec::new(),
        };
        self.services.insert(id.clone(), service);
        self.allocator.new_services.insert(id.clone());
        self.reconcile(&id);
        self.wake();
        self.event("service", "create", id.as_str(), &[("name", &name)]);
        id
    }

    /// A new spec. Tasks are replaced only where it differs in something that a task would notice.
    fn change_service(&mut self, id: &ServiceId, spec: Value, mut shape: Shape) {
        let Some(service) = self.services.get(id) else { return };
        let old = service.revision.clone();
        let noticed = |spec: &Value| (spec["TaskTemplate"].clone(), spec["EndpointSpec"].clone());
        let same = noticed(&old.spec) == noticed(&spec);
        let forced = |spec: &Value| spec["TaskTemplate"]["ForceUpdate"].as_u64();
        let rerun = service.job.is_some() && forced(&old.spec) != forced(&spec);
        if same {
            shape.template = old.shape.template.clone();
        }
        let (meta, now) = (self.touched(service.meta), self.now);
        let Some(service) = self.services.get_mut(id) else { return };
        if !same {
            service.revisions += 1;
        }
        let number = if same { old.number } else { service.revisions };
        service.meta = meta;
        service.previous = Some(old);
        service.revision = Revision { number, spec: Arc::new(spec), shape: Arc::new(shape) };
        service.update = None;
        service.unallocated = true;
        if let Some(job) = service.job.as_mut().filter(|_| rerun) {
            *job = Job { iteration: meta.version, last_execution: now };
        }
        let name = service.name().to_owned();
        self.allocator.new_services.insert(id.clone());
        self.reconcile(id);
        self.roll(id);
        self.wake();
        self.event("service", "update", id.as_str(), &[("name", &name)]);
    }

    fn remove_service(&mut self, id: &ServiceId) {
        self.release_service(id);
        self.rollouts.remove(id);
        let job = self.services.get(id).is_some_and(|service| service.job.is_some());
        self.services.remove(id);
        // 20.10 leaves the containers of jobs behind.
        let left = job && self.profile.defects && self.profile.release == Release::V20_10;
        for task in self.task_ids_of(id) {
            let runs = self.tasks.get(&task).is_some_and(|task| task.state == TaskState::Running);
            if !(left && runs) {
                self.stop_task(&task, DesiredState::Remove);
            }
        }
    }
}
