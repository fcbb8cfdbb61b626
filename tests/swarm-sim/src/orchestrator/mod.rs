//! The orchestrators: which tasks there should be (swarmkit `manager/orchestrator`).

mod job;
mod restart;
mod rolling;

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{NodeId, ServiceId, TaskId};
use crate::object::{DesiredState, Kind, Place, Task, TaskState};
use crate::scheduler::allows;
use crate::swarm::Swarm;

pub(crate) use rolling::Rollout;

impl Swarm {
    /// Creates and removes tasks until there are as many as the service wants.
    pub(crate) fn reconcile(&mut self, id: &ServiceId) {
        let Some(service) = self.services.get(id) else { return };
        match service.shape().kind {
            Kind::Replicated(replicas) => self.reconcile_replicas(id, replicas),
            Kind::Global => self.reconcile_nodes(id),
            Kind::ReplicatedJob { .. } | Kind::GlobalJob => self.reconcile_job(id),
        }
    }

    fn reconcile_replicas(&mut self, id: &ServiceId, replicas: u64) {
        let mut slots: BTreeMap<u64, bool> = BTreeMap::new();
        for task in self.tasks_of(id).filter(|task| !task.desired.is_over()) {
            *slots.entry(task.slot()).or_default() |= task.state == TaskState::Running;
        }
        let have = slots.len() as u64;
        let free = (1..).filter(|slot| !slots.contains_key(slot));
        let missing: Vec<u64> =
            free.take(usize::try_from(replicas.saturating_sub(have)).unwrap_or_default()).collect();
        for slot in missing {
            self.create_task(id, Place::Slot(slot), DesiredState::Running);
        }
        // Those that do not run go first, then the highest numbers.
        let mut surplus: Vec<(bool, std::cmp::Reverse<u64>)> =
            slots.into_iter().map(|(slot, runs)| (runs, std::cmp::Reverse(slot))).collect();
        surplus.sort();
        for (_, std::cmp::Reverse(slot)) in
            surplus.into_iter().take(usize::try_from(have.saturating_sub(replicas)).unwrap_or_default())
        {
            let in_slot = self.tasks_of(id).filter(|task| task.slot() == slot && !task.desired.is_over());
            let in_slot: Vec<TaskId> = in_slot.map(|task| task.id.clone()).collect();
            for task in in_slot {
                self.stop_task(&task, DesiredState::Remove);
            }
        }
    }

    fn reconcile_nodes(&mut self, id: &ServiceId) {
        let Some(service) = self.services.get(id) else { return };
        let template = service.shape().template.clone();
        let eligible: BTreeSet<NodeId> =
            self.nodes.values().filter(|node| allows(&template, node)).map(|node| node.id.clone()).collect();
        let mut have: BTreeSet<NodeId> = BTreeSet::new();
        let mut stray: Vec<TaskId> = Vec::new();
        for task in self.tasks_of(id).filter(|task| !task.desired.is_over()) {
            let Place::Node(node) = &task.place else { continue };
            let stays =
                eligible.contains(node) && self.nodes.get(node).is_some_and(crate::object::Node::keeps_tasks);
            if stays {
                have.insert(node.clone());
            } else {
                stray.push(task.id.clone());
            }
        }
        for task in stray {
            self.stop_task(&task, DesiredState::Shutdown);
        }
        let free = |node: &&NodeId| {
            !have.contains(*node) && self.nodes.get(*node).is_some_and(crate::object::Node::takes_tasks)
        };
        let free: Vec<NodeId> = eligible.iter().filter(free).cloned().collect();
        for node in free {
            self.create_task(id, Place::Node(node), DesiredState::Running);
        }
    }

    /// A new task of the service's present revision, in state `new`.
    pub(crate) fn create_task(
        &mut self,
        service: &ServiceId,
        place: Place,
        desired: DesiredState,
    ) -> Option<TaskId> {
        let meta = self.meta();
        let owner = self.services.get(service)?;
        let shape = owner.shape();
        let id: TaskId = self.ids.next();
        let task = Task {
            id: id.clone(),
            meta,
            service: Some(service.clone()),
            node: match &place {
                Place::Node(node) => Some(node.clone()),
                Place::Slot(_) => None,
            },
            place,
            template: shape.template.clone(),
            published: shape.is_published(),
            revision: owner.revision.number,
            iteration: owner.job.map(|job| job.iteration),
            state: TaskState::New,
            since: self.now,
            error: String::new(),
            exit_code: 0,
            desired,
            attachments: Vec::new(),
            holds: false,
            stopping: false,
        };
        self.tasks.insert(id.clone(), task);
        self.tasks_of.entry(service.clone()).or_default().insert(id.clone());
        self.allocator.new_tasks.insert(id.clone());
        self.wake();
        Some(id)
    }

    pub(crate) fn set_state(&mut self, id: &TaskId, state: TaskState) {
        let Some(meta) = self.tasks.get(id).map(|task| task.meta) else { return };
        let (meta, now) = (self.touched(meta), self.now);
        if let Some(task) = self.tasks.get_mut(id) {
            task.meta = meta;
            task.state = state;
            task.since = now;
            task.error = String::new();
        }
    }

    pub(crate) fn want(&mut self, id: &TaskId, desired: DesiredState) {
        let Some(meta) = self.tasks.get(id).map(|task| task.meta) else { return };
        let meta = self.touched(meta);
        if let Some(task) = self.tasks.get_mut(id) {
            task.meta = meta;
            task.desired = desired;
        }
    }

    /// A task has ended, however: its addresses are given back, and whoever waited for that goes on.
    pub(crate) fn end_task(&mut self, id: &TaskId, state: TaskState, error: &str, exit_code: i64) {
        self.set_state(id, state);
        self.release_task(id);
        let Some(task) = self.tasks.get_mut(id) else { return };
        error.clone_into(&mut task.error);
        task.exit_code = exit_code;
        let (desired, service) = (task.desired, task.service.clone());
        let lost = task.attachments.iter().map(|held| held.network.clone()).collect::<Vec<_>>();
        if !desired.is_over() {
            self.restart(id);
        }
        if desired == DesiredState::Remove
            || service.as_ref().is_some_and(|id| !self.services.contains_key(id))
        {
            self.forget_task(id);
        }
        self.clear_remains(&lost);
        if let Some(service) = service {
            self.forget_history(&service, id);
            self.drive(&service);
        }
    }

    /// A task came to a state that a rolling update may be waiting for.
    pub(crate) fn task_changed(&mut self, id: &TaskId) {
        if let Some(service) = self.tasks.get(id).and_then(|task| task.service.clone()) {
            self.drive(&service);
        }
    }

    pub(crate) fn forget_task(&mut self, id: &TaskId) {
        if let Some(task) = self.tasks.remove(id)
            && let Some(service) = task.service
            && let Some(tasks) = self.tasks_of.get_mut(&service)
        {
            tasks.remove(id);
            if tasks.is_empty() && !self.services.contains_key(&service) {
                self.tasks_of.remove(&service);
            }
        }
    }

    /// Of the tasks that have ended at one place, five are remembered (`TaskHistoryRetentionLimit`).
    fn forget_history(&mut self, service: &ServiceId, ended: &TaskId) {
        const REMEMBERED: usize = 5;
        let Some(place) = self.tasks.get(ended).map(|task| task.place.clone()) else { return };
        if self.services.get(service).is_some_and(|service| service.shape().kind.is_job()) {
            return;
        }
        let past = self.tasks_of(service).filter(|task| task.place == place && task.state.is_terminal());
        let mut past: Vec<_> =
            past.map(|task| (task.meta.created, task.meta.version, task.id.clone())).collect();
        past.sort();
        let surplus = past.len().saturating_sub(REMEMBERED);
        for (_, _, task) in past.into_iter().take(surplus) {
            self.forget_task(&task);
        }
    }

    /// A removed network is forgotten by the nodes when its last container is gone.
    fn clear_remains(&mut self, networks: &[crate::id::NetworkId]) {
        if self.remains.is_empty() {
            return;
        }
        let tasks = &self.tasks;
        self.remains.retain(|gone| {
            !networks.contains(&gone.id)
                || tasks.values().any(|task| {
                    !task.state.is_terminal() && task.attachments.iter().any(|held| held.network == gone.id)
                })
        });
    }
}
