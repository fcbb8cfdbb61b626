//! Replays what was measured on real engines: Docker 20.10.24 and 29.7.2, on one node and on three.
//!
//! A row of the fixture is one swarm: its networks, services (with the node of each task), attached containers, and
//! what was counted. Free addresses were counted by creating services without replicas, one address each, until one
//! stayed without a virtual IP; on 29.7.2 that equalled the engine's own count. A row with `fit` is a capacity
//! experiment: the same service again and again on an empty network, until one got stuck.
//!
//! The numbers `n` are those of the measurement. The rows that are no count of a swarm at rest are those of
//! [`behaviour`](super::behaviour), which also holds that none of the measurement is left out.

use serde::Deserialize;

use super::super::*;
use super::sketch::{Sketch, shape};
use crate::endpoint::Mode;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) n: u32,
    engine: String,
    what: String,
    nodes: u32,
    networks: Vec<Vec<SubnetRow>>,
    ingress: Option<usize>,
    services: Vec<ServiceRow>,
    /// The node of each attached container.
    #[serde(default)]
    containers: Vec<usize>,
    usable: Option<Vec<u64>>,
    used: Option<Vec<u64>>,
    free: Option<Vec<u64>>,
    /// Virtual IPs, tasks with containers, load balancers.
    split: Option<[u64; 3]>,
    repeated: Option<Repeated>,
    fit: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SubnetRow {
    subnet: String,
    #[serde(default)]
    range: String,
    #[serde(default)]
    gateway: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ServiceRow {
    mode: String,
    kind: String,
    #[serde(default)]
    replicas: u64,
    on: Vec<usize>,
    /// The node of each running task.
    tasks: Vec<usize>,
    /// Tasks that have addresses but no node.
    #[serde(default)]
    pending: u64,
    #[serde(default)]
    completed: u64,
    #[serde(default)]
    published: bool,
    pinned: Option<u32>,
    /// The node of each task that is to stop and has not ended.
    #[serde(default)]
    leaving: Vec<usize>,
    /// Tasks that ended with an error.
    #[serde(default)]
    failed: u64,
    /// How many such services there are; one unless it says so.
    count: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Repeated {
    mode: String,
    replicas: u64,
}

pub(super) fn rows() -> Vec<Row> {
    include_str!("../../../tests/fixtures/ip_experiments.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

pub(super) fn mode(text: &str) -> Mode {
    match text {
        "vip" => Mode::Vip,
        "dnsrr" => Mode::Dnsrr,
        other => panic!("mode {other}"),
    }
}

/// A swarm with these networks and nothing on them.
pub(super) fn bare(
    engine: &str,
    nodes: u32,
    networks: &[Vec<SubnetRow>],
    ingress: Option<usize>,
) -> (Sketch, Vec<NetworkId>) {
    let mut swarm = Sketch::new(nodes);
    swarm.facts.allocator = if engine.starts_with("29.") { Allocator::Since29 } else { Allocator::Before29 };
    let mut ids = vec![];
    for (index, subnets) in networks.iter().enumerate() {
        ids.push(swarm.network(&[]));
        let network = swarm.facts.networks.last_mut().unwrap();
        network.ingress = ingress == Some(index);
        network.subnets =
            subnets.iter().map(|s| Subnet::parse(&s.subnet, &s.range, &s.gateway).unwrap()).collect();
    }
    (swarm, ids)
}

fn service_shape(service: &ServiceRow, networks: &[NetworkId]) -> ServiceShape {
    let kind = match service.kind.as_str() {
        "replicated" => Kind::Replicated { replicas: service.replicas },
        "global" => Kind::Global,
        "replicated-job" => {
            Kind::ReplicatedJob { concurrent: service.replicas, completions: service.replicas }
        }
        "global-job" => Kind::GlobalJob,
        other => panic!("kind {other}"),
    };
    let on: Vec<&NetworkId> = service.on.iter().map(|index| &networks[*index]).collect();
    let pinned: Vec<String> = service.pinned.iter().map(|n| format!("node.id==node{n}")).collect();
    ServiceShape {
        kind,
        ingress_port: service.published,
        placement: Placement::new(&pinned),
        ..shape(mode(&service.mode), 0, &on)
    }
}

/// Adds what a row says of a service.
pub(super) fn place(swarm: &mut Sketch, service: &ServiceRow, networks: &[NetworkId]) {
    for _ in 0..service.count.unwrap_or(1) {
        let id = swarm.settled(service_shape(service, networks), &service.tasks);
        for slot in 0..service.completed {
            swarm.task(&id, slot, Some(0), Stage::Complete, Fate::Kept);
        }
        for slot in 0..service.pending {
            swarm.task(&id, slot + 1, None, Stage::Holding, Fate::Kept);
        }
        for node in &service.leaving {
            swarm.task(&id, 1, Some(*node), Stage::Holding, Fate::Leaving);
        }
        for _ in 0..service.failed {
            swarm.task(&id, 1, Some(0), Stage::Ended, Fate::Leaving);
        }
    }
}

fn bare_of(row: &Row) -> (Sketch, Vec<NetworkId>) {
    bare(&row.engine, row.nodes, &row.networks, row.ingress)
}

fn swarm_of(row: &Row) -> (Sketch, Vec<NetworkId>) {
    let (mut swarm, networks) = bare_of(row);
    for service in &row.services {
        place(&mut swarm, service, &networks);
    }
    for node in &row.containers {
        swarm.container(&networks[0], *node);
    }
    (swarm, networks)
}

#[test]
fn the_accounts_equal_the_measured_ones() {
    let mut compared = 0;
    for row in rows().iter().filter(|row| row.fit.is_none()) {
        let (swarm, networks) = swarm_of(row);
        for (index, network) in networks.iter().enumerate() {
            let usage = swarm.usage(network);
            let told = [
                (&row.usable, usage.capacity.usable, "usable"),
                (&row.used, usage.owned(), "used"),
                (&row.free, usage.free(), "free"),
            ];
            for (measured, model, what) in told {
                if let Some(measured) = measured {
                    assert_eq!(model.get(), measured[index], "row {}: {}: {what}", row.n, row.what);
                    compared += 1;
                }
            }
            let pending = row.services.iter().any(|service| service.pending > 0);
            assert!(pending || usage.owed.total().is_none(), "row {}: all is settled", row.n);
        }
        if let Some(split) = row.split {
            let [load_balancers, vips, tasks, attachments] = swarm.kinds(&networks[0]);
            assert_eq!([vips, tasks + attachments, load_balancers], split, "row {}: {}", row.n, row.what);
        }
    }
    assert_eq!(compared, 268, "numbers in the fixture");
}

/// Creates the service of a capacity row until the model refuses it. `settle` is what the engine has got done before
/// the next one is created.
fn fits(row: &Row, settle: impl Fn(&mut Sketch, ServiceShape, usize)) -> u64 {
    let repeated = row.repeated.as_ref().unwrap();
    let (mut swarm, networks) = bare_of(row);
    let wanted = shape(mode(&repeated.mode), repeated.replicas, &[&networks[0]]);
    let mut created = 0;
    while swarm.judge(&wanted).accepts() {
        settle(&mut swarm, wanted.clone(), created);
        created += 1;
        assert!(created < 1000, "row {}: never refused", row.n);
    }
    u64::try_from(created).unwrap()
}

#[test]
fn as_many_services_fit_as_fitted_on_the_engine() {
    let rows = rows();
    let capacity: Vec<&Row> = rows.iter().filter(|row| row.fit.is_some()).collect();
    assert_eq!(capacity.len(), 16);
    for row in capacity {
        let settled = fits(row, |swarm, shape, created| {
            // The scheduler spreads: each task goes to the node with the fewest.
            let replicas = usize::try_from(row.repeated.as_ref().unwrap().replicas).unwrap();
            let nodes = (0..usize::try_from(row.nodes).unwrap()).cycle();
            let nodes: Vec<usize> = nodes.skip(created * replicas).take(replicas).collect();
            swarm.settled(shape, &nodes);
        });
        assert_eq!(Some(settled), row.fit, "row {}: {}", row.n, row.what);
    }
}

#[test]
fn as_many_fit_when_they_are_created_faster_than_the_engine_allocates() {
    for row in rows().iter().filter(|row| row.fit.is_some()) {
        let at_once = fits(row, |swarm, shape, _| {
            swarm.create(shape);
        });
        assert_eq!(Some(at_once), row.fit, "row {}: {}", row.n, row.what);
    }
}
