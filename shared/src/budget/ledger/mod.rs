//! The accounts of all swarm networks, opened from a snapshot of the swarm.
//!
//! One pass over the services and one over the tasks; the cost grows with their number and not with the size of the
//! networks. The rules (swarmkit `manager/allocator`, the same on Docker 20.10 and 29):
//!
//! * a virtual IP for every service that is not `dnsrr`, on every attachment, also with no replicas and for jobs;
//! * an address for every task, on every attachment, from `pending` until it has ended;
//! * an address for every node that has such a task, on overlay networks. On ingress every node of the swarm has one,
//!   down and drained nodes included, until it is removed.

mod debt;
mod reach;
mod usage;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use reach::Arrivals;
use reach::Reach;
pub use usage::{Owed, Returning, Usage};

use super::addresses::Addresses;
use super::capacity::Capacity;
use super::facts::{NetworkFact, NodeFact, Owner, ServiceFact, SwarmFacts, TaskFact};
use super::id::{NetworkId, NodeId, ServiceId};
use super::task_stage::{Fate, Stage};

/// The accounts of all swarm networks.
#[derive(Debug, Clone)]
pub struct Ledger<'f> {
    nodes: &'f [NodeFact],
    accounts: BTreeMap<&'f NetworkId, Account<'f>>,
}

/// The account of one network.
#[derive(Debug, Clone)]
pub struct Account<'f> {
    network: &'f NetworkFact,
    usage: Usage,
    reach: Reach<'f>,
    /// Nodes that global services will put a task on when they take tasks again.
    returning: BTreeSet<&'f NodeId>,
}

impl<'f> Ledger<'f> {
    /// Counts what is in use and what is owed on every network of the snapshot.
    pub fn open(facts: &'f SwarmFacts) -> Self {
        let accounts =
            facts.networks.iter().map(|network| (&network.id, Account::of_empty(network, facts))).collect();
        let mut ledger = Self { nodes: &facts.nodes, accounts };

        let mut tasks_of: BTreeMap<&ServiceId, Vec<&TaskFact>> = BTreeMap::new();
        for task in &facts.tasks {
            ledger.book_task(task);
            if let Owner::Service { id, .. } = &task.owner {
                tasks_of.entry(id).or_default().push(task);
            }
        }
        for service in &facts.services {
            ledger.book_vips(service);
        }
        // Only now, when every node that is on a network is known, can those that may join it be told.
        for service in &facts.services {
            ledger.book_debt(service, tasks_of.get(&service.id).map_or(&[], Vec::as_slice));
        }
        for account in ledger.accounts.values_mut() {
            account.close();
        }
        ledger
    }

    /// The accounts, ordered by network ID.
    pub fn accounts(&self) -> impl Iterator<Item = &Account<'f>> {
        self.accounts.values()
    }

    /// The account of one network.
    pub fn account(&self, network: &NetworkId) -> Option<&Account<'f>> {
        self.accounts.get(network)
    }

    /// The account of the ingress network. A swarm may have none.
    pub fn ingress(&self) -> Option<&Account<'f>> {
        self.accounts().find(|account| account.network.ingress)
    }

    /// The nodes of the swarm.
    pub(super) const fn nodes(&self) -> &'f [NodeFact] {
        self.nodes
    }

    fn book_task(&mut self, task: &'f TaskFact) {
        if task.stage != Stage::Holding {
            return;
        }
        for (network, addresses) in task.addresses.iter().filter(|(_, addresses)| !addresses.is_none()) {
            let Some(account) = self.accounts.get_mut(network) else { continue };
            let kind = match task.owner {
                Owner::Service { .. } => &mut account.usage.tasks,
                Owner::Container => &mut account.usage.attachments,
            };
            *kind = kind.plus(*addresses);
            if task.fate == Fate::Leaving && task.owner != Owner::Container {
                account.usage.stopping = account.usage.stopping.plus(*addresses);
            }
            if let Some(node) = task.node.as_ref().filter(|_| account.network.overlay) {
                account.reach.attach(node);
            }
        }
    }

    fn book_vips(&mut self, service: &'f ServiceFact) {
        for network in &service.vips {
            if let Some(account) = self.accounts.get_mut(network) {
                account.usage.vips = account.usage.vips.plus(Addresses::ONE);
            }
        }
    }

    fn book_debt(&mut self, service: &'f ServiceFact, tasks: &[&'f TaskFact]) {
        let shape = &service.shape;
        let awaited = debt::awaited(service, tasks, self.nodes);
        let returning = debt::returning(service, tasks, self.nodes);
        let ingress = self.ingress().map(|account| &account.network.id).filter(|_| shape.ingress_port);
        let networks: BTreeSet<&NetworkId> = shape.networks.iter().chain(ingress).collect();
        let holding = || tasks.iter().filter(|task| task.fate == Fate::Kept && task.stage == Stage::Holding);

        for network in networks {
            let Some(account) = self.accounts.get_mut(network) else { continue };
            let attachments = shape.attachments(account.network);
            let wanted = Addresses::new(attachments);

            let vips = wanted.times(shape.vips_per_attachment());
            let has = service.vips.iter().filter(|id| *id == network).count();
            let owed = &mut account.usage.owed;
            owed.vips = owed.vips.plus(vips.minus(Addresses::one_each(has)));

            // A task that runs without the network is one that an update, which adds the network, will replace.
            let on_network = |task: &&TaskFact| task.addresses.get(network).copied().unwrap_or_default();
            let lacking: Addresses = holding().map(|task| wanted.minus(on_network(task))).sum();
            owed.tasks = owed.tasks.plus(wanted.times(awaited.tasks())).plus(lacking);

            let on_return = wanted.times(Addresses::one_each(returning.len()).get());
            account.usage.returning.tasks = account.usage.returning.tasks.plus(on_return);
            account.returning.extend(&returning);

            if account.network.overlay {
                let unplaced =
                    holding().filter(|task| task.node.is_none() || on_network(task).is_none()).count();
                let unplaced = u64::try_from(unplaced).unwrap_or(u64::MAX);
                account.reach.expect(&awaited.arrivals(unplaced, || shape.placement.among(self.nodes)));
            }
        }
    }
}

impl<'f> Account<'f> {
    fn of_empty(network: &'f NetworkFact, facts: &'f SwarmFacts) -> Self {
        let capacity = Capacity::of(&network.subnets, facts.allocator);
        let mut reach = Reach::default();
        if network.ingress {
            facts.nodes.iter().for_each(|node| reach.attach(&node.id));
        }
        let usage = Usage { capacity, ..Usage::default() };
        Self { network, usage, reach, returning: BTreeSet::new() }
    }

    /// Carries the node load balancers over, and compares with the engine's own count.
    fn close(&mut self) {
        self.usage.load_balancers = self.reach.load_balancers();
        self.usage.owed.load_balancers = self.reach.at_worst();
        if self.network.overlay {
            self.usage.returning.load_balancers = self.reach.lacking(&self.returning);
        }
        if let Some(available) = self.network.available {
            self.usage.leaked = self.usage.free().minus(available);
        }
    }

    /// The network.
    pub const fn network(&self) -> &'f NetworkFact {
        self.network
    }

    /// What is in use and what is left.
    pub const fn usage(&self) -> &Usage {
        &self.usage
    }

    /// The node load balancers that tasks may add, at worst.
    pub(super) fn load_balancers_for(&self, arrivals: &Arrivals<'f>) -> Addresses {
        if self.network.overlay { self.reach.added_by(arrivals) } else { Addresses::NONE }
    }
}
