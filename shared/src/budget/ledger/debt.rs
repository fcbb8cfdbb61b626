//! Which tasks an existing service will still get.
//!
//! Computed from the service's specification and its tasks. This is not the surge of a rolling update that has not
//! begun (see [`need`](super::super::need)), only what the engine is bound to allocate if nobody does anything.

use std::collections::BTreeSet;

use super::super::facts::{NodeFact, Owner, ServiceFact, TaskFact};
use super::super::id::NodeId;
use super::super::shape::Kind;
use super::super::task_stage::{Fate, Stage};
use super::reach::Arrivals;

/// The tasks that are still to get their addresses, and where they may go.
pub(super) fn awaited<'f>(
    service: &ServiceFact,
    tasks: &[&'f TaskFact],
    nodes: &'f [NodeFact],
) -> Awaited<'f> {
    // A task that exists without addresses gets them whatever else holds: it may be the surge of an update.
    let created = || tasks.iter().filter(|task| task.fate == Fate::Kept && task.stage == Stage::New);
    let live = || tasks.iter().filter(|task| is_live(task));
    let shape = &service.shape;

    if shape.kind.is_one_per_node() {
        let served: BTreeSet<&NodeId> = tasks
            .iter()
            .filter(|task| is_live(task) || is_over(task, service))
            .filter_map(|task| task.node.as_ref())
            .collect();
        let mut bound: Vec<&NodeId> = created().filter_map(|task| task.node.as_ref()).collect();
        // A global job gets all its tasks at its start, and none on a node that joins later.
        let started = shape.kind.is_job() && tasks.iter().any(|task| task.fate == Fate::Kept);
        if !started {
            bound.extend(shape.placement.among(nodes).difference(&served));
        }
        return Awaited::Bound(bound);
    }

    let missing = match shape.kind {
        Kind::ReplicatedJob { concurrent, completions } => {
            let done = tasks.iter().filter(|task| task.fate == Fate::Kept && task.stage == Stage::Complete);
            concurrent.min(completions.saturating_sub(number(done))).saturating_sub(number(live()))
        }
        Kind::Replicated { .. } | Kind::Global | Kind::GlobalJob => {
            let slots: BTreeSet<u64> = tasks
                .iter()
                .filter(|task| is_live(task) || is_over(task, service))
                .filter_map(|task| slot(task))
                .collect();
            shape.kind.tasks(0).saturating_sub(number(slots.iter()))
        }
    };
    Awaited::Anywhere(missing.saturating_add(number(created())))
}

/// The nodes on which a global service gets a task as soon as they take tasks again: they are down, drained or paused, and
/// have none. A global job that has begun gets none on a node that comes later.
pub(super) fn returning<'f>(
    service: &ServiceFact,
    tasks: &[&'f TaskFact],
    nodes: &'f [NodeFact],
) -> Vec<&'f NodeId> {
    if service.shape.kind != Kind::Global {
        return Vec::new();
    }
    let served: BTreeSet<&NodeId> =
        tasks.iter().filter(|task| is_live(task)).filter_map(|task| task.node.as_ref()).collect();
    let away = |node: &&NodeFact| {
        !(node.ready && node.active)
            && service.shape.placement.would_allow(node)
            && !served.contains(&node.id)
    };
    nodes.iter().filter(away).map(|node| &node.id).collect()
}

/// The tasks that are still to get their addresses.
pub(super) enum Awaited<'f> {
    /// One for each item, bound to that node. A node is listed twice while its task is being replaced.
    Bound(Vec<&'f NodeId>),
    /// That many, on whichever node the scheduler takes.
    Anywhere(u64),
}

impl<'f> Awaited<'f> {
    pub(super) fn tasks(&self) -> u64 {
        match self {
            Self::Bound(nodes) => number(nodes.iter()),
            Self::Anywhere(tasks) => *tasks,
        }
    }

    /// Where they may go, together with `unplaced` more tasks that have addresses but no node.
    pub(super) fn arrivals(
        &self,
        unplaced: u64,
        eligible: impl FnOnce() -> BTreeSet<&'f NodeId>,
    ) -> Arrivals<'f> {
        match self {
            Self::Bound(nodes) => Arrivals::Each(nodes.iter().copied().collect()),
            Self::Anywhere(0) if unplaced == 0 => Arrivals::Each(BTreeSet::new()),
            Self::Anywhere(tasks) => {
                Arrivals::Anywhere { tasks: tasks.saturating_add(unplaced), nodes: eligible() }
            }
        }
    }
}

/// It is to go on, and it has addresses or will get them.
fn is_live(task: &TaskFact) -> bool {
    task.fate == Fate::Kept && matches!(task.stage, Stage::New | Stage::Holding)
}

/// It ended, the restart policy gave it up, and nothing comes in its place. The engine sets the desired state of an ended
/// task to `shutdown` in the transaction that creates its replacement (swarmkit `orchestrator/restart`), so an ended task
/// without a live one beside it had none. Jobs start such a task anew (swarmkit `orchestrator/jobs`).
fn is_over(task: &TaskFact, service: &ServiceFact) -> bool {
    task.fate == Fate::Leaving
        && matches!(task.stage, Stage::Complete | Stage::Ended)
        && !service.shape.restarts_for_ever
        && !service.shape.kind.is_job()
}

fn slot(task: &TaskFact) -> Option<u64> {
    match task.owner {
        Owner::Service { slot, .. } => Some(slot),
        Owner::Container => None,
    }
}

fn number<T>(items: impl Iterator<Item = T>) -> u64 {
    u64::try_from(items.count()).unwrap_or(u64::MAX)
}
