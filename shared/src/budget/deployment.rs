//! What several services that are created, changed or removed together do to every network.
//!
//! Judged as one change and not service by service, because they share what is free: the swarm as it will be once all
//! is settled is drawn up from the snapshot, and the same [`Ledger`] counts it. What a service that exists holds and
//! keeps is not counted a second time.

use std::collections::{BTreeMap, BTreeSet};

use super::addresses::Addresses;
use super::facts::{NetworkFact, Owner, ServiceFact, SwarmFacts, TaskFact};
use super::id::{NetworkId, ServiceId};
use super::ledger::{Ledger, Usage};
use super::shape::{Kind, ServiceShape, UpdateOrder};
use super::task_stage::{Fate, Stage};

/// Services that change together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deployment {
    /// Those that are to be there afterwards.
    pub services: Vec<Planned>,
    /// Those that are to go.
    pub removed: BTreeSet<ServiceId>,
}

/// A service as it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Its ID, where it exists; any other that no service has, where it does not.
    pub id: ServiceId,
    /// Its name.
    pub name: String,
    /// What it is to be.
    pub shape: ServiceShape,
}

/// What a deployment does to one network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkOutlook {
    /// The network.
    pub network: NetworkId,
    /// Its usage before.
    pub before: Usage,
    /// Its usage once all is settled: what is new is owed in it. Without leaked addresses, which are in `before`.
    pub after: Usage,
    /// Taken once all is settled.
    pub steady: Addresses,
    /// Taken at the height of this deployment, at most: services that exist are updated, all at once, and what they
    /// give up is not free yet.
    pub deploying: Addresses,
    /// Taken at the height of a later update of all the planned services at once, at most.
    pub updating: Addresses,
    /// The first planned service whose start-first update would wait for ever once all is settled.
    pub stalls: Option<ServiceId>,
}

impl NetworkOutlook {
    /// What services can get of the network.
    pub const fn usable(&self) -> Addresses {
        self.after.capacity.usable
    }

    /// What is left once all is settled.
    pub fn left(&self) -> Addresses {
        self.usable().minus(self.steady)
    }

    /// How many addresses the settled state lacks.
    pub fn missing(&self) -> Addresses {
        self.steady.minus(self.usable())
    }
}

impl Deployment {
    /// What the deployment does to every network of the snapshot, in its order.
    pub fn outlook(&self, facts: &SwarmFacts) -> Vec<NetworkOutlook> {
        let known: BTreeSet<&ServiceId> = facts.services.iter().map(|service| &service.id).collect();
        let settled = self.settle(facts);
        let existing = |planned: &&Planned| known.contains(&planned.id);
        let deploying = Surge::of(&settled, self.services.iter().filter(existing));
        let updating = Surge::of(&settled, self.services.iter());

        let now = Ledger::open(facts);
        let then = Ledger::open(&settled);
        let (deploying, updating) = (deploying.taken(), updating.taken());
        let mut outlooks = Vec::new();
        for network in &facts.networks {
            let usages = now.account(&network.id).zip(then.account(&network.id));
            let Some((before, after)) = usages.map(|(now, then)| (*now.usage(), *then.usage())) else {
                continue;
            };
            let steady = taken(&after).plus(before.leaked);
            let given_up = before.owned().minus(after.owned());
            let height = |surge: &BTreeMap<NetworkId, Addresses>| {
                surge.get(&network.id).copied().unwrap_or_default().plus(before.leaked)
            };
            let left = after.capacity.usable.minus(steady);
            outlooks.push(NetworkOutlook {
                network: network.id.clone(),
                before,
                after,
                steady,
                deploying: height(&deploying).plus(given_up),
                updating: height(&updating),
                stalls: self.stalling(&settled, network, left),
            });
        }
        outlooks
    }

    /// The swarm once all is settled: what is given up is gone, what is new is there without addresses yet.
    fn settle(&self, facts: &SwarmFacts) -> SwarmFacts {
        let mut settled = facts.clone();
        for network in &mut settled.networks {
            // What the engine counts now says nothing about then.
            network.available = None;
        }
        settled.services.retain(|service| !self.removed.contains(&service.id));
        settled.tasks.retain(|task| !owner(task).is_some_and(|id| self.removed.contains(id)));
        for planned in &self.services {
            match settled.services.iter_mut().find(|service| service.id == planned.id) {
                Some(service) => {
                    change(service, &planned.shape, &facts.networks);
                    keep(&mut settled.tasks, planned, &facts.networks);
                }
                None => settled.services.push(ServiceFact {
                    id: planned.id.clone(),
                    name: planned.name.clone(),
                    shape: planned.shape.clone(),
                    vips: Vec::new(),
                }),
            }
        }
        settled
    }

    fn stalling(&self, settled: &SwarmFacts, network: &NetworkFact, left: Addresses) -> Option<ServiceId> {
        let concerned = self.services.iter().filter(|planned| {
            planned.shape.update.order == UpdateOrder::StartFirst
                && !planned.shape.kind.is_job()
                && Addresses::new(planned.shape.attachments(network)).plus(Addresses::ONE) > left
                && planned.shape.attachments(network) > 0
        });
        concerned
            .filter(|planned| least(settled, planned, &network.id) > left)
            .map(|planned| planned.id.clone())
            .next()
    }
}

/// What is gone or promised.
fn taken(usage: &Usage) -> Addresses {
    usage.owned().plus(usage.leaked).plus(usage.owed.total())
}

const fn owner(task: &TaskFact) -> Option<&ServiceId> {
    match &task.owner {
        Owner::Service { id, .. } => Some(id),
        Owner::Container => None,
    }
}

/// Gives a service its new shape; it keeps the virtual IPs that it still wants.
fn change(service: &mut ServiceFact, shape: &ServiceShape, networks: &[NetworkFact]) {
    let mut wanted: BTreeMap<&NetworkId, u64> = networks
        .iter()
        .map(|network| (&network.id, shape.attachments(network).saturating_mul(shape.vips_per_attachment())))
        .collect();
    service.vips.retain(|id| match wanted.get_mut(id) {
        Some(count) if *count > 0 => {
            *count = count.saturating_sub(1);
            true
        }
        _ => false,
    });
    service.shape = shape.clone();
}

/// Leaves a service the tasks and addresses that it still wants. Tasks that are stopping anyway stay: they hold theirs.
fn keep(tasks: &mut Vec<TaskFact>, planned: &Planned, networks: &[NetworkFact]) {
    let mut places = match planned.shape.kind {
        Kind::Replicated { replicas } => replicas,
        Kind::ReplicatedJob { .. } | Kind::Global | Kind::GlobalJob => u64::MAX,
    };
    tasks.retain_mut(|task| {
        if owner(task) != Some(&planned.id) {
            return true;
        }
        for network in networks {
            if let Some(held) = task.addresses.get_mut(&network.id) {
                *held = (*held).min(Addresses::new(planned.shape.attachments(network)));
            }
        }
        let lives = task.fate == Fate::Kept && matches!(task.stage, Stage::New | Stage::Holding);
        if lives {
            let stays = places > 0;
            places = places.saturating_sub(1);
            return stays;
        }
        true
    });
}

/// The swarm at the height of an update of some services.
struct Surge {
    facts: SwarmFacts,
    /// Addresses of tasks that come twice to a node of their own, which the facts cannot show.
    beside: BTreeMap<NetworkId, Addresses>,
}

impl Surge {
    fn of<'p>(settled: &SwarmFacts, updated: impl Iterator<Item = &'p Planned>) -> Self {
        let mut surge = Self { facts: settled.clone(), beside: BTreeMap::new() };
        for planned in updated {
            surge.add(planned);
        }
        surge
    }

    fn add(&mut self, planned: &Planned) {
        let shape = &planned.shape;
        match shape.kind {
            Kind::Replicated { replicas } => {
                let kind = Kind::Replicated { replicas: replicas.saturating_add(extra(shape, replicas)) };
                for service in self.facts.services.iter_mut().filter(|service| service.id == planned.id) {
                    service.shape.kind = kind;
                }
            }
            Kind::Global => {
                let nodes = Addresses::one_each(shape.placement.among(&self.facts.nodes).len()).get();
                for network in &self.facts.networks {
                    let more = Addresses::new(shape.attachments(network)).times(extra(shape, nodes));
                    let beside = self.beside.entry(network.id.clone()).or_default();
                    *beside = beside.plus(more);
                }
            }
            // A job has no rolling update.
            Kind::ReplicatedJob { .. } | Kind::GlobalJob => {}
        }
    }

    /// What is taken of every network.
    fn taken(&self) -> BTreeMap<NetworkId, Addresses> {
        let ledger = Ledger::open(&self.facts);
        ledger
            .accounts()
            .map(|account| {
                let id = &account.network().id;
                let beside = self.beside.get(id).copied().unwrap_or_default();
                (id.clone(), taken(account.usage()).plus(beside))
            })
            .collect()
    }
}

/// How many tasks an update adds at its height to this many.
fn extra(shape: &ServiceShape, tasks: u64) -> u64 {
    match shape.update.order {
        UpdateOrder::StartFirst => tasks,
        UpdateOrder::StopFirst if shape.update.parallelism == 0 => tasks,
        UpdateOrder::StopFirst => shape.update.parallelism.min(tasks),
    }
}

/// What the start-first update of one service needs to go on: one task, and the load balancer that it may bring.
fn least(settled: &SwarmFacts, planned: &Planned, network: &NetworkId) -> Addresses {
    let usage = |facts: &SwarmFacts| {
        Ledger::open(facts).account(network).map(|account| taken(account.usage())).unwrap_or_default()
    };
    match planned.shape.kind {
        Kind::Replicated { replicas: 0 } => Addresses::NONE,
        Kind::Replicated { .. } => {
            let mut with = settled.clone();
            for service in with.services.iter_mut().filter(|service| service.id == planned.id) {
                if let Kind::Replicated { replicas } = &mut service.shape.kind {
                    *replicas = replicas.saturating_add(1);
                }
            }
            usage(&with).minus(usage(settled))
        }
        _ => settled
            .networks
            .iter()
            .find(|fact| fact.id == *network)
            .map(|fact| Addresses::new(planned.shape.attachments(fact)))
            .unwrap_or_default(),
    }
}
