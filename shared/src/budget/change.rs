//! Whether a change of a service that exists fits, network by network.
//!
//! Only what changes is counted, against what the service holds already. In the steady state a network needs what the
//! service will be owed on it and is not owed today: tasks and virtual IPs that it does not have yet. Where its tasks are
//! replaced, new ones take their addresses on the new networks before the old ones have given theirs back on the old.

use super::addresses::Addresses;
use super::facts::{Owner, SwarmFacts};
use super::id::{NetworkId, ServiceId};
use super::ledger::{Account, Arrivals, Ledger, Owed};
use super::need::{Need, UpdateNeed};
use super::remedy::{DnsrrRemedy, Remedies, Resize, fewer_replicas};
use super::shape::{ServiceShape, UpdateOrder, UpdatePolicy};
use super::task_stage::{Fate, Stage};
use super::verdict::{BudgetError, Judgement, NetworkJudgement, Verdict};
use crate::endpoint::Mode;

/// A change of one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The service.
    pub service: ServiceId,
    /// What it will ask of the swarm. Networks that take no addresses from the swarm are to be left out.
    pub after: ServiceShape,
    /// Whether its tasks are replaced: anything of the tasks' own or of the endpoint changes, or the update is forced.
    pub replaces_tasks: bool,
}

/// Judges changes of services that exist, all of them together, on every network that one of them is on afterwards.
///
/// A network on which nothing more is needed than is held or promised today never refuses, however full it is.
///
/// # Errors
/// When the snapshot lacks one of the networks.
pub fn judge_changes<'f>(facts: &'f SwarmFacts, changes: &[Change]) -> Result<Judgement<'f>, BudgetError> {
    let before = Ledger::open(facts);
    let mut future = facts.clone();
    for service in &mut future.services {
        if let Some(change) = changes.iter().find(|change| change.service == service.id) {
            service.shape = change.after.clone();
        }
    }
    let after = Ledger::open(&future);

    let mut judgement = Judgement { networks: Vec::new() };
    for id in touched(&before, changes)? {
        let unknown = || BudgetError::UnknownNetwork(id.clone());
        let today = before.account(&id).ok_or_else(unknown)?;
        let then = after.account(&id).ok_or_else(unknown)?;
        let owed = Owed {
            vips: then.usage().owed.vips.minus(today.usage().owed.vips),
            tasks: then.usage().owed.tasks.minus(today.usage().owed.tasks),
            load_balancers: then.usage().owed.load_balancers.minus(today.usage().owed.load_balancers),
        };
        let need = Need {
            vips: owed.vips,
            tasks: owed.tasks,
            load_balancers: owed.load_balancers,
            update: surge(facts, then, &after, changes),
        };
        let (network, usage) = (today.network(), *today.usage());
        let nothing = need.steady().is_none() && need.update.is_none_or(|update| update.most.is_none());
        let verdict = if nothing {
            Verdict::Fits { left: usage.headroom() }
        } else {
            Verdict::on(network, &usage, &need)
        };
        judgement.networks.push(NetworkJudgement { network, usage, need, verdict });
    }
    Ok(judgement)
}

/// The networks that the services are on after the changes, in the order in which they list them, ingress last.
fn touched(ledger: &Ledger<'_>, changes: &[Change]) -> Result<Vec<NetworkId>, BudgetError> {
    let mut networks: Vec<NetworkId> = Vec::new();
    for id in changes.iter().flat_map(|change| &change.after.networks) {
        if !networks.contains(id) {
            networks.push(id.clone());
        }
    }
    if changes.iter().any(|change| change.after.ingress_port) {
        let ingress = ledger.ingress().ok_or(BudgetError::NoIngressNetwork)?;
        networks.push(ingress.network().id.clone());
    }
    Ok(networks)
}

/// What the rolling updates take beyond the steady state, while old and new tasks are there side by side.
fn surge(
    facts: &SwarmFacts,
    account: &Account<'_>,
    ledger: &Ledger<'_>,
    changes: &[Change],
) -> Option<UpdateNeed> {
    let surges = changes.iter().filter_map(|change| surge_of(facts, account, ledger, change));
    surges.reduce(|one, other| UpdateNeed {
        // The one that stalls is the one that is told of.
        order: if other.least.is_none() { one.order } else { other.order },
        least: one.least.plus(other.least),
        most: one.most.plus(other.most),
    })
}

fn surge_of(
    facts: &SwarmFacts,
    account: &Account<'_>,
    ledger: &Ledger<'_>,
    change: &Change,
) -> Option<UpdateNeed> {
    let shape = &change.after;
    if !change.replaces_tasks || shape.kind.is_job() {
        return None;
    }
    let network = account.network();
    let per_task = Addresses::new(shape.attachments(network));
    let nodes = shape.placement.among(ledger.nodes());
    let tasks = shape.kind.tasks(Addresses::one_each(nodes.len()).get());
    // What an old task holds here is in the way of its successor; what it does not hold is part of the steady need.
    let held = facts.tasks.iter().filter(|task| {
        matches!(&task.owner, Owner::Service { id, .. } if *id == change.service)
            && task.fate == Fate::Kept
            && task.stage == Stage::Holding
    });
    let mut overlaps: Vec<Addresses> =
        held.filter_map(|task| task.addresses.get(&network.id)).map(|held| (*held).min(per_task)).collect();
    overlaps.sort_unstable_by(|one, other| other.cmp(one));
    overlaps.truncate(usize::try_from(tasks).unwrap_or(usize::MAX));
    if overlaps.iter().all(|overlap| overlap.is_none()) {
        return None;
    }
    let load_balancers = |tasks: u64| {
        account.load_balancers_for(&if shape.kind.is_one_per_node() {
            Arrivals::Each(nodes.clone())
        } else {
            Arrivals::Anywhere { tasks, nodes: nodes.clone() }
        })
    };
    let beyond = |slots: u64| {
        let slots = slots.min(Addresses::one_each(overlaps.len()).get());
        let first = usize::try_from(slots).unwrap_or(usize::MAX);
        overlaps.iter().take(first).copied().sum::<Addresses>().plus(load_balancers(slots))
    };
    let all = Addresses::one_each(overlaps.len()).get();
    Some(match shape.update.order {
        UpdateOrder::StopFirst => UpdateNeed {
            order: UpdateOrder::StopFirst,
            least: Addresses::NONE,
            most: beyond(if shape.update.parallelism == 0 { all } else { shape.update.parallelism }),
        },
        UpdateOrder::StartFirst => {
            UpdateNeed { order: UpdateOrder::StartFirst, least: beyond(1), most: beyond(all) }
        }
    })
}

/// What would make refused changes fit. A single change can be altered; of several only the networks can be said that
/// are too small.
///
/// # Errors
/// As [`judge_changes`].
pub fn change_remedies<'f>(facts: &'f SwarmFacts, changes: &[Change]) -> Result<Remedies<'f>, BudgetError> {
    let refused = judge_changes(facts, changes)?;
    if refused.accepts() {
        return Ok(Remedies::default());
    }
    let networks =
        refused.networks.iter().filter(|judged| judged.verdict.refuses()).map(Resize::of).collect();
    let [change] = changes else { return Ok(Remedies { networks, ..Remedies::default() }) };
    let accepts = |after: ServiceShape| {
        let change = Change { after, ..change.clone() };
        judge_changes(facts, &[change]).is_ok_and(|judged| judged.accepts())
    };
    let shape = &change.after;
    let saves: Addresses = refused.networks.iter().map(|judged| judged.need.vips).sum();
    let dnsrr = (!shape.ingress_port && !saves.is_none())
        .then(|| DnsrrRemedy { saves, enough: accepts(shape.with_mode(Mode::Dnsrr)) });
    let stop_first = ServiceShape {
        update: UpdatePolicy { order: UpdateOrder::StopFirst, ..shape.update },
        ..shape.clone()
    };
    Ok(Remedies {
        dnsrr,
        replicas: fewer_replicas(shape, |shape| accepts(shape.clone())),
        stop_first: shape.update.order == UpdateOrder::StartFirst && accepts(stop_first),
        networks,
    })
}
