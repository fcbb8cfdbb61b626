//! Where a service is on its way at one moment, and the rows that show it.
//!
//! A slot, or a node of a global service, counts by the task that is to stay; the row of a task shows the engine's state as
//! docker does (docker/cli `cli/command/service/progress`).

use std::collections::BTreeMap;

use smsvc_core::budget::{Kind, NodeFact, NodeId};

use crate::engine::Task;
use crate::observe;
use crate::report::ProgressRow;
use crate::service::RawService;

/// The states of a task on its way, in order; a bar is as long as the way behind it.
const WAY: [&str; 9] =
    ["new", "allocated", "pending", "assigned", "accepted", "preparing", "ready", "starting", "running"];

/// With more tasks than this there is no row for each.
const MOST_ROWS: u64 = 20;

/// How many characters of an error are shown in a row.
const ERROR: usize = 75;

/// Where a service is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stand {
    /// Tasks that are as they should be: running, or complete where they are meant to end.
    pub(super) done: u64,
    /// Tasks that there should be.
    pub(super) wanted: u64,
    /// Whether they are meant to end.
    pub(super) job: bool,
    /// Tasks of a job that run or are about to.
    active: u64,
    going_back: bool,
    tasks: Vec<Shown>,
    failed: Vec<String>,
    /// Nothing more will come of the tasks that are not done.
    over: bool,
    /// Old tasks that are still stopping, on nodes that answer.
    pub(super) leaving: usize,
}

/// One task as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shown {
    /// `2/3`, or the beginning of a node's id.
    name: String,
    state: String,
    error: String,
}

impl Stand {
    /// Reads it. `going_back`: an update is being rolled back.
    pub(super) fn of(service: &RawService, tasks: &[Task], nodes: &[NodeFact], going_back: bool) -> Self {
        let shape = observe::shape(service.spec());
        let per_node = shape.kind.is_one_per_node();
        let job = shape.kind.is_job();
        let eligible = nodes.iter().filter(|node| shape.placement.allows(node)).count() as u64;
        let wanted = match shape.kind {
            Kind::ReplicatedJob { completions, .. } => completions,
            kind => kind.tasks(eligible),
        };
        let iteration = service.job_iteration();
        let down = |task: &Task| nodes.iter().any(|node| node.id == NodeId::new(&task.node) && !node.ready);
        let mut places: BTreeMap<(u64, &str), &Task> = BTreeMap::new();
        for task in tasks.iter().filter(|task| !down(task) && (!job || task.job_iteration.index == iteration))
        {
            let place = (task.slot, if per_node { task.node.as_str() } else { "" });
            let better = places.get(&place).is_none_or(|known| rank(task) < rank(known));
            if better {
                places.insert(place, task);
            }
        }
        let chosen: Vec<&Task> = places.into_values().collect();
        // Of a service that starts nothing again, what ended well is done.
        let stays_ended = !shape.restarts_for_ever && !job;
        let is_done = |task: &Task| match task.status.state.as_str() {
            "complete" => job || stays_ended,
            _ => !job && task.serves(),
        };
        let failed: Vec<&Task> = chosen.iter().copied().filter(|task| has_failed(task)).collect();
        let done = chosen.iter().filter(|task| is_done(task)).count() as u64;
        let open = chosen.iter().filter(|task| !is_done(task) && !has_failed(task)).count() as u64;
        let over = stays_ended
            && !failed.is_empty()
            && open == 0
            && chosen.len() as u64 >= wanted
            && failed.iter().all(|task| task.desired_state == "shutdown");
        let name = |number: usize, task: &Task| {
            if per_node { task.node.chars().take(12).collect() } else { format!("{}/{wanted}", number + 1) }
        };
        let shown = chosen.iter().enumerate().map(|(number, task)| Shown {
            name: name(number, task),
            state: task.status.state.clone(),
            error: task.status.err.clone(),
        });
        Self {
            done,
            wanted,
            job,
            active: chosen.iter().filter(|task| WAY.contains(&task.status.state.as_str())).count() as u64,
            going_back,
            tasks: shown.collect(),
            failed: failed.iter().map(|task| task.status.err.clone()).collect(),
            over,
            leaving: tasks.iter().filter(|task| is_leaving(task) && !down(task)).count(),
        }
    }

    /// Whether all tasks are as they should be.
    pub(super) fn is_done(&self) -> bool {
        self.done >= self.wanted
    }

    /// Whether there is nothing that could still fail.
    pub(super) fn needs_no_monitor(&self) -> bool {
        self.job || self.wanted == 0
    }

    /// How many tasks failed, and why the first of them, where nothing comes in their place.
    pub(super) fn ended(&self) -> Option<(u64, String)> {
        let reason = self.failed.iter().find(|reason| !reason.is_empty()).cloned();
        self.over
            .then(|| (self.failed.len() as u64, reason.unwrap_or_else(|| "no reason is given".to_owned())))
    }

    /// The headline, and a row for each task where there are not too many.
    pub(super) fn rows(&self) -> Vec<ProgressRow> {
        let Self { done, wanted, .. } = self;
        let mut rows = if self.job {
            vec![
                ProgressRow::plain("job progress", &format!("{done} out of {wanted} complete")),
                ProgressRow::plain("active tasks", &format!("{} tasks", self.active)),
            ]
        } else if self.going_back {
            let text = format!("rolling back update: {done} out of {wanted} tasks");
            vec![ProgressRow::plain("overall progress", &text)]
        } else {
            vec![ProgressRow::plain("overall progress", &format!("{done} out of {wanted} tasks"))]
        };
        if *wanted <= MOST_ROWS {
            rows.extend(self.tasks.iter().take(20).map(|task| task.row(self.going_back)));
        }
        rows
    }
}

impl Shown {
    fn row(&self, going_back: bool) -> ProgressRow {
        if !self.error.is_empty() {
            return ProgressRow::plain(&self.name, &cut(&self.error));
        }
        let whole = WAY.len() as u64;
        let behind = match WAY.iter().position(|state| *state == self.state) {
            Some(place) => place as u64 + 1,
            None => whole,
        };
        let part = if going_back { whole - behind } else { behind };
        ProgressRow::bar(&self.name, &format!("{:9}", self.state), part, whole)
    }
}

/// The lower, the more a task speaks for its slot: first those that are to go on, then the one that is least far, because
/// that is the one still to come.
fn rank(task: &Task) -> (usize, usize) {
    let place = |state: &str| WAY.iter().position(|known| *known == state).unwrap_or(WAY.len());
    (place(&task.desired_state), place(&task.status.state))
}

fn is_leaving(task: &Task) -> bool {
    task.status.state == "running" && task.desired_state != "running"
}

fn has_failed(task: &Task) -> bool {
    matches!(task.status.state.as_str(), "failed" | "rejected")
}

/// An error in one line, as docker cuts it.
fn cut(error: &str) -> String {
    let line = error.replace('\n', " ");
    if line.chars().count() <= ERROR {
        return line;
    }
    line.chars().take(ERROR - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::observe::Swarm;

    fn swarm(replicas: u64) -> Swarm {
        Swarm::sample().with_network("front", "10.1.0.0/24").with_service("s", "vip", replicas, "front", &[])
    }

    fn with_spec(mut swarm: Swarm, field: &str, value: serde_json::Value) -> Swarm {
        let mut json = swarm.services[0].json().clone();
        json["Spec"][field] = value;
        swarm.services[0] = RawService::new(json).unwrap();
        swarm
    }

    fn stand(swarm: &Swarm) -> Stand {
        Stand::of(&swarm.services[0], &swarm.tasks, &swarm.nodes, false)
    }

    fn numbers(stand: &Stand) -> (u64, u64) {
        (stand.done, stand.wanted)
    }

    #[test]
    fn a_task_counts_when_it_runs_and_is_to_go_on() {
        let mut swarm = swarm(3);
        assert_eq!(numbers(&stand(&swarm)), (3, 3));
        swarm.tasks[0].status.state = "new".into();
        swarm.tasks[1].desired_state = "shutdown".into();
        assert_eq!(numbers(&stand(&swarm)), (1, 3));
    }

    #[test]
    fn in_a_start_first_update_the_slot_waits_for_the_new_task() {
        let mut swarm = swarm(1);
        let mut new = swarm.tasks[0].clone();
        new.status.state = "starting".into();
        swarm.tasks.push(new);
        let stand = stand(&swarm);
        assert_eq!(numbers(&stand), (0, 1));
        assert_eq!(stand.tasks.len(), 1);
    }

    #[test]
    fn a_task_on_a_node_that_is_down_does_not_count() {
        let mut swarm = swarm(2);
        swarm.nodes[0].ready = false;
        assert_eq!(numbers(&stand(&swarm)), (0, 2));
    }

    #[test]
    fn a_task_that_stops_is_leaving_unless_its_node_is_down() {
        let mut swarm = swarm(2);
        assert_eq!(stand(&swarm).leaving, 0);
        swarm.tasks[1].desired_state = "shutdown".into();
        assert_eq!(stand(&swarm).leaving, 1);
        swarm.nodes[0].ready = false;
        assert_eq!(stand(&swarm).leaving, 0);
    }

    #[test]
    fn no_replicas_are_done_at_once() {
        let stand = stand(&swarm(0));
        assert!(stand.is_done() && stand.needs_no_monitor());
    }

    #[test]
    fn a_job_is_done_when_its_tasks_of_this_run_are_complete() {
        let job = json!({ "ReplicatedJob": { "MaxConcurrent": 1, "TotalCompletions": 2 } });
        let mut swarm = with_spec(swarm(2), "Mode", job);
        assert_eq!(numbers(&stand(&swarm)), (0, 2));
        swarm.tasks[0].status.state = "complete".into();
        let stand = stand(&swarm);
        assert_eq!(numbers(&stand), (1, 2));
        assert_eq!(stand.rows()[0].to_string(), "job progress: 1 out of 2 complete");
    }

    #[test]
    fn a_failed_task_that_nobody_starts_again_ends_the_wait() {
        let never = json!({ "Networks": [], "RestartPolicy": { "Condition": "none" } });
        let mut swarm = with_spec(swarm(2), "TaskTemplate", never);
        swarm.tasks[0].status.state = "failed".into();
        swarm.tasks[0].status.err = "task: non-zero exit (7)".into();
        assert_eq!(stand(&swarm).ended(), None, "the engine has not given it up yet");
        swarm.tasks[0].desired_state = "shutdown".into();
        assert_eq!(stand(&swarm).ended(), Some((1, "task: non-zero exit (7)".to_owned())));
        swarm.tasks[0].status.state = "complete".into();
        let stand = stand(&swarm);
        assert!(stand.is_done() && stand.ended().is_none());
    }

    #[test]
    fn rows_are_dockers() {
        let mut swarm = swarm(3);
        swarm.tasks[1].status.state = "preparing".into();
        swarm.tasks[2].status.state = "rejected".into();
        swarm.tasks[2].status.err = "No such image:\nnope".into();
        let rows: Vec<String> = stand(&swarm).rows().iter().map(ToString::to_string).collect();
        assert_eq!(
            rows,
            [
                "overall progress: 1 out of 3 tasks",
                "1/3: running  ",
                "2/3: preparing",
                "3/3: No such image: nope"
            ]
        );
        assert_eq!(stand(&self::swarm(21)).rows().len(), 1);
    }

    #[test]
    fn a_long_error_is_cut() {
        assert_eq!(cut(&"x".repeat(200)).chars().count(), ERROR);
        assert_eq!(cut("a\nb"), "a b");
    }
}
