//! Walks the way of a redefinition: looks, asks the plan what is next, notes it in the journal, does it.
//!
//! What fails is looked at again, for as long as it may heal by itself: an engine that restarts, a leader that is
//! elected, a node that has not let go of a network yet. Nothing is done that the plan does not say after that look.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::NetworkError;
use crate::args::RoadArgs;
use crate::dump::ServiceRecord;
use crate::engine::{Engine, EngineError, Surroundings, registry};
use crate::error::Error;
use crate::execute::{Credentials, StepError, execute_redefinition};
use crate::journal::{Entry, Folder, Journal};
use crate::observe::NamedSwarm;
use crate::plan::redefine::{Goal, Next, State, Step, Wait, next, outline};
use crate::plugin::Cancellation;
use crate::report::{Report, Road};
use crate::service::ImageReference;
use crate::words::redefinition_step;

/// How often the swarm is looked at: soon after something has happened, less often the longer nothing does.
const SOON: Duration = Duration::from_millis(20);
const LATER: Duration = Duration::from_millis(500);

/// How long an engine may be away.
const AWAY: Duration = Duration::from_secs(90);

/// How long an engine may refuse a step that it should take: a node may hold the old network for a while.
const UNWILLING: Duration = Duration::from_secs(30);

/// How long tasks may take to stop beyond what their services allow them, and networks to get their addresses.
const SETTLING: Duration = Duration::from_mins(2);

/// A redefinition on its way.
pub(super) struct Drive<'a, E> {
    pub(super) engine: &'a E,
    pub(super) goal: &'a Goal,
    pub(super) credentials: &'a Credentials,
    pub(super) road: &'a RoadArgs,
    pub(super) cancellation: &'a Cancellation,
    pub(super) report: Report,
}

/// Something that has not happened yet, and since when it has not.
#[derive(Debug)]
struct Patience<T> {
    what: Option<T>,
    since: Instant,
}

impl<T: PartialEq> Patience<T> {
    fn new() -> Self {
        Self { what: None, since: Instant::now() }
    }

    /// How long it has been this that did not happen.
    fn with(&mut self, what: T) -> Duration {
        if self.what.as_ref() != Some(&what) {
            *self = Self { what: Some(what), since: Instant::now() };
        }
        self.since.elapsed()
    }

    /// When to look again: after a part of the time that it has lasted.
    fn pause(&self) -> Duration {
        (self.since.elapsed() / 4).clamp(SOON, LATER)
    }

    fn reward(&mut self) {
        self.what = None;
    }
}

impl<E: Engine> Drive<'_, E> {
    /// Goes all the way.
    pub(super) async fn walk(&self, mut journal: Journal) -> Result<(), Error> {
        let mut road = self.report.road(self.road.format);
        road.journal(journal.path());
        let (mut waits, mut failures) = (Patience::new(), Patience::new());
        loop {
            let outcome = tokio::select! {
                biased;
                () = self.cancellation.requested() => {
                    return Err(NetworkError::Interrupted { journal: journal.path().to_owned() }.into());
                }
                outcome = self.look() => outcome,
            };
            let (swarm, state) = match outcome {
                Ok(seen) => seen,
                Err(error) => {
                    self.bear("look at the swarm", error.into(), &mut failures, &mut road, &journal).await?;
                    continue;
                }
            };
            let stopped = |stop| NetworkError::Stopped { stop, journal: journal.path().to_owned() };
            match next(self.goal, &state).map_err(stopped)? {
                Next::Done => {
                    let failed = |error| NetworkError::Journal { error, begun: true };
                    journal.note(&Entry::Finished).map_err(failed)?;
                    road.done(self.goal);
                    return Ok(());
                }
                Next::Wait(wait) => {
                    road.wait(&wait);
                    self.wait(wait, &mut waits, &journal)?;
                    sleep(waits.pause()).await;
                }
                Next::Do(step) => {
                    // A step is not cut off: what it did would have to be guessed. It is short.
                    match self.take(&step, &swarm, &mut journal).await? {
                        Ok(warnings) => {
                            failures.reward();
                            waits.reward();
                            for warning in &warnings {
                                self.report.warning(warning);
                            }
                            let (left, all) = self.phase(&step, &state);
                            road.step(&step, left, all);
                        }
                        Err(error) => {
                            let words = redefinition_step(&step);
                            self.bear(&words, error, &mut failures, &mut road, &journal).await?;
                        }
                    }
                }
            }
        }
    }

    async fn look(&self) -> Result<(NamedSwarm, State), EngineError> {
        let swarm = NamedSwarm::observe(self.engine).await?;
        let state = swarm.state(&self.goal.services);
        Ok((swarm, state))
    }

    /// Notes the step, takes it, and notes that it was taken.
    async fn take(
        &self,
        step: &Step,
        swarm: &NamedSwarm,
        journal: &mut Journal,
    ) -> Result<Result<Vec<String>, StepError>, NetworkError> {
        let failed = |error| NetworkError::Journal { error, begun: true };
        let words = redefinition_step(step);
        journal.note(&Entry::Begin(words.clone())).map_err(failed)?;
        let outcome = execute_redefinition(self.engine, step, &swarm.names, self.credentials).await;
        if outcome.is_ok() {
            journal.note(&Entry::End(words)).map_err(failed)?;
        }
        Ok(outcome)
    }

    /// Waits a moment after a failure, unless it has lasted too long.
    async fn bear(
        &self,
        step: &str,
        error: StepError,
        failures: &mut Patience<String>,
        road: &mut Road,
        journal: &Journal,
    ) -> Result<(), NetworkError> {
        let limit = match &error {
            StepError::Engine(EngineError::Unreachable { .. } | EngineError::NotAManager) => AWAY,
            StepError::Engine(EngineError::Refused { status, .. }) if *status >= 500 => AWAY,
            StepError::Engine(_) => UNWILLING,
            StepError::Missing(_) => Duration::ZERO,
        };
        // An engine that is on its way up says several things.
        if failures.with(step.to_owned()) >= limit {
            return Err(NetworkError::StepFailed {
                step: step.to_owned(),
                error,
                journal: journal.path().to_owned(),
            });
        }
        if let StepError::Engine(error) = &error {
            road.trouble(&Error::Engine(error.clone()).message());
        }
        sleep(failures.pause()).await;
        Ok(())
    }

    /// Goes on waiting, unless it has lasted too long.
    fn wait(&self, wait: Wait, waits: &mut Patience<Wait>, journal: &Journal) -> Result<(), NetworkError> {
        let limit = match &wait {
            Wait::Tasks { .. } => self.road.timeout,
            Wait::Release { .. } => self.road.timeout.max(SETTLING),
            Wait::Allocation { .. } => SETTLING,
        };
        if waits.with(wait.clone()) < limit {
            return Ok(());
        }
        Err(NetworkError::Stalled { wait, journal: journal.path().to_owned() })
    }

    /// How many steps of this kind are still to come after this one, and how many there are in all.
    fn phase(&self, step: &Step, state: &State) -> (usize, usize) {
        let kind = std::mem::discriminant(step);
        let is_kind = |next: &&Next| matches!(next, Next::Do(other) if std::mem::discriminant(other) == kind);
        let ahead = outline(self.goal, state).unwrap_or_default();
        let ahead = ahead.iter().filter(is_kind).count();
        let all = match step {
            Step::RemoveService { .. } | Step::CreateService { .. } => {
                self.goal.services.iter().filter(|record| self.goal.keeps(record)).count()
            }
            Step::MoveService { .. } => self.goal.services.len() * 4,
            Step::RemoveNetwork { .. } | Step::CreateNetwork { .. } => ahead,
        };
        (ahead.saturating_sub(1), all.max(ahead))
    }
}

/// The headers with registry credentials, where they are asked for, by image.
pub(super) fn credentials<'r>(
    services: impl IntoIterator<Item = &'r ServiceRecord>,
    wanted: bool,
    around: &Surroundings,
) -> Result<Credentials, Error> {
    let mut credentials = Credentials::new();
    if !wanted {
        return Ok(credentials);
    }
    let image = |record: &ServiceRecord| {
        Some(record.spec.pointer("/TaskTemplate/ContainerSpec/Image")?.as_str()?.to_owned())
    };
    for image in services.into_iter().filter_map(image) {
        let header = registry::auth_header(ImageReference::new(&image).domain(), around)?;
        credentials.insert(image, header);
    }
    Ok(credentials)
}

/// The folder of the journals.
pub(super) fn folder(road: &RoadArgs, around: &Surroundings) -> Result<Folder, NetworkError> {
    match &road.journal {
        Some(path) => Ok(Folder::at(path)),
        None => Folder::of_user(&around.variables).ok_or(NetworkError::NoHome),
    }
}

/// Waits until a new network has its addresses.
pub(super) async fn settled_network(engine: &impl Engine, id: &str) -> Result<(), EngineError> {
    let begun = Instant::now();
    loop {
        let network = engine.network_inspected(id).await?;
        let config = network.as_ref().and_then(|network| network.pointer("/IPAM/Config")?.as_array());
        if config.is_some_and(|config| !config.is_empty()) || begun.elapsed() >= SETTLING {
            return Ok(());
        }
        sleep(SOON).await;
    }
}
