//! What follows when a task ends that was not meant to, or when its node is lost (swarmkit
//! `manager/orchestrator/restart`).

use crate::agent::Step;
use crate::id::{NodeId, TaskId};
use crate::object::{DesiredState, Node, Place, RestartCondition, TaskState};
use crate::swarm::{Swarm, Timer};

impl Swarm {
    /// The task has ended by itself: it becomes history, and is replaced where the restart policy says so.
    pub(super) fn restart(&mut self, id: &TaskId) {
        let Some(task) = self.tasks.get(id).cloned() else { return };
        let Some(service) = task.service.clone() else { return };
        let Some(kind) = self.services.get(&service).map(|service| service.shape().kind) else { return };
        if kind.is_job() {
            if task.state != TaskState::Complete {
                self.want(id, DesiredState::Shutdown);
            }
            return self.reconcile(&service);
        }
        self.want(id, DesiredState::Shutdown);
        let policy = task.template.restart;
        let again = match policy.condition {
            RestartCondition::None => false,
            RestartCondition::OnFailure => task.state != TaskState::Complete,
            RestartCondition::Any => true,
        };
        let before = self.tasks_of(&service).filter(|other| {
            other.place == task.place && other.state.is_terminal() && other.revision == task.revision
        });
        let before = before.count() as u64;
        let exceeded = policy.attempts > 0 && before > policy.attempts;
        if !again || exceeded {
            return;
        }
        if let Place::Node(node) = &task.place
            && !self.nodes.get(node).is_some_and(Node::keeps_tasks)
        {
            return;
        }
        let Some(new) = self.create_task(&service, task.place.clone(), DesiredState::Ready) else { return };
        self.timers.set(self.now + policy.delay, Timer::Task(new, Step::Go));
    }

    /// The tasks of a node that is down, drained or gone are replaced elsewhere. Those of a node that is down keep
    /// their addresses until it is heard of again.
    pub(crate) fn leave_node(&mut self, node: &NodeId) {
        let on: Vec<TaskId> = self
            .tasks
            .values()
            .filter(|task| task.node.as_ref() == Some(node) && task.is_kept() && task.service.is_some())
            .map(|task| task.id.clone())
            .collect();
        for id in on {
            let Some(task) = self.tasks.get(&id).cloned() else { continue };
            let Some(service) = task.service.clone() else { continue };
            self.stop_task(&id, DesiredState::Shutdown);
            if let Place::Slot(_) = task.place {
                let desired = if task.desired == DesiredState::Complete {
                    DesiredState::Complete
                } else {
                    DesiredState::Running
                };
                self.create_task(&service, task.place, desired);
            }
        }
        self.wake();
    }

    /// The node is removed from the cluster: what was on it is orphaned.
    pub(crate) fn orphan(&mut self, node: &NodeId) {
        let on =
            self.tasks.values().filter(|task| task.node.as_ref() == Some(node) && !task.state.is_terminal());
        let on: Vec<TaskId> = on.map(|task| task.id.clone()).collect();
        for id in on {
            self.want(&id, DesiredState::Shutdown);
            self.end_task(&id, TaskState::Orphaned, "", 0);
        }
    }
}
