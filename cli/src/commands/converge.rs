//! Waiting until a new service runs as it was asked for.
//!
//! Watches, and never changes anything: a user who stops waiting leaves the service as it is.

use std::collections::BTreeSet;
use std::time::Duration;

use smsvc_core::budget::{Kind, NodeFact};
use tokio::time::{Instant, sleep};

use crate::engine::{Engine, Task};
use crate::error::Error;
use crate::observe;
use crate::plugin::Cancellation;
use crate::report::{Progress, Report};
use crate::service::RawService;

/// How often the engine is asked, as docker does.
const INTERVAL: Duration = Duration::from_millis(200);

/// How long tasks have to keep running before they count as stable, unless the service says otherwise
/// (swarmkit `api/defaults`).
const MONITOR: Duration = Duration::from_secs(5);

/// How long a task may be without an address before the user is told.
const PATIENCE: Duration = Duration::from_secs(3);

/// Where a service is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stand {
    /// Tasks that are as they should be: running, or complete for a job.
    done: u64,
    /// Tasks that there should be.
    wanted: u64,
    /// Tasks that have no address yet.
    addressless: u64,
    /// Whether they are meant to end.
    job: bool,
}

/// Waits until every task runs and has kept running for a while. Ends early, and well, when the user asks to stop.
pub(super) async fn converge(
    engine: &impl Engine,
    id: &str,
    quiet: bool,
    cancellation: &Cancellation,
    report: Report,
) -> Result<(), Error> {
    let mut progress = report.progress(quiet);
    tokio::select! {
        outcome = watch(engine, id, &mut progress) => return outcome,
        () = cancellation.requested() => {}
    }
    progress.end();
    report.note(&format!(
        "Operation continuing in background.\nUse `docker service ps {id}` to check progress."
    ));
    Ok(())
}

async fn watch(engine: &impl Engine, id: &str, progress: &mut Progress) -> Result<(), Error> {
    let nodes = engine.nodes().await?;
    let mut said = BTreeSet::new();
    let mut stable_since: Option<Instant> = None;
    let mut addressless_since: Option<Instant> = None;
    loop {
        let Some(service) = engine.service(id).await? else {
            return Err(Error::ServiceGone { id: id.to_owned() });
        };
        let tasks = engine.tasks_of(id).await?;
        let stand = stand(&service, &tasks, &nodes);
        for problem in problems(&tasks) {
            if said.insert(problem.clone()) {
                progress.note(&problem);
            }
        }
        addressless_since = (stand.addressless > 0).then(|| addressless_since.unwrap_or_else(Instant::now));
        if addressless_since.is_some_and(|since| since.elapsed() >= PATIENCE) {
            let problem = format!(
                "{} of the tasks wait for an address; `docker smsvc budget` shows where none is left",
                stand.addressless
            );
            if said.insert(problem.clone()) {
                progress.note(&problem);
            }
        }
        if stand.done < stand.wanted {
            stable_since = None;
            progress.show(&format!("overall progress: {} out of {} tasks", stand.done, stand.wanted));
        } else {
            let since = *stable_since.get_or_insert_with(Instant::now);
            let monitor = if stand.job || stand.wanted == 0 { Duration::ZERO } else { monitor(&service) };
            if since.elapsed() >= monitor {
                progress.show(&format!("verify: Service {id} converged"));
                progress.end();
                return Ok(());
            }
            verify(progress, monitor.saturating_sub(since.elapsed()));
        }
        sleep(INTERVAL).await;
    }
}

fn verify(progress: &mut Progress, left: Duration) {
    let seconds = left.as_secs() + 1;
    progress.show(&format!("verify: Waiting {seconds} seconds to verify that tasks are stable..."));
}

fn stand(service: &RawService, tasks: &[Task], nodes: &[NodeFact]) -> Stand {
    let shape = observe::shape(service.spec());
    let eligible = nodes.iter().filter(|node| shape.placement.allows(node)).count() as u64;
    let wanted = match shape.kind {
        Kind::ReplicatedJob { completions, .. } => completions,
        kind => kind.tasks(eligible),
    };
    let count = |is: &dyn Fn(&Task) -> bool| tasks.iter().filter(|task| is(task)).count() as u64;
    let done = if shape.kind.is_job() {
        count(&|task| task.status.state == "complete")
    } else {
        count(&Task::serves)
    };
    Stand { done, wanted, addressless: count(&|task| task.status.state == "new"), job: shape.kind.is_job() }
}

fn monitor(service: &RawService) -> Duration {
    service.spec()["UpdateConfig"]["Monitor"]
        .as_u64()
        .filter(|nanoseconds| *nanoseconds > 0)
        .map_or(MONITOR, Duration::from_nanos)
}

/// What the engine says of tasks that it gave up or cannot place, each once.
fn problems(tasks: &[Task]) -> impl Iterator<Item = String> {
    tasks.iter().filter(|task| !task.status.err.is_empty()).filter_map(|task| {
        let what = match task.status.state.as_str() {
            "failed" => "a task failed",
            "rejected" => "a task was rejected",
            "pending" => "a task waits for a node",
            _ => return None,
        };
        Some(format!("{what}: {}", task.status.err))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Swarm;

    fn stand_of(swarm: &Swarm) -> Stand {
        stand(&swarm.services[0], &swarm.tasks, &swarm.nodes)
    }

    #[test]
    fn a_task_counts_when_it_runs_and_is_to_go_on() {
        let mut swarm =
            Swarm::sample().with_network("front", "10.1.0.0/24").with_service("s", "vip", 3, "front", &[]);
        assert_eq!(stand_of(&swarm), Stand { done: 3, wanted: 3, addressless: 0, job: false });
        swarm.tasks[0].status.state = "new".into();
        swarm.tasks[1].desired_state = "shutdown".into();
        assert_eq!(stand_of(&swarm), Stand { done: 1, wanted: 3, addressless: 1, job: false });
    }

    #[test]
    fn a_job_is_done_when_its_tasks_are_complete() {
        let mut swarm =
            Swarm::sample().with_network("front", "10.1.0.0/24").with_service("s", "vip", 2, "front", &[]);
        let mut json = swarm.services[0].json().clone();
        json["Spec"]["Mode"] =
            serde_json::json!({ "ReplicatedJob": { "MaxConcurrent": 1, "TotalCompletions": 2 } });
        swarm.services[0] = RawService::new(json).unwrap();
        assert_eq!(stand_of(&swarm), Stand { done: 0, wanted: 2, addressless: 0, job: true });
        swarm.tasks[0].status.state = "complete".into();
        assert_eq!(stand_of(&swarm), Stand { done: 1, wanted: 2, addressless: 0, job: true });
    }

    #[test]
    fn what_the_engine_says_of_a_failed_task_is_told() {
        let mut swarm =
            Swarm::sample().with_network("front", "10.1.0.0/24").with_service("s", "vip", 1, "front", &[]);
        swarm.tasks[0].status.state = "rejected".into();
        swarm.tasks[0].status.err = "No such image: nope:1".into();
        assert_eq!(
            problems(&swarm.tasks).collect::<Vec<_>>(),
            ["a task was rejected: No such image: nope:1"]
        );
    }
}
