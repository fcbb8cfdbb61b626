//! Whether a redefinition may begin, and the goal that it then has.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;
use smsvc_core::budget::{
    Addresses, Allocator, Capacity, Ledger, NetworkId, Subnet, SwarmFacts, UpdateOrder, smallest_prefix,
};

use super::outage::{Outage, outages};
use super::{Goal, Next, Refusal, State, Strategy, outline};
use crate::dump::{JobState, NetworkDefinition, ServiceRecord};
use crate::engine::Network;
use crate::observe::shape;
use crate::plan::free_range::FreeRanges;

/// The prefix length of the networks that Docker makes unless it is told otherwise.
const USUAL: u8 = 24;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The network's new ranges.
    pub ranges: Vec<Subnet>,
    /// Driver options to set.
    pub options: Vec<(String, String)>,
    /// By which way.
    pub way: Way,
    /// What becomes of jobs that have completed, where that was said.
    pub completed_jobs: Option<CompletedJobs>,
    /// Go on although nobody knows whether an image can be had.
    pub unverified_images: bool,
}

/// By which way, as it is asked for.
#[derive(Debug, Clone)]
pub enum Way {
    /// [`Strategy::Recreate`].
    Recreate,
    /// [`Strategy::Rolling`].
    Rolling {
        /// The range of the network in transit; without it a free one is chosen.
        transit: Option<Subnet>,
    },
}

/// What becomes of completed jobs, which the engine would run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletedJobs {
    /// They are made again, and run again.
    RunAgain,
    /// They are not made again. The dump keeps them.
    LeaveOut,
}

/// What is known of the swarm.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The network.
    pub network: Network,
    /// What it is.
    pub definition: NetworkDefinition,
    /// The services on it, the oldest first.
    pub services: Vec<ServiceRecord>,
    /// Everything in names.
    pub state: State,
    /// All networks, node-local ones included.
    pub networks: Vec<Network>,
    /// What they leave of the swarm's address pools.
    pub free: FreeRanges,
    /// The swarm in the terms of the budget.
    pub facts: SwarmFacts,
    /// Standalone containers on the network, by the host name of their node.
    pub containers: Vec<String>,
    /// Services that are being updated.
    pub updating: Vec<String>,
    /// Images of services with tasks, and whether they can be had.
    pub images: BTreeMap<String, bool>,
}

/// A redefinition that may begin.
#[derive(Debug, Clone)]
pub struct Redefinition {
    /// What is to be reached.
    pub goal: Goal,
    /// The steps, if nothing comes between.
    pub steps: Vec<Next>,
    /// What each service will feel.
    pub outages: Vec<(String, Outage)>,
    /// Whether the range of the network in transit was chosen here, and not by the user.
    pub transit_chosen: bool,
}

/// Checks everything, and says all that is wrong.
pub fn prepare(request: &Request, snapshot: &Snapshot) -> Result<Redefinition, Vec<Refusal>> {
    let mut refusals = Vec::new();
    if snapshot.network.ingress {
        return Err(vec![Refusal::Ingress]);
    }
    if !snapshot.network.is_overlay() {
        return Err(vec![Refusal::NotOverlay { driver: snapshot.network.driver.clone() }]);
    }
    let to =
        request.options.iter().fold(snapshot.definition.with_ranges(&request.ranges), |to, (key, value)| {
            to.with_option(key, value)
        });
    if to.describes(&snapshot.definition) {
        return Err(vec![Refusal::Unchanged]);
    }
    refusals.extend(overlaps(request, snapshot));
    let need = need(snapshot);
    refusals.extend(too_small(
        snapshot.network.name.as_str(),
        &request.ranges,
        need,
        snapshot.facts.allocator,
    ));
    refusals.extend(unsettled(request, snapshot));
    let strategy = match &request.way {
        Way::Recreate => Strategy::Recreate,
        Way::Rolling { transit } => {
            refusals.extend(unrollable(snapshot));
            let name = format!("{}-transit", snapshot.network.name);
            let room = need.plus(surge(snapshot));
            let range = transit.or_else(|| free_transit(room, request, snapshot));
            match range {
                None => refusals.push(Refusal::NoTransitRange),
                Some(range) => {
                    refusals.extend(too_small(&name, &[range], room, snapshot.facts.allocator));
                }
            }
            if snapshot.networks.iter().any(|network| network.name == name) {
                refusals.push(Refusal::TransitTaken(name.clone()));
            }
            let ranges: Vec<Subnet> = range.into_iter().collect();
            Strategy::Rolling { transit: to.with_name(&name).with_ranges(&ranges) }
        }
    };
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let left_out = match request.completed_jobs {
        Some(CompletedJobs::LeaveOut) => jobs(snapshot, JobState::Complete),
        _ => Vec::new(),
    };
    let goal = Goal {
        from: snapshot.definition.clone(),
        to,
        strategy,
        services: snapshot.services.clone(),
        left_out,
    };
    let outages = outages(&goal).into_iter().map(|(record, outage)| (record.name.clone(), outage)).collect();
    match outline(&goal, &snapshot.state) {
        Ok(steps) => {
            let transit_chosen = matches!(request.way, Way::Rolling { transit: None });
            Ok(Redefinition { goal, steps, outages, transit_chosen })
        }
        Err(stop) => Err(vec![Refusal::Stopped(stop)]),
    }
}

/// Ranges that are in use, the network's own left out where it goes before the new one comes.
fn overlaps(request: &Request, snapshot: &Snapshot) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for (index, range) in request.ranges.iter().enumerate() {
        for other in request.ranges.iter().skip(index.saturating_add(1)) {
            if overlap(range, other) {
                refusals.push(Refusal::OwnRangesOverlap(range.net(), other.net()));
            }
        }
    }
    let transit = match &request.way {
        Way::Rolling { transit } => transit.as_ref(),
        Way::Recreate => None,
    };
    // The old network is gone before its successor comes, but the one in transit meets both.
    let own = &snapshot.network.id;
    for network in &snapshot.networks {
        let new = request.ranges.iter().filter(|_| network.id != *own);
        for range in new.chain(transit) {
            for other in network.subnets.iter().filter(|other| overlap(range, other)) {
                refusals.push(Refusal::Overlap {
                    range: range.net(),
                    with: other.net(),
                    network: network.name.clone(),
                });
            }
        }
    }
    if let Some(transit) = transit {
        let met = request.ranges.iter().filter(|range| overlap(range, transit));
        refusals.extend(met.map(|range| Refusal::OwnRangesOverlap(range.net(), transit.net())));
    }
    refusals
}

/// A free range for the network in transit: as large as Docker makes networks unless more is needed, or just large enough
/// where the pools have no more.
fn free_transit(room: Addresses, request: &Request, snapshot: &Snapshot) -> Option<Subnet> {
    let least = smallest_prefix(room)?;
    let new = request.ranges.iter().filter_map(|range| match range.net() {
        IpNet::V4(net) => Some(net),
        IpNet::V6(_) => None,
    });
    let free = snapshot.free.clone().avoiding(new);
    let first = |prefix: u8| free.first(prefix, 1).first().copied();
    let net = first(least.min(USUAL)).or_else(|| first(least))?;
    Subnet::new(net.into(), None, None).ok()
}

fn overlap(one: &Subnet, other: &Subnet) -> bool {
    one.net().contains(&other.net()) || other.net().contains(&one.net())
}

/// What the network's services hold and are still owed. Containers are refused anyway.
fn need(snapshot: &Snapshot) -> Addresses {
    let ledger = Ledger::open(&snapshot.facts);
    let Some(account) = ledger.account(&NetworkId::new(&snapshot.network.id)) else { return Addresses::NONE };
    let usage = account.usage();
    usage.owned().minus(usage.attachments).plus(usage.owed.total())
}

/// The most that the update of one service takes beyond that. Services move one at a time.
fn surge(snapshot: &Snapshot) -> Addresses {
    let surges = snapshot.services.iter().map(|record| {
        let update = shape(&record.spec).update;
        let tasks = record.state.running;
        Addresses::new(match (update.order, update.parallelism) {
            (UpdateOrder::StartFirst, _) | (UpdateOrder::StopFirst, 0) => tasks,
            (UpdateOrder::StopFirst, parallelism) => parallelism.min(tasks),
        })
    });
    surges.max().unwrap_or(Addresses::NONE)
}

fn too_small(network: &str, ranges: &[Subnet], need: Addresses, allocator: Allocator) -> Option<Refusal> {
    let usable = Capacity::of(ranges, allocator).usable;
    (usable < need).then(|| Refusal::TooSmall {
        network: network.to_owned(),
        need,
        usable,
        prefix: smallest_prefix(need),
    })
}

/// What would be lost, or not come back, if it began now.
fn unsettled(request: &Request, snapshot: &Snapshot) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if !snapshot.containers.is_empty() {
        let nodes: BTreeSet<String> = snapshot.containers.iter().cloned().collect();
        refusals.push(Refusal::Containers {
            count: snapshot.containers.len(),
            nodes: nodes.into_iter().collect(),
        });
    }
    let down = snapshot.facts.nodes.iter().filter(|node| !node.ready);
    let down: Vec<String> = down.map(|node| node.attributes.hostname.clone()).collect();
    if !down.is_empty() {
        refusals.push(Refusal::NodesDown(down));
    }
    if !snapshot.updating.is_empty() {
        refusals.push(Refusal::Updating(snapshot.updating.clone()));
    }
    let running = jobs(snapshot, JobState::Unfinished);
    if !running.is_empty() {
        refusals.push(Refusal::RunningJobs(running));
    }
    let completed = jobs(snapshot, JobState::Complete);
    if !completed.is_empty() && request.completed_jobs.is_none() && matches!(request.way, Way::Recreate) {
        refusals.push(Refusal::CompletedJobs(completed));
    }
    let unknown: Vec<String> =
        snapshot.images.iter().filter(|(_, known)| !**known).map(|(image, _)| image.clone()).collect();
    if !unknown.is_empty() && !request.unverified_images {
        refusals.push(Refusal::Images(unknown));
    }
    refusals
}

/// Services that the rolling way cannot take along.
fn unrollable(snapshot: &Snapshot) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let completed = jobs(snapshot, JobState::Complete);
    if !completed.is_empty() {
        refusals.push(Refusal::JobsCannotRoll(completed));
    }
    let ledger = Ledger::open(&snapshot.facts);
    for record in &snapshot.services {
        let shape = shape(&record.spec);
        if shape.update.order != UpdateOrder::StartFirst || record.state.running == 0 {
            continue;
        }
        let on = |name: &str| record.is_on(name);
        let tight = ledger.accounts().find(|account| {
            let network = account.network();
            (on(&network.name) || (network.ingress && shape.ingress_port))
                && account.usage().headroom() < Addresses::new(record.state.running)
        });
        if let Some(tight) = tight {
            refusals.push(Refusal::NoRoomToRoll {
                service: record.name.clone(),
                network: tight.network().name.clone(),
            });
        }
    }
    refusals
}

fn jobs(snapshot: &Snapshot, state: JobState) -> Vec<String> {
    let jobs = snapshot.services.iter().filter(|record| record.state.job == Some(state));
    jobs.map(|record| record.name.clone()).collect()
}
