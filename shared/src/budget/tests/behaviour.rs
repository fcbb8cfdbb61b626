//! The measurements that are no count of a swarm at rest: updates, failing tasks, nodes that go away, leaks, refusals.
//!
//! Together with [`experiments`](super::experiments) these are all 168 rows that were measured. A row is replayed as far as
//! the model has something to say to it; one about something else says what, and is counted, so that none is left out
//! unseen.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::super::*;
use super::experiments::{self, ServiceRow, SubnetRow, bare, mode, place};
use super::sketch::{Sketch, shape};
use crate::endpoint::{self, EndpointError, Facts, Mode, Requested};

#[derive(Debug, Deserialize)]
struct Row {
    n: u32,
    engine: String,
    nodes: u32,
    /// What the measurement calls it: dynamics, engine-bug, observation, accounting.
    kind: String,
    what: String,
    #[serde(flatten)]
    replay: Replay,
}

/// How a row is replayed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Replay {
    /// Swarms with what was counted, one after the other.
    Snapshots(Vec<Snapshot>),
    /// The most addresses that the tasks of a service had during an update.
    Surge(Surge),
    /// A service that was created, and what became of it.
    Judged(Vec<Judged>),
    /// A subnet and a gateway that the engine refused.
    Gateway([String; 2]),
    /// The engine refused `dnsrr` with a port in ingress mode.
    DnsrrWithIngressPort(bool),
    /// The model has nothing to say to it; what it is about.
    Unmodelled(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Snapshot {
    networks: Vec<Vec<SubnetRow>>,
    ingress: Option<usize>,
    services: Vec<ServiceRow>,
    used: Option<u64>,
    free: Option<u64>,
    /// The engine's own count, and what of it is leaked.
    available: Option<u64>,
    leaked: Option<u64>,
    /// What had leaked on an engine that does not tell.
    unseen: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Surge {
    order: String,
    parallelism: u64,
    replicas: u64,
    peak: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Judged {
    networks: Vec<Vec<SubnetRow>>,
    ingress: Option<usize>,
    services: Vec<ServiceRow>,
    mode: String,
    replicas: u64,
    order: String,
    #[serde(default)]
    published: bool,
    verdict: String,
}

fn rows() -> Vec<Row> {
    include_str!("../../../tests/fixtures/ip_behaviour.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn policy(order: &str, parallelism: u64) -> UpdatePolicy {
    let order = match order {
        "stop-first" => UpdateOrder::StopFirst,
        "start-first" => UpdateOrder::StartFirst,
        other => panic!("order {other}"),
    };
    UpdatePolicy { order, parallelism }
}

#[test]
fn every_row_that_was_measured_is_replayed_or_says_what_it_is_about() {
    let mut seen: BTreeSet<u32> = experiments::rows().iter().map(|row| row.n).collect();
    let counted = seen.len();
    let mut classes: BTreeMap<(String, &str), usize> = BTreeMap::new();
    for row in rows() {
        assert!(seen.insert(row.n), "row {} stands in both files", row.n);
        let class = match row.replay {
            Replay::Snapshots(_) => "snapshots",
            Replay::Surge(_) => "surge",
            Replay::Judged(_) => "judged",
            Replay::Gateway(_) | Replay::DnsrrWithIngressPort(_) => "refused",
            Replay::Unmodelled(_) => "unmodelled",
        };
        *classes.entry((row.kind, class)).or_default() += 1;
    }
    assert_eq!(seen, (1..=168).collect(), "the rows of the measurement");
    assert_eq!(counted, 92 + 16, "accounting and capacity");
    let classes: Vec<(&str, &str, usize)> =
        classes.iter().map(|((kind, class), count)| (kind.as_str(), *class, *count)).collect();
    let expected = [
        ("accounting", "judged", 1),
        ("accounting", "unmodelled", 2),
        ("dynamics", "judged", 3),
        ("dynamics", "refused", 2),
        ("dynamics", "snapshots", 15),
        ("dynamics", "surge", 6),
        ("dynamics", "unmodelled", 6),
        ("engine-bug", "snapshots", 6),
        ("observation", "judged", 2),
        ("observation", "refused", 2),
        ("observation", "snapshots", 6),
        ("observation", "unmodelled", 9),
    ];
    assert_eq!(classes, expected);
}

#[test]
fn every_snapshot_has_the_counted_addresses() {
    let mut numbers = 0;
    for row in rows() {
        let Replay::Snapshots(snapshots) = &row.replay else { continue };
        for (index, snapshot) in snapshots.iter().enumerate() {
            let (mut swarm, networks) = bare(&row.engine, row.nodes, &snapshot.networks, snapshot.ingress);
            for service in &snapshot.services {
                place(&mut swarm, service, &networks);
            }
            swarm.facts.networks[0].available = snapshot.available.map(Addresses::new);
            let usage = swarm.usage(&networks[0]);
            let told = [
                (snapshot.used, usage.owned(), "used"),
                (snapshot.free, usage.free(), "free"),
                (snapshot.available, usage.free(), "available"),
                (snapshot.leaked, usage.leaked, "leaked"),
                // What the engine does not tell cannot be said to have leaked.
                (snapshot.unseen.map(|_| 0), usage.leaked, "unseen"),
            ];
            for (measured, model, name) in told {
                if let Some(measured) = measured {
                    assert_eq!(model.get(), measured, "row {}.{index}: {}: {name}", row.n, row.what);
                    numbers += 1;
                }
            }
        }
    }
    assert_eq!(numbers, 58, "numbers in the fixture");
}

#[test]
fn an_update_takes_at_its_height_what_was_measured() {
    for row in rows() {
        let Replay::Surge(surge) = &row.replay else { continue };
        let mut swarm = Sketch::new(row.nodes);
        let network = swarm.network(&["10.0.0.0/24"]);
        let wanted = ServiceShape {
            update: policy(&surge.order, surge.parallelism),
            ..shape(Mode::Vip, surge.replicas, &[&network])
        };
        let need = swarm.judge(&wanted).networks[0].need;
        let most = need.tasks.plus(need.update.unwrap().most);
        assert_eq!(most.get(), surge.peak, "row {}: {}", row.n, row.what);
    }
}

#[test]
fn what_got_stuck_on_the_engine_is_refused_and_what_ended_is_not() {
    for row in rows() {
        let Replay::Judged(cases) = &row.replay else { continue };
        for case in cases {
            let (mut swarm, networks) = bare(&row.engine, row.nodes, &case.networks, case.ingress);
            for service in &case.services {
                place(&mut swarm, service, &networks);
            }
            let on: &[&NetworkId] = if case.published { &[] } else { &[&networks[0]] };
            let wanted = ServiceShape {
                ingress_port: case.published,
                update: policy(&case.order, 1),
                ..shape(mode(&case.mode), case.replicas, on)
            };
            let verdict = match swarm.verdict(&wanted) {
                Verdict::Fits { .. } => "fits",
                Verdict::UpdateWaits { .. } => "update-waits",
                Verdict::UpdateStalls { .. } => "update-stalls",
                Verdict::DoesNotFit { .. } => "does-not-fit",
                Verdict::NotAllocated => "not-allocated",
            };
            assert_eq!(verdict, case.verdict, "row {}: {}: {case:?}", row.n, row.what);
        }
    }
}

#[test]
fn what_the_engine_refused_is_refused() {
    for row in rows() {
        match &row.replay {
            Replay::Gateway([subnet, gateway]) => {
                let parsed = Subnet::parse(subnet, "", gateway);
                assert!(matches!(parsed, Err(SubnetError::GatewayOutside { .. })), "row {}", row.n);
            }
            Replay::DnsrrWithIngressPort(true) => {
                let facts = Facts { ingress_port: true, ..Facts::default() };
                let refused = endpoint::choose(Requested::Explicit(Mode::Dnsrr), &facts);
                assert_eq!(refused, Err(EndpointError::DnsrrWithIngressPort), "row {}", row.n);
            }
            _ => {}
        }
    }
}

#[test]
fn a_row_that_is_not_replayed_says_what_it_is_about() {
    for row in rows() {
        if let Replay::Unmodelled(about) = &row.replay {
            assert!(about.len() > 20, "row {}", row.n);
        }
    }
}
