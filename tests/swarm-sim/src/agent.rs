//! What the nodes do with their tasks: prepare, start, run, stop (swarmkit `agent`, moby
//! `daemon/cluster/executor/container`).

use std::time::Duration;

use crate::id::{NodeId, TaskId};
use crate::object::{DesiredState, Network, Task, TaskState};
use crate::swarm::{Swarm, Timer};

/// The next step of a task on its node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// The node takes the task.
    Prepare,
    /// The container is made.
    Prepared,
    /// The node has waited too long for its own address.
    Unattached,
    /// A restart has waited out its delay.
    Go,
    /// The process runs.
    Started,
    /// The process ends by itself.
    Exit,
    /// The process was stopped.
    Stopped,
}

/// The engine's words where a node has no address of its own on the task's network.
const UNATTACHED: &str = "node is missing network attachments, ip addresses may be exhausted";
/// The engine's words where the node still has a removed network with the same addresses.
const OVERLAP: &str = "Pool overlaps with other one on this address space";

/// Between two reports of a node.
const REPORT: Duration = Duration::from_millis(20);

impl Swarm {
    /// A task was given to its node.
    pub(crate) fn assigned(&mut self, id: &TaskId) {
        self.later(id, self.profile.pace.accept, Step::Prepare);
    }

    fn later(&mut self, id: &TaskId, after: Duration, step: Step) {
        self.timers.set(self.now + after, Timer::Task(id.clone(), step));
    }

    pub(crate) fn task_step(&mut self, id: &TaskId, step: Step) {
        let Some(task) = self.tasks.get(id).filter(|task| !task.state.is_terminal()) else { return };
        if !task.node.as_ref().and_then(|node| self.nodes.get(node)).is_none_or(|node| node.alive) {
            return;
        }
        let (state, stopping) = (task.state, task.stopping);
        match step {
            Step::Stopped => self.end_task(id, TaskState::Shutdown, "", 0),
            _ if stopping => {}
            Step::Prepare if state == TaskState::Assigned => self.prepare(id),
            Step::Unattached if state == TaskState::Preparing && !self.is_attached(id) => {
                self.end_task(id, TaskState::Rejected, UNATTACHED, 0);
            }
            Step::Prepared if state == TaskState::Preparing => {
                self.set_state(id, TaskState::Ready);
                self.start_if_wanted(id);
            }
            Step::Go => {
                self.want(id, DesiredState::Running);
                self.start_if_wanted(id);
            }
            Step::Started if state == TaskState::Starting => {
                self.set_state(id, TaskState::Running);
                let life = self.tasks.get(id).and_then(|task| task.template.behaviour.life);
                if let Some(life) = life {
                    self.later(id, life, Step::Exit);
                }
                self.task_changed(id);
            }
            Step::Exit if state == TaskState::Running => self.exit(id),
            _ => {}
        }
    }

    fn prepare(&mut self, id: &TaskId) {
        self.set_state(id, TaskState::Preparing);
        let Some(task) = self.tasks.get(id) else { return };
        if task.service.is_none() {
            self.set_state(id, TaskState::Running);
            return;
        }
        let task_number = task.slot();
        let image = task.template.image.split('@').next().unwrap_or_default();
        if self.missing_images.contains(image) {
            let error = format!("No such image: {image}");
            return self.end_task(id, TaskState::Rejected, &error, 0);
        }
        let overlapping = |gone: &Network| {
            let on = |network: &Network| gone.overlaps(&network.subnets);
            task.networks_held().filter_map(|id| self.networks.get(id)).any(on)
                && self.remains_on(gone, task.node.as_ref())
        };
        if self.remains.iter().any(overlapping) {
            return self.end_task(id, TaskState::Rejected, OVERLAP, 0);
        }
        if self.is_attached(id) {
            self.later(id, self.profile.pace.prepare, Step::Prepared);
        } else {
            // A node tells of its tasks one after another, so that the address of the first is free for the node itself.
            let turn = REPORT * u32::try_from(task_number).unwrap_or_default();
            self.later(id, self.profile.pace.attachment + turn, Step::Unattached);
        }
    }

    /// Whether the node still runs a container of this removed network.
    fn remains_on(&self, gone: &Network, node: Option<&NodeId>) -> bool {
        self.tasks.values().any(|task| {
            task.node.as_ref() == node
                && !task.state.is_terminal()
                && task.attachments.iter().any(|held| held.network == gone.id)
        })
    }

    /// The node has its own address on one more network.
    pub(crate) fn node_is_attached(&mut self, node: &NodeId) {
        let on = self.tasks.values().filter(|task| task.node.as_ref() == Some(node));
        let preparing: Vec<TaskId> =
            on.filter(|task| task.state == TaskState::Preparing).map(|task| task.id.clone()).collect();
        for task in preparing {
            if self.is_attached(&task) {
                self.later(&task, self.profile.pace.prepare, Step::Prepared);
            }
        }
    }

    /// Starts a prepared task that is meant to run.
    pub(crate) fn start_if_wanted(&mut self, id: &TaskId) {
        let wanted = |desired| matches!(desired, DesiredState::Running | DesiredState::Complete);
        let ready = |task: &Task| task.state == TaskState::Ready && wanted(task.desired);
        if self.tasks.get(id).is_some_and(ready) {
            self.set_state(id, TaskState::Starting);
            self.later(id, self.profile.pace.start, Step::Started);
        }
    }

    fn exit(&mut self, id: &TaskId) {
        let code = self.tasks.get(id).map(|task| task.template.behaviour.exit_code).unwrap_or_default();
        if code == 0 {
            self.end_task(id, TaskState::Complete, "", 0);
        } else {
            self.end_task(id, TaskState::Failed, &format!("task: non-zero exit ({code})"), code);
        }
    }

    /// Tells a task to stop. Its addresses are free when it has stopped, not before.
    pub(crate) fn stop_task(&mut self, id: &TaskId, desired: DesiredState) {
        self.want(id, desired);
        let Some(task) = self.tasks.get(id) else { return };
        if task.state.is_terminal() {
            if desired == DesiredState::Remove {
                self.forget_task(id);
            }
            return;
        }
        if task.node.is_none() || task.state < TaskState::Assigned {
            return self.end_task(id, TaskState::Shutdown, "", 0);
        }
        if task.stopping {
            return;
        }
        let pace = self.profile.pace;
        let ends = if task.template.behaviour.ignores_term { task.template.grace } else { pace.stop };
        let time = match task.state {
            TaskState::Running | TaskState::Starting if task.attachments.is_empty() => ends,
            TaskState::Running | TaskState::Starting => pace.gossip + ends,
            _ => pace.accept,
        };
        if let Some(task) = self.tasks.get_mut(id) {
            task.stopping = true;
        }
        self.later(id, time, Step::Stopped);
    }
}
