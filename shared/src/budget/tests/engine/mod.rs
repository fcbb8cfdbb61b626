//! A simulated engine that hands out addresses one by one.
//!
//! It is naive on purpose: a set of free addresses a network, and every operation takes some or gives some back. It does
//! not count and does not look ahead. What it shares with the model is the records that it fills, as an engine would.
//! Where the scheduler has a choice, it takes the node that costs the most addresses.

mod allocation;
mod departure;

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use proptest::prelude::*;

use super::super::*;
use super::sketch::{Sketch, shape};
use crate::endpoint::Mode;

/// The addresses of a network.
struct Pool {
    free: BTreeSet<Ipv4Addr>,
    used: Vec<Ipv4Addr>,
}

/// A simulated engine.
pub(super) struct Engine {
    pub(super) swarm: Sketch,
    networks: Vec<NetworkId>,
    pools: BTreeMap<NetworkId, Pool>,
    /// The load balancers that exist.
    balancers: BTreeSet<(NetworkId, NodeId)>,
}

/// Something that happens in a swarm. Numbers choose among what there is.
#[derive(Debug, Clone)]
pub(super) enum Event {
    Create { vip: bool, kind: u8, replicas: u64, networks: u8 },
    Allocate(usize),
    Replace(usize),
    Stop(usize),
    Ended(usize),
    Attach { node: usize, network: usize },
}

impl Engine {
    pub(super) fn new(nodes: u32, prefixes: &[u8]) -> Self {
        let mut swarm = Sketch::new(nodes);
        let mut pools = BTreeMap::new();
        let mut networks = vec![];
        for (index, prefix) in prefixes.iter().enumerate() {
            let id = swarm.network(&[&format!("10.0.{index}.0/{prefix}")]);
            let last = (1u32 << (32 - prefix)) - 1;
            let base = u32::from(Ipv4Addr::new(10, 0, u8::try_from(index).unwrap(), 0));
            // Without network, gateway and broadcast.
            let free = (2..last).map(|host| Ipv4Addr::from(base + host)).collect();
            pools.insert(id.clone(), Pool { free, used: vec![] });
            networks.push(id);
        }
        Self { swarm, networks, pools, balancers: BTreeSet::new() }
    }

    /// The engine after these events.
    pub(super) fn after(nodes: u32, prefixes: &[u8], events: &[Event]) -> Self {
        let mut engine = Self::new(nodes, prefixes);
        for event in events {
            engine.apply(event);
        }
        engine
    }

    pub(super) fn shape_of(&self, vip: bool, kind: u8, replicas: u64, networks: u8) -> ServiceShape {
        let on: Vec<&NetworkId> = self
            .networks
            .iter()
            .enumerate()
            .filter(|(index, _)| networks & (1 << index) != 0)
            .map(|(_, id)| id)
            .collect();
        let kind = match kind {
            0 => Kind::Global,
            1 => Kind::ReplicatedJob { concurrent: replicas, completions: replicas },
            _ => Kind::Replicated { replicas },
        };
        ServiceShape { kind, ..shape(if vip { Mode::Vip } else { Mode::Dnsrr }, 0, &on) }
    }

    pub(super) fn apply(&mut self, event: &Event) {
        match *event {
            Event::Create { vip, kind, replicas, networks } => {
                let shape = self.shape_of(vip, kind, replicas, networks);
                self.swarm.create(shape);
            }
            Event::Allocate(service) => {
                let count = self.swarm.facts.services.len();
                if count > 0 {
                    self.allocate_one(service % count);
                }
            }
            Event::Replace(task) => self.replace(task),
            Event::Stop(service) => self.remove(service),
            Event::Ended(task) => self.end(task),
            Event::Attach { node, network } => self.attach(node, network),
        }
    }

    /// Lets the engine work until nothing moves, tasks bound to a node first.
    pub(super) fn settle(&mut self) {
        let mut order: Vec<usize> = (0..self.swarm.facts.services.len()).collect();
        order.sort_by_key(|index| !self.swarm.facts.services[*index].shape.kind.is_one_per_node());
        loop {
            let mut moved = false;
            for service in &order {
                while self.allocate_one(*service) && !self.rejecting() {
                    moved = true;
                }
            }
            if !moved || self.rejecting() {
                return;
            }
        }
    }

    /// A task bound to a node was rejected: the engine would try for ever.
    pub(super) fn rejecting(&self) -> bool {
        self.swarm.facts.tasks.iter().any(|task| task.fate == Fate::Kept && task.stage == Stage::Ended)
    }

    /// Whether every service has what it is to have.
    pub(super) fn is_settled(&self) -> bool {
        let usage_is_settled =
            Ledger::open(&self.swarm.facts).accounts().all(|account| account.usage().owed.total().is_none());
        let tasks = &self.swarm.facts.tasks;
        let waiting = |task: &TaskFact| {
            task.fate == Fate::Kept
                && (task.stage == Stage::New || (task.stage == Stage::Holding && task.node.is_none()))
        };
        let vips = self.swarm.facts.services.iter().all(|service| {
            service.shape.mode == Mode::Dnsrr || service.vips.len() == service.shape.networks.len()
        });
        let settled = vips && !tasks.iter().any(waiting) && !self.rejecting();
        assert_eq!(settled, usage_is_settled, "nothing is owed when, and only when, nothing waits");
        settled
    }

    pub(super) fn check_free(&self) -> Result<(), TestCaseError> {
        let ledger = Ledger::open(&self.swarm.facts);
        for (network, pool) in &self.pools {
            let usage = ledger.account(network).unwrap().usage();
            prop_assert_eq!(usage.free().get(), pool.free.len() as u64, "{:?}", usage);
        }
        Ok(())
    }

    pub(super) fn is_short(&self) -> bool {
        Ledger::open(&self.swarm.facts).accounts().any(|account| !account.usage().short().is_none())
    }
}
