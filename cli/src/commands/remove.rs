//! `docker smsvc rm`.
//!
//! The engine answers before the tasks have stopped. A network that is removed in that time makes the engine forget the
//! addresses that they hold on their other networks, and on ingress (swarmkit #3230). So the command ends only with the
//! tasks. It must not fail for want of that: the services are removed.

use std::collections::BTreeSet;
use std::time::Duration;

use smsvc_core::budget::Stage;
use tokio::time::{Instant, sleep};

use super::sync::follow;
use super::unless;
use crate::engine::{Engine, EngineError};
use crate::error::{Error, UpdateError};
use crate::execute::execute;
use crate::flags::ServicesRequest;
use crate::lint::Subject;
use crate::observe::service_named;
use crate::plan::Step;
use crate::plugin::Cancellation;
use crate::publish::{COMPILED, group_of};
use crate::report::Report;
use crate::service::RawService;

/// How often the engine is asked.
const INTERVAL: Duration = Duration::from_millis(500);

/// How long a task has to stop before it is killed, unless the service says otherwise (swarmkit `api/defaults`).
const GRACE: Duration = Duration::from_secs(10);

/// How long beyond that the engine may take to notice.
const MARGIN: Duration = Duration::from_secs(20);

/// Removes one service after another, and waits for their tasks. What is wrong with one of them does not stop the others.
pub async fn remove(
    engine: &impl Engine,
    request: &ServicesRequest,
    cancellation: &Cancellation,
    report: Report,
) -> Result<(), Error> {
    let mut errors = Vec::new();
    let mut gone = Vec::new();
    let mut groups = BTreeSet::new();
    for name in &request.words {
        let outcome = if request.run.instead.is_some() {
            unless(cancellation, service_named(engine, name)).await.map(|service| {
                let step = Step::RemoveService { name: service.name().to_owned() };
                report.dry_run(std::slice::from_ref(&step));
            })
        } else {
            let removed = async {
                // One that is not there is for the engine to report.
                let known = engine.service(name).await?;
                execute(engine, &Step::RemoveService { name: name.clone() }, None).await?;
                Ok::<_, Error>(known)
            };
            unless(cancellation, removed).await.map(|known| {
                report.result(name);
                groups.extend(known.as_ref().and_then(labelled_group));
                gone.extend(known.filter(|_| !request.run.detach));
            })
        };
        match outcome {
            Ok(()) => {}
            Err(error @ Error::Interrupted) => return Err(error),
            Err(error) => errors.push(error.message()),
        }
    }
    for group in &groups {
        follow(engine, group, None, report).await;
    }
    tokio::select! {
        left = tasks_left(engine, &gone) => match left {
            Ok(0) => {}
            Ok(left) => report.note(&format!(
                "warning: {left} of their tasks have not ended; remove none of their networks before they have"
            )),
            Err(error) => errors.push(Error::from(error).message()),
        },
        () = cancellation.requested() => report.note("The tasks end in the background."),
    }
    if errors.is_empty() { Ok(()) } else { Err(UpdateError::Several(errors).into()) }
}

/// The group of a service that labels publish.
fn labelled_group(service: &RawService) -> Option<String> {
    let subject = Subject::of_service(service, &[]);
    subject.label(COMPILED)?;
    group_of(&subject).map(str::to_owned)
}

/// Waits until the tasks of removed services have ended; how many have not, when the time is over in which they should.
async fn tasks_left(engine: &impl Engine, services: &[RawService]) -> Result<usize, EngineError> {
    let Some(grace) = services.iter().map(grace).max() else { return Ok(0) };
    let begun = Instant::now();
    loop {
        // The engine narrows no list down to a service that is gone.
        let tasks = engine.tasks().await?;
        let of_them = |service: &str| services.iter().any(|gone| gone.id() == service);
        let left = tasks
            .iter()
            .filter(|task| of_them(&task.service) && Stage::of(&task.status.state) == Stage::Holding)
            .count();
        if left == 0 || begun.elapsed() >= grace + MARGIN {
            return Ok(left);
        }
        sleep(INTERVAL).await;
    }
}

fn grace(service: &RawService) -> Duration {
    let given = service.spec()["TaskTemplate"]["ContainerSpec"]["StopGracePeriod"].as_u64();
    given.map_or(GRACE, Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_task_may_take_as_long_to_stop_as_its_service_says() {
        let service = |container: serde_json::Value| {
            let spec = json!({ "TaskTemplate": { "ContainerSpec": container } });
            RawService::new(json!({ "ID": "s", "Spec": spec })).unwrap()
        };
        assert_eq!(grace(&service(json!({}))), Duration::from_secs(10));
        assert_eq!(grace(&service(json!({ "StopGracePeriod": 1_500_000_000 }))), Duration::from_millis(1500));
    }
}
