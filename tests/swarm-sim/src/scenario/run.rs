//! Running the steps of a scenario.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::check::check;
use super::probe::{octets, one_address};
use super::{Create, Ground, Scenario, Step};

/// How often is looked while something is awaited.
const LOOK: Duration = Duration::from_millis(100);

/// How long an update may take.
const UPDATE: Duration = Duration::from_mins(2);

/// A scenario under way: the ids of the networks that it has made.
pub(super) struct Run<'g, G> {
    pub(super) ground: &'g mut G,
    pub(super) networks: BTreeMap<String, String>,
}

/// Runs a scenario from its first step to its last. Nothing is cleaned up.
pub fn run(scenario: &Scenario, ground: &mut impl Ground) -> Result<()> {
    let mut run = Run { ground, networks: BTreeMap::new() };
    for (name, config) in &scenario.networks {
        run.network(name, config, 201, false)?;
    }
    for (index, step) in scenario.steps.iter().enumerate() {
        run.step(step).with_context(|| format!("step {}: {step:?}", index + 1))?;
    }
    Ok(())
}

impl<G: Ground> Run<'_, G> {
    fn step(&mut self, step: &Step) -> Result<()> {
        match step {
            Step::Create(create) => self.create(create).map(drop),
            Step::Repeat { create, fit } => self.repeat(create, *fit),
            Step::Update { service, patch, status } => self.update(service, patch, *status),
            Step::Remove(service) => {
                let target = format!("/services/{}", self.name(service));
                self.call("DELETE", &target, None, 200).map(drop)
            }
            Step::Network { name, config, status, ingress, within } => self
                .until(Duration::from_secs_f64(*within), |run| run.network(name, config, *status, *ingress)),
            Step::RemoveNetwork { name, status } => self.remove_network(name, *status),
            Step::Wait(seconds) => {
                self.ground.wait(Duration::from_secs_f64(*seconds));
                Ok(())
            }
            Step::Expect(condition) => check(self, condition),
            Step::Until { seconds, see } => {
                self.until(Duration::from_secs_f64(*seconds), |run| check(run, see))
            }
            Step::Peak { service, addresses } => self.peak(service, *addresses),
            Step::Octets { network, octets: expected } => {
                let seen = octets(self, network, expected.len())?;
                ensure!(seen == *expected, "{seen:?}");
                Ok(())
            }
            Step::Node { name, fate } => self.ground.node(name, *fate),
            Step::Attach { network, node } => {
                let network = self.network_id(network)?;
                self.ground.attach(&network, node)
            }
            Step::DetachAll => self.ground.detach_all(),
        }
    }

    /// A call whose status must be this.
    pub(super) fn call(
        &mut self,
        method: &str,
        target: &str,
        body: Option<&Value>,
        status: u16,
    ) -> Result<Value> {
        let (got, value) = self.ground.call(method, target, body)?;
        ensure!(got == status, "{method} {target}: {got} and not {status}: {value}");
        Ok(value)
    }

    pub(super) fn get(&mut self, target: &str) -> Result<Value> {
        self.call("GET", target, None, 200)
    }

    pub(super) fn name(&self, short: &str) -> String {
        format!("{}{short}", self.ground.prefix())
    }

    pub(super) fn network_id(&self, name: &str) -> Result<String> {
        if ["ingress", "host"].contains(&name) {
            return Ok(name.to_owned());
        }
        self.networks.get(name).cloned().with_context(|| format!("the scenario has no network {name}"))
    }

    fn network(&mut self, name: &str, config: &Value, status: u16, ingress: bool) -> Result<()> {
        let full = if ingress { name.to_owned() } else { self.name(name) };
        let body = json!({
            "Name": full, "Driver": "overlay", "Attachable": !ingress, "Ingress": ingress, "CheckDuplicate": true,
            "IPAM": { "Driver": "default", "Config": config },
        });
        let made = self.call("POST", "/networks/create", Some(&body), status)?;
        if let Some(id) = made["Id"].as_str() {
            self.networks.insert(name.to_owned(), id.to_owned());
        }
        let moment = self.ground.moment();
        self.ground.wait(moment);
        Ok(())
    }

    fn remove_network(&mut self, name: &str, status: u16) -> Result<()> {
        let id = self.network_id(name)?;
        self.call("DELETE", &format!("/networks/{id}"), None, status)?;
        if status < 300 {
            self.networks.remove(name);
        }
        Ok(())
    }

    /// Gives the id; none where a refusal was expected.
    pub(super) fn create(&mut self, create: &Create) -> Result<Option<String>> {
        let spec = self.spec(create)?;
        let made = self.call("POST", "/services/create", Some(&spec), create.status.unwrap_or(201))?;
        let moment = self.ground.moment();
        self.ground.wait(moment);
        Ok(made["ID"].as_str().map(str::to_owned))
    }

    fn spec(&self, create: &Create) -> Result<Value> {
        let networks: Result<Vec<Value>> =
            create.on.iter().map(|name| Ok(json!({ "Target": self.network_id(name)? }))).collect();
        let count = create.replicas.unwrap_or(1);
        let mode = match create.kind.as_deref().unwrap_or("replicated") {
            "replicated" => json!({ "Replicated": { "Replicas": count } }),
            "global" => json!({ "Global": {} }),
            "replicated-job" => {
                json!({ "ReplicatedJob": { "MaxConcurrent": count, "TotalCompletions": count } })
            }
            "global-job" => json!({ "GlobalJob": {} }),
            other => bail!("no kind {other}"),
        };
        let grace = Duration::from_secs_f64(create.grace.unwrap_or(0.2));
        let mut spec = json!({
            "Name": self.name(&create.name),
            "TaskTemplate": {
                "ContainerSpec": {
                    "Image": self.ground.image(), "Env": create.env, "StopGracePeriod": u64::try_from(grace.as_nanos())?,
                },
                "Networks": networks?,
                "Placement": { "Constraints": create.constraints },
            },
            "Mode": mode,
        });
        if let Some(mode) = &create.mode {
            spec["EndpointSpec"] = json!({ "Mode": mode });
        }
        if !create.ports.is_empty() {
            spec["EndpointSpec"]["Ports"] = Value::Array(create.ports.clone());
        }
        if let Some(restart) = &create.restart {
            spec["TaskTemplate"]["RestartPolicy"] = restart.clone();
        }
        if let Some(update) = &create.update {
            spec["UpdateConfig"] = update.clone();
        }
        Ok(spec)
    }

    fn repeat(&mut self, create: &Create, fit: u64) -> Result<()> {
        let wanted = usize::try_from(create.replicas.unwrap_or(1))?;
        for number in 0..=fit {
            let name = format!("{}-{number}", create.name);
            self.create(&Create { name: name.clone(), ..create.clone() })?;
            let settled = self.until(Duration::from_secs(if number < fit { 60 } else { 6 }), |run| {
                let running = run.running(&name)?;
                ensure!(running == wanted, "{name}: {running} tasks of {wanted} run");
                Ok(())
            });
            match settled {
                Err(error) if number < fit => return Err(error),
                Ok(()) if number == fit => bail!("more than {fit} fit"),
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn running(&mut self, service: &str) -> Result<usize> {
        let tasks = self.tasks(service)?;
        Ok(tasks.iter().filter(|task| task["Status"]["State"] == "running").count())
    }

    /// The tasks of a service, those that are remembered only included.
    pub(super) fn tasks(&mut self, service: &str) -> Result<Vec<Value>> {
        let name = self.name(service);
        let filters = json!({ "service": [name] }).to_string();
        let filters = filters.replace('{', "%7B").replace('}', "%7D").replace('"', "%22");
        let filters = filters.replace('[', "%5B").replace(']', "%5D").replace(':', "%3A");
        let tasks = self.get(&format!("/tasks?filters={filters}"))?;
        Ok(tasks.as_array().cloned().unwrap_or_default())
    }

    fn update(&mut self, service: &str, patch: &Value, status: u16) -> Result<()> {
        let target = format!("/services/{}", self.name(service));
        let present = self.get(&target)?;
        let mut spec = present["Spec"].clone();
        merge(&mut spec, patch);
        for entry in spec["TaskTemplate"]["Networks"].as_array_mut().into_iter().flatten() {
            let known = entry["Target"].as_str().and_then(|name| self.networks.get(name)).cloned();
            if let Some(id) = known {
                entry["Target"] = id.into();
            }
        }
        let target = format!("{target}/update?version={}", present["Version"]["Index"]);
        self.call("POST", &target, Some(&spec), status).map(drop)
    }

    pub(super) fn until(
        &mut self,
        limit: Duration,
        mut look: impl FnMut(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let mut waited = Duration::ZERO;
        loop {
            match look(self) {
                Err(error) if waited >= limit => return Err(error),
                Err(_) => {}
                Ok(()) => return Ok(()),
            }
            self.ground.wait(LOOK);
            waited += LOOK;
        }
    }

    fn peak(&mut self, service: &str, addresses: usize) -> Result<()> {
        let mut peak = 0;
        let target = format!("/services/{}", self.name(service));
        self.until(UPDATE, |run| {
            let ended = ["complete", "shutdown", "failed", "rejected", "orphaned", "new"];
            let tasks = run.tasks(service)?;
            let holding =
                tasks.iter().filter(|task| !ended.iter().any(|state| task["Status"]["State"] == *state));
            peak = peak.max(holding.count());
            let state = run.get(&target)?["UpdateStatus"]["State"].clone();
            ensure!(state == "completed", "the update is {state}");
            Ok(())
        })?;
        ensure!(peak == addresses, "{peak} addresses at a time");
        Ok(())
    }

    /// Whether a new service of one address gets it. The service stays.
    pub(super) fn gets_one(&mut self, name: &str, network: &str) -> Result<bool> {
        one_address(self, name, network).map(|address| address.is_some())
    }
}

/// RFC 7396.
fn merge(value: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        *value = patch.clone();
        return;
    };
    if !value.is_object() {
        *value = json!({});
    }
    for (key, change) in changes {
        if change.is_null() {
            if let Some(fields) = value.as_object_mut() {
                fields.remove(key);
            }
        } else {
            merge(&mut value[key], change);
        }
    }
}
