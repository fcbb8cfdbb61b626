//! What a redefinition interrupts, said beforehand and honestly.

use smsvc_core::budget::UpdateOrder;

use super::{Goal, Strategy};
use crate::dump::ServiceRecord;
use crate::observe::shape;

/// Nanoseconds that a task may take to stop where its service does not say (Docker's default of 10 s).
const STOP_GRACE: u64 = 10_000_000_000;

/// How long a service will not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// It has no task that could answer.
    Idle,
    /// From its removal until its tasks run again. All tasks of the network have to stop in between.
    Whole {
        /// How long that stop may take, in seconds.
        stop_seconds: u64,
    },
    /// For a moment in each of several restarts: it has one task, which stops before the next one starts.
    EachRestart {
        /// How often.
        restarts: u64,
        /// How long each stop may take, in seconds.
        stop_seconds: u64,
    },
    /// Some of its tasks run at every moment; each is replaced several times.
    None {
        /// How often.
        restarts: u64,
    },
}

/// How often the rolling way replaces each task: on to transit, off the old, on to the new, off transit.
const MOVES: u64 = 4;

/// The outage of each service, in the order of the goal.
pub(super) fn outages(goal: &Goal) -> Vec<(&ServiceRecord, Outage)> {
    let slowest = goal.services.iter().filter(|record| record.state.running > 0).map(stop_seconds).max();
    goal.services.iter().map(|record| (record, outage(goal, record, slowest.unwrap_or_default()))).collect()
}

fn outage(goal: &Goal, record: &ServiceRecord, slowest: u64) -> Outage {
    if record.state.running == 0 {
        return Outage::Idle;
    }
    if goal.strategy == Strategy::Recreate {
        return Outage::Whole { stop_seconds: slowest };
    }
    let update = shape(&record.spec).update;
    let all_at_once = update.parallelism == 0 || update.parallelism >= record.state.running;
    if update.order == UpdateOrder::StopFirst && all_at_once {
        Outage::EachRestart { restarts: MOVES, stop_seconds: stop_seconds(record) }
    } else {
        Outage::None { restarts: MOVES }
    }
}

/// How long a task may take to stop (`StopGracePeriod`, in nanoseconds), in seconds, rounded up.
fn stop_seconds(record: &ServiceRecord) -> u64 {
    let grace = record.spec.pointer("/TaskTemplate/ContainerSpec/StopGracePeriod");
    grace.and_then(serde_json::Value::as_u64).unwrap_or(STOP_GRACE).div_ceil(1_000_000_000)
}
