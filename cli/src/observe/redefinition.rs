//! What a redefinition of a network looks at: the swarm in names, and everything that may stand against it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Swarm, shape};
use crate::dump::{JobState, Names, NetworkDefinition, ServiceRecord, ServiceState};
use crate::engine::{Engine, EngineError, Filters, Listed, Network, Task};
use crate::plan::redefine::{NetworkState, ServiceStand, State, UpdateState};
use crate::service::RawService;

/// The swarm, with its networks as the engine describes them.
#[derive(Debug, Clone)]
pub struct NamedSwarm {
    /// The swarm.
    pub swarm: Swarm,
    /// Its networks, as JSON.
    pub networks: Vec<Value>,
    /// Its names.
    pub names: Names,
}

impl NamedSwarm {
    /// Reads all lists side by side.
    pub async fn observe(engine: &impl Engine) -> Result<Self, EngineError> {
        let (of_swarm, all) = (Filters::none().with("scope", "swarm"), Filters::none());
        let (swarm, networks, configs, secrets) = tokio::try_join!(
            Swarm::observe(engine),
            engine.list(Listed::Networks, &of_swarm),
            engine.list(Listed::Configs, &all),
            engine.list(Listed::Secrets, &all)
        )?;
        let mut names = Names {
            networks: named(&networks, "Id", "/Name"),
            configs: named(&configs, "ID", "/Spec/Name"),
            secrets: named(&secrets, "ID", "/Spec/Name"),
        };
        // Predefined networks (`host`) are used by services and not listed.
        let used: BTreeSet<&str> = swarm.services.iter().flat_map(RawService::network_ids).collect();
        for id in used {
            if !names.networks.contains_key(id)
                && let Some(network) = engine.network_inspected(id).await?
            {
                names.networks.extend(named(&[network], "Id", "/Name"));
            }
        }
        Ok(Self { swarm, networks, names })
    }

    /// The definition of the network of this id.
    pub fn definition(&self, id: &str) -> Option<NetworkDefinition> {
        self.networks.iter().find(|network| network["Id"] == *id).map(NetworkDefinition::of)
    }

    /// The services on the network of this id, recorded, the oldest first.
    pub fn records_on(&self, network: &str) -> Vec<ServiceRecord> {
        let on = self.swarm.services.iter().filter(|service| service.network_ids().any(|id| id == network));
        let mut records: Vec<ServiceRecord> = on.map(|service| self.record(service)).collect();
        records.sort_by(|one, other| (&one.created, &one.name).cmp(&(&other.created, &other.name)));
        records
    }

    /// One service, recorded.
    pub fn record(&self, service: &RawService) -> ServiceRecord {
        let state = ServiceState {
            running: self.running(service),
            update: update_stamp(service),
            job: self.job(service),
        };
        ServiceRecord::of(service, &self.names, state)
    }

    /// What a redefinition looks at. `records` tell which updates are old news.
    pub fn state(&self, records: &[ServiceRecord]) -> State {
        let network = |network: &Value| {
            let state = NetworkState {
                id: network["Id"].as_str().unwrap_or_default().to_owned(),
                definition: NetworkDefinition::of(network),
                allocated: network
                    .pointer("/IPAM/Config")
                    .and_then(Value::as_array)
                    .is_some_and(|it| !it.is_empty()),
            };
            (state.definition.name().to_owned(), state)
        };
        let service = |service: &RawService| {
            let record = records.iter().find(|record| record.name == service.name());
            (service.name().to_owned(), self.stand(service, record))
        };
        let mut tasks = BTreeMap::<String, u64>::new();
        for task in self.swarm.tasks.iter().filter(|task| self.refers_to_networks(task)) {
            for id in task.attachments.iter().flatten().map(|it| it.network.id.clone()) {
                let count = tasks.entry(id).or_default();
                *count = count.saturating_add(1);
            }
        }
        State {
            networks: self.networks.iter().map(network).collect(),
            services: self.swarm.services.iter().map(service).collect(),
            tasks,
        }
    }

    /// Whether a task stands against the removal of its networks. One that has ended holds no address, but as long as
    /// it is listed after its service has gone, its node may hold the network; the next one of that name is refused
    /// then. Engine 20.10 lists the tasks of removed jobs for ever.
    fn refers_to_networks(&self, task: &Task) -> bool {
        let orphan = || !self.swarm.services.iter().any(|service| service.id() == task.service);
        !has_ended(task) || (task.job_iteration.index == 0 && orphan())
    }

    fn stand(&self, service: &RawService, record: Option<&ServiceRecord>) -> ServiceStand {
        let now = ServiceRecord::of(service, &self.names, ServiceState::default());
        let old_news = record.is_some_and(|record| record.state.update == update_stamp(service));
        ServiceStand {
            id: now.id,
            version: now.version,
            spec: now.spec,
            running: self.running(service),
            update: match update_state(service) {
                UpdateState::Failed(_) if old_news => UpdateState::Settled,
                state => state,
            },
        }
    }

    /// Tasks that run and are on just the networks that the spec names: others have yet to be replaced.
    fn running(&self, service: &RawService) -> u64 {
        let of_budget: BTreeSet<&str> = self
            .swarm
            .networks
            .iter()
            .filter(|it| it.is_overlay() && !it.ingress)
            .map(|it| it.id.as_str())
            .collect();
        let wanted: BTreeSet<&str> = service.network_ids().filter(|id| of_budget.contains(id)).collect();
        let is_on = |task: &Task| -> bool {
            let on = task.attachments.iter().flatten().map(|it| it.network.id.as_str());
            on.filter(|id| of_budget.contains(id)).collect::<BTreeSet<_>>() == wanted
        };
        let running = self
            .swarm
            .tasks
            .iter()
            .filter(|task| task.service == service.id() && task.serves() && is_on(task));
        u64::try_from(running.count()).unwrap_or(u64::MAX)
    }

    fn job(&self, service: &RawService) -> Option<JobState> {
        use smsvc_core::budget::Kind;
        let kind = shape(service.spec()).kind;
        if !kind.is_job() {
            return None;
        }
        let run = service.job_iteration();
        let mine = || {
            self.swarm
                .tasks
                .iter()
                .filter(move |task| task.service == service.id() && task.job_iteration.index >= run)
        };
        let complete = mine().filter(|task| task.status.state == "complete").count();
        let all_done = match kind {
            Kind::ReplicatedJob { completions, .. } => {
                u64::try_from(complete).unwrap_or(u64::MAX) >= completions
            }
            _ => complete > 0,
        };
        Some(if all_done && mine().all(has_ended) { JobState::Complete } else { JobState::Unfinished })
    }

    /// The host names of the nodes on which standalone containers are attached to a network, one for each container.
    pub fn containers_on(&self, network: &str) -> Vec<String> {
        let attached = self.swarm.tasks.iter().filter(|task| {
            task.service.is_empty()
                && !has_ended(task)
                && task.attachments.iter().flatten().any(|it| it.network.id == network)
        });
        let host = |task: &Task| {
            let node = self.swarm.nodes.iter().find(|node| node.id.as_str() == task.node);
            node.map_or_else(|| task.node.clone(), |node| node.attributes.hostname.clone())
        };
        attached.map(host).collect()
    }

    /// The network of this name or id.
    pub fn network(&self, name: &str) -> Option<&Network> {
        let of_swarm = || self.swarm.networks.iter().filter(|network| network.swarm);
        of_swarm().find(|it| it.name == name).or_else(|| of_swarm().find(|it| it.id == name))
    }
}

/// Services that are being updated, or whose update has stopped half way.
pub fn is_updating(service: &RawService) -> bool {
    let state = service.json().pointer("/UpdateStatus/State").and_then(Value::as_str);
    matches!(state, Some("updating" | "paused" | "rollback_started" | "rollback_paused"))
}

fn update_state(service: &RawService) -> UpdateState {
    let status = &service.json()["UpdateStatus"];
    match status["State"].as_str() {
        Some("updating" | "rollback_started") => UpdateState::UnderWay,
        Some("paused" | "rollback_paused" | "rollback_completed") => {
            UpdateState::Failed(status["Message"].as_str().unwrap_or_default().to_owned())
        }
        _ => UpdateState::Settled,
    }
}

/// State and start of the last update: an update that fails later has another start.
fn update_stamp(service: &RawService) -> Option<String> {
    let status = &service.json()["UpdateStatus"];
    let started = status["StartedAt"].as_str().unwrap_or_default();
    Some(format!("{} {started}", status["State"].as_str()?))
}

/// Whether a task holds nothing any more.
fn has_ended(task: &Task) -> bool {
    matches!(
        task.status.state.as_str(),
        "complete" | "shutdown" | "failed" | "rejected" | "remove" | "orphaned"
    )
}

fn named(listed: &[Value], id: &str, name: &str) -> BTreeMap<String, String> {
    let pair =
        |entry: &Value| Some((entry[id].as_str()?.to_owned(), entry.pointer(name)?.as_str()?.to_owned()));
    listed.iter().filter_map(pair).collect()
}
