//! What is to happen later.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::agent::Step;
use crate::id::{NodeId, ServiceId, TaskId};
use crate::moment::Moment;

/// Something that happens by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// The allocator and the scheduler look at what has changed.
    Allocate,
    /// A task comes to its next step, unless it has gone another way since.
    Task(TaskId, Step),
    /// A node has not been heard of for too long, unless it has come back.
    NodeDown(NodeId),
    /// A rolling update may go on.
    Rollout(ServiceId),
    /// The managers have chosen a leader.
    Elected,
}

/// Timers by moment; those of one moment in the order in which they were set.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<(Moment, u64, Timer)>>,
    set: u64,
}

impl Timers {
    pub(crate) fn set(&mut self, at: Moment, timer: Timer) {
        self.set += 1;
        self.heap.push(Reverse((at, self.set, timer)));
    }

    pub(crate) fn next(&self) -> Option<Moment> {
        self.heap.peek().map(|Reverse((at, _, _))| *at)
    }

    pub(crate) fn pop_until(&mut self, moment: Moment) -> Option<(Moment, Timer)> {
        if self.next()? > moment {
            return None;
        }
        self.heap.pop().map(|Reverse((at, _, timer))| (at, timer))
    }
}
