//! Rolling updates (swarmkit `manager/orchestrator/update/updater.go`).
//!
//! An update takes the places of the service's tasks one after another, so many at a time as `Parallelism` says. With
//! `stop-first` the new task exists from the moment at which the old one is told to stop, so both hold addresses; with
//! `start-first` nobody waits for the old task to stop at all.

use std::collections::VecDeque;
use std::time::Duration;

use crate::id::{ServiceId, TaskId};
use crate::moment::Moment;
use crate::object::{
    DesiredState, OnFailure, Order, Place, Revision, TaskState, UpdateConfig, UpdateState, UpdateStatus,
};
use crate::swarm::{Swarm, Timer};

/// How long a new task waits for the old one to stop (swarmkit `orchestrator/restart`, `defaultOldTaskTimeout`).
const OLD_TASK: Duration = Duration::from_mins(1);

/// An update that is under way.
#[derive(Debug)]
pub(crate) struct Rollout {
    config: UpdateConfig,
    queue: VecDeque<Place>,
    workers: Vec<Worker>,
    total: usize,
    failures: usize,
    /// New tasks that have run, and until when they are watched.
    watched: Vec<(TaskId, Moment)>,
    /// Until when the update watches on, after its last task.
    last_watch: Option<Moment>,
}

/// One place that is being updated.
#[derive(Debug)]
enum Worker {
    Replacing { new: TaskId, old: Vec<TaskId>, since: Moment },
    Resting { until: Moment },
}

/// What one look at a worker shows.
enum Progress {
    Waits,
    Ran(TaskId),
    Broke(TaskId),
}

impl Swarm {
    /// Begins to replace the tasks that are of an older revision. An update that is under way is given up.
    pub(crate) fn roll(&mut self, id: &ServiceId) {
        self.rollouts.remove(id);
        let Some(service) = self.services.get(id) else { return };
        if service.shape().kind.is_job() {
            return;
        }
        let rollback =
            matches!(&service.update, Some(status) if status.state == UpdateState::RollbackStarted);
        let config = if rollback { service.shape().rollback } else { service.shape().update };
        let number = service.revision.number;
        let mut places: Vec<Place> = self
            .tasks_of(id)
            .filter(|task| !task.desired.is_over() && task.revision != number)
            .map(|task| task.place.clone())
            .collect();
        places.sort();
        places.dedup();
        if places.is_empty() {
            if rollback {
                self.end_rollout(id, UpdateState::RollbackCompleted, "rollback completed".to_owned());
            }
            return;
        }
        if !rollback {
            let started = Some(self.now);
            let message = "update in progress".to_owned();
            let status = UpdateStatus { state: UpdateState::Updating, started, completed: None, message };
            self.set_update(id, status);
        }
        let total = places.len();
        let rollout = Rollout {
            config,
            queue: places.into(),
            workers: Vec::new(),
            total,
            failures: 0,
            watched: Vec::new(),
            last_watch: None,
        };
        self.rollouts.insert(id.clone(), rollout);
        self.drive(id);
    }

    /// Looks whether the update of this service can go on.
    pub(crate) fn drive(&mut self, id: &ServiceId) {
        // Taken out while it is driven, so that what it causes does not drive it again.
        let Some(mut rollout) = self.rollouts.remove(id) else { return };
        let stopped = self.watch_failures(&mut rollout);
        if let Some(task) = stopped {
            return self.fail_rollout(id, &rollout, &task);
        }
        let mut broken = None;
        let mut workers = Vec::new();
        for worker in std::mem::take(&mut rollout.workers) {
            match worker {
                Worker::Resting { until } if until <= self.now => {}
                Worker::Resting { .. } => workers.push(worker),
                Worker::Replacing { new, old, since } => {
                    match self.look_at(&rollout.config, &new, &old, since) {
                        Progress::Waits => workers.push(Worker::Replacing { new, old, since }),
                        Progress::Ran(task) => {
                            rollout.watched.push((task, self.now + rollout.config.monitor));
                            if !rollout.config.delay.is_zero() {
                                let until = self.now + rollout.config.delay;
                                workers.push(Worker::Resting { until });
                                self.timers.set(until, Timer::Rollout(id.clone()));
                            }
                        }
                        Progress::Broke(task) => {
                            rollout.failures += 1;
                            broken = Some(task);
                        }
                    }
                }
            }
        }
        rollout.workers = workers;
        if let Some(task) = broken.filter(|_| rollout.has_failed()) {
            return self.fail_rollout(id, &rollout, &task);
        }
        self.start_workers(id, &mut rollout);
        if rollout.workers.is_empty() && rollout.queue.is_empty() {
            let until = *rollout.last_watch.get_or_insert(self.now + rollout.config.monitor);
            if until <= self.now {
                let (state, message) = match self.services.get(id).and_then(|service| service.update.as_ref())
                {
                    Some(status) if status.state == UpdateState::RollbackStarted => {
                        (UpdateState::RollbackCompleted, "rollback completed")
                    }
                    _ => (UpdateState::Completed, "update completed"),
                };
                return self.end_rollout(id, state, message.to_owned());
            }
            self.timers.set(until, Timer::Rollout(id.clone()));
        }
        self.rollouts.insert(id.clone(), rollout);
    }

    fn start_workers(&mut self, id: &ServiceId, rollout: &mut Rollout) {
        let parallel = match usize::try_from(rollout.config.parallelism) {
            Ok(0) | Err(_) => usize::MAX,
            Ok(limit) => limit,
        };
        while rollout.workers.len() < parallel
            && let Some(place) = rollout.queue.pop_front()
        {
            let in_place = self.tasks_of(id).filter(|task| task.place == place && !task.desired.is_over());
            let old: Vec<TaskId> = in_place.map(|task| task.id.clone()).collect();
            // A place that was scaled away since needs no update.
            if old.is_empty() {
                continue;
            }
            let desired = match rollout.config.order {
                Order::StopFirst => DesiredState::Ready,
                Order::StartFirst => DesiredState::Running,
            };
            let Some(new) = self.create_task(id, place, desired) else { continue };
            if rollout.config.order == Order::StopFirst {
                for task in &old {
                    self.stop_task(task, DesiredState::Shutdown);
                }
                self.timers.set(self.now + OLD_TASK, Timer::Rollout(id.clone()));
            }
            rollout.workers.push(Worker::Replacing { new, old, since: self.now });
            // The old task may have ended at once, where it had no node.
            self.timers.set(self.now, Timer::Rollout(id.clone()));
        }
    }

    fn look_at(&mut self, config: &UpdateConfig, new: &TaskId, old: &[TaskId], since: Moment) -> Progress {
        let Some(task) = self.tasks.get(new) else { return Progress::Broke(new.clone()) };
        if task.state.is_terminal() {
            return Progress::Broke(new.clone());
        }
        let (state, desired) = (task.state, task.desired);
        if config.order == Order::StopFirst && desired == DesiredState::Ready {
            let stopped = |id: &TaskId| self.tasks.get(id).is_none_or(|task| task.state.is_terminal());
            if old.iter().all(stopped) || self.now.since(since) >= OLD_TASK {
                self.want(new, DesiredState::Running);
                self.start_if_wanted(new);
            }
            return Progress::Waits;
        }
        if state != TaskState::Running {
            return Progress::Waits;
        }
        if config.order == Order::StartFirst {
            for task in old {
                self.stop_task(task, DesiredState::Shutdown);
            }
        }
        Progress::Ran(new.clone())
    }

    /// A watched task that has ended is a failure; the one that is one too many is given back.
    fn watch_failures(&mut self, rollout: &mut Rollout) -> Option<TaskId> {
        let now = self.now;
        let mut failed = None;
        let tasks = &self.tasks;
        let mut failures = 0;
        rollout.watched.retain(|(id, until)| {
            let ended = tasks.get(id).is_some_and(|task| {
                matches!(task.state, TaskState::Complete | TaskState::Failed | TaskState::Rejected)
            });
            if ended && *until >= now {
                failures += 1;
                failed = Some(id.clone());
            }
            !ended && *until >= now
        });
        rollout.failures += failures;
        failed.filter(|_| rollout.has_failed())
    }

    fn fail_rollout(&mut self, id: &ServiceId, rollout: &Rollout, task: &TaskId) {
        let Some(service) = self.services.get(id) else { return };
        let state = service.update.as_ref().map(|status| status.state);
        let in_rollback = state == Some(UpdateState::RollbackStarted);
        if in_rollback {
            let message = UpdateStatus::stopped_by("rollback paused", task);
            self.end_rollout(id, UpdateState::RollbackPaused, message);
        } else if rollout.config.on_failure == OnFailure::Rollback {
            let message = UpdateStatus::stopped_by("update rolled back", task);
            self.roll_back(id, message);
        } else {
            let message = UpdateStatus::stopped_by("update paused", task);
            self.end_rollout(id, UpdateState::Paused, message);
        }
    }

    /// The previous spec becomes the present one, and the tasks are replaced once more. False where there is none.
    pub(crate) fn roll_back(&mut self, id: &ServiceId, message: String) -> bool {
        let now = self.now;
        let Some(service) = self.services.get_mut(id) else { return false };
        let Some(previous) = service.previous.take() else { return false };
        let present: Revision = std::mem::replace(&mut service.revision, previous);
        service.previous = Some(present);
        service.unallocated = true;
        let status = UpdateStatus {
            state: UpdateState::RollbackStarted,
            started: Some(now),
            completed: None,
            message,
        };
        self.set_update(id, status);
        self.allocator.new_services.insert(id.clone());
        self.wake();
        self.reconcile(id);
        self.roll(id);
        true
    }

    fn end_rollout(&mut self, id: &ServiceId, state: UpdateState, message: String) {
        let started = self.services.get(id).and_then(|service| service.update.as_ref()?.started);
        let done = matches!(state, UpdateState::Completed | UpdateState::RollbackCompleted);
        let completed = done.then_some(self.now);
        self.set_update(id, UpdateStatus { state, started, completed, message });
    }

    fn set_update(&mut self, id: &ServiceId, status: UpdateStatus) {
        let Some(meta) = self.services.get(id).map(|service| service.meta) else { return };
        let meta = self.touched(meta);
        let state = status.state;
        if let Some(service) = self.services.get_mut(id) {
            service.meta = meta;
            service.update = Some(status);
            let name = service.name().to_owned();
            self.event(
                "service",
                "update",
                id.as_str(),
                &[("name", &name), ("updatestate.new", state.word())],
            );
        }
    }
}

impl Rollout {
    fn has_failed(&self) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "far fewer tasks than 2^52")]
        let ratio = self.failures as f64 / self.total.max(1) as f64;
        self.config.on_failure != OnFailure::Continue && ratio > self.config.max_failure_ratio
    }
}
