//! Waiting until a service runs as it was asked for.
//!
//! Watches, and never changes anything: a user who stops waiting leaves the service as it is. What a moment looks like is
//! [`Stand`], where an update has got to is [`Course`]; both are read from the engine's answers alone. Here is only the
//! order of looks, and when it is over.

mod course;
mod stand;

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use smsvc_core::budget::Ledger;
use thiserror::Error as ThisError;
use tokio::time::{Instant, sleep};

use course::Course;
use stand::Stand;

use crate::engine::Engine;
use crate::error::Error;
use crate::observe::Swarm;
use crate::plugin::Cancellation;
use crate::report::{Diagnosis, Progress, ProgressRow, Report};
use crate::service::RawService;
use crate::stuck::{Cause, Subject, examine, ways_out};

/// How often the engine is asked, as docker does.
const INTERVAL: Duration = Duration::from_millis(200);

/// How long tasks have to keep running before they count as stable, unless the service says otherwise
/// (swarmkit `api/defaults`).
const MONITOR: Duration = Duration::from_secs(5);

/// How long nothing may move before the swarm is searched for the reason, and how often after that.
const PATIENCE: Duration = Duration::from_secs(3);
const LONG_PATIENCE: Duration = Duration::from_secs(20);

/// How a wait goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Wait {
    /// Show no progress.
    pub quiet: bool,
    /// Give up after this time; `None` waits for ever, as docker does.
    pub timeout: Option<Duration>,
    /// The user asked to go back to the previous specification: to be there is success.
    pub back: bool,
}

/// How a wait can end badly.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
pub enum ConvergeError {
    /// The time is over.
    #[error("service {service} has not converged within {} s: {done} out of {wanted} tasks", .after.as_secs_f64())]
    TimedOut {
        /// The name of the service.
        service: String,
        /// The limit.
        after: Duration,
        /// Tasks that are as they should be.
        done: u64,
        /// Tasks that there should be.
        wanted: u64,
    },
    /// The engine went back to the specification before the update.
    #[error("service update rolled back: {message}")]
    RolledBack {
        /// The engine's own words.
        message: String,
    },
    /// The engine stopped half-way.
    #[error("service update paused: {message}")]
    Paused {
        /// The name of the service.
        service: String,
        /// The engine's own words.
        message: String,
    },
    /// The engine stopped half-way back.
    #[error("service rollback paused: {message}")]
    RollbackPaused {
        /// The name of the service.
        service: String,
        /// The engine's own words.
        message: String,
    },
    /// Tasks failed, and the restart policy starts no others.
    #[error("{failed} of {wanted} tasks failed and are not started again: {reason}")]
    Ended {
        /// The name of the service.
        service: String,
        /// Tasks that failed.
        failed: u64,
        /// Tasks that there should be.
        wanted: u64,
        /// What the engine says of one of them.
        reason: String,
    },
}

/// Waits until every task runs and has kept running for a while. Ends early, and well, when the user asks to stop.
pub(crate) async fn converge(
    engine: &impl Engine,
    id: &str,
    wait: Wait,
    cancellation: &Cancellation,
    report: Report,
) -> Result<(), Error> {
    let mut watch = Watch { engine, id, wait, progress: report.progress(wait.quiet), told: BTreeSet::new() };
    tokio::select! {
        outcome = watch.until_converged() => {
            watch.progress.end();
            return outcome;
        }
        () = cancellation.requested() => watch.progress.end(),
    }
    report.note(&format!(
        "Operation continuing in background.\nUse `docker service ps {id}` to check progress."
    ));
    Ok(())
}

struct Watch<'e, E> {
    engine: &'e E,
    id: &'e str,
    wait: Wait,
    progress: Progress,
    /// What keeps tasks from running and was said.
    told: BTreeSet<Cause>,
}

impl<E: Engine> Watch<'_, E> {
    async fn until_converged(&mut self) -> Result<(), Error> {
        let begun = Instant::now();
        let mut nodes = self.engine.nodes().await?;
        let mut stable_since: Option<Instant> = None;
        let mut moved = Instant::now();
        let mut search = PATIENCE;
        let mut last = None;
        let mut going_back = None;
        loop {
            let service = self.service().await?;
            let course = Course::of(&service);
            self.judge(&course, service.name())?;
            if let Course::RollingBack { message } = &course {
                going_back = Some(message.clone());
            }
            let tasks = self.engine.tasks_of(self.id).await?;
            let stand = Stand::of(&service, &tasks, &nodes, going_back.is_some());
            // With a failure action that goes on, an update is complete for the engine though no task of it has ever run.
            let over = course == Course::Completed || matches!(course, Course::RolledBack { .. });
            if over && (stand.is_done() || self.wait.timeout.is_none()) {
                self.converged(&stand);
                return Ok(());
            }
            if last.as_ref() != Some(&stand) {
                (moved, search) = (Instant::now(), PATIENCE);
            }
            if stand.is_done() {
                let monitor = if stand.needs_no_monitor() { Duration::ZERO } else { monitor(&service) };
                let stable = stable_since.get_or_insert_with(Instant::now).elapsed();
                // The engine has the last word on an update that is under way: it may still roll it back.
                if stable >= monitor && !course.is_under_way() {
                    self.converged(&stand);
                    return Ok(());
                }
                self.show(&stand, Some(verify(monitor.saturating_sub(stable))));
            } else {
                let failed = stable_since.take().is_some();
                self.show(&stand, failed.then(|| ProgressRow::plain("verify", "Detected task failure")));
                if let Some((failed, reason)) = stand.ended() {
                    let (service, wanted) = (service.name().to_owned(), stand.wanted);
                    return Err(ConvergeError::Ended { service, failed, wanted, reason }.into());
                }
                // Whose place it takes is still stopping: what a new task waits for then comes by itself.
                if moved.elapsed() >= search && stand.leaving == 0 {
                    search += LONG_PATIENCE;
                    self.tell_reasons().await?;
                    nodes = self.engine.nodes().await?;
                }
            }
            if let Some(after) = self.wait.timeout.filter(|limit| begun.elapsed() >= *limit) {
                self.tell_reasons().await?;
                let (service, done, wanted) = (service.name().to_owned(), stand.done, stand.wanted);
                return Err(ConvergeError::TimedOut { service, after, done, wanted }.into());
            }
            last = Some(stand);
            sleep(INTERVAL).await;
        }
    }

    async fn service(&self) -> Result<RawService, Error> {
        let gone = || Error::ServiceGone { id: self.id.to_owned() };
        self.engine.service(self.id).await?.ok_or_else(gone)
    }

    /// Whether the engine has given the update up.
    fn judge(&self, course: &Course, service: &str) -> Result<(), ConvergeError> {
        let service = service.to_owned();
        match course.clone() {
            Course::Paused { message } => Err(ConvergeError::Paused { service, message }),
            Course::RollbackPaused { message } => Err(ConvergeError::RollbackPaused { service, message }),
            Course::RolledBack { message } if !self.wait.back => Err(ConvergeError::RolledBack { message }),
            Course::Settled
            | Course::Updating
            | Course::Completed
            | Course::RollingBack { .. }
            | Course::RolledBack { .. } => Ok(()),
        }
    }

    fn converged(&mut self, stand: &Stand) {
        let words =
            if stand.job { "job complete".to_owned() } else { format!("Service {} converged", self.id) };
        self.show(stand, Some(ProgressRow::plain("verify", &words)));
    }

    fn show(&mut self, stand: &Stand, verify: Option<ProgressRow>) {
        self.progress.rows(stand.rows().into_iter().chain(verify).collect());
    }

    /// Searches the swarm for what keeps the tasks from running, and says what was not said before.
    async fn tell_reasons(&mut self) -> Result<(), Error> {
        let swarm = Swarm::observe(self.engine).await?;
        let facts = swarm.facts();
        let ledger = Ledger::open(&facts);
        let Some(service) = swarm.services.iter().find(|service| service.id() == self.id) else {
            return Ok(());
        };
        let subject = Subject::Service(service.name().to_owned());
        for finding in examine(&swarm, &ledger).into_iter().filter(|finding| finding.subject == subject) {
            if self.told.insert(finding.cause.clone()) {
                let ways_out = ways_out(&finding, &swarm, &facts, &ledger);
                let diagnosis = Diagnosis::new(&finding, ways_out, &ledger);
                self.progress.note(&diagnosis.text(Timestamp::now()));
            }
        }
        Ok(())
    }
}

fn verify(left: Duration) -> ProgressRow {
    let seconds = left.as_secs() + 1;
    ProgressRow::plain("verify", &format!("Waiting {seconds} seconds to verify that tasks are stable..."))
}

fn monitor(service: &RawService) -> Duration {
    service.spec()["UpdateConfig"]["Monitor"]
        .as_u64()
        .filter(|nanoseconds| *nanoseconds > 0)
        .map_or(MONITOR, Duration::from_nanos)
}
