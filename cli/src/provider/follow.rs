//! Follows the swarm: hears what the engine tells, looks at what may have changed, and puts the document on the board.
//!
//! Of one object nothing is asked before the last answer is there, so that no answer is older than what is known already. Whenever the stream of
//! events ends, something may have been missed: the engine is connected to anew, and everything is looked at.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::board::Board;
use super::catalogue::Catalogue;
use super::metrics::Metrics;
use super::rounds::{Look, Rounds};
use crate::engine::{Engine, EngineError, Events};

/// How long one call may take. A list of a big swarm takes seconds.
const CALL: Duration = Duration::from_secs(20);

/// Between two attempts to reach an engine.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// A connection that lasts so long is a good one.
const LASTING: Duration = Duration::from_secs(10);

/// Follows for ever.
pub(super) async fn follow<E: Engine, F>(
    dial: impl Fn() -> F,
    mut catalogue: Catalogue,
    steady: Duration,
    board: &Board<E>,
    metrics: &Metrics,
) -> Infallible
where
    F: Future<Output = Result<E, EngineError>>,
{
    let mut pause = FIRST_PAUSE;
    loop {
        let began = Instant::now();
        let mut watch = Watch { catalogue: &mut catalogue, board, metrics };
        let end = match watch.begin(&dial).await {
            Ok((engine, events)) => watch.go_on(&engine, events, steady).await,
            Err(end) => end,
        };
        if began.elapsed() > LASTING {
            pause = FIRST_PAUSE;
        }
        if let End::Failed(reason) = end {
            metrics.failed();
            board.trouble(reason);
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Why a connection is given up.
enum End {
    /// The stream of events has ended, and something may have been missed.
    Gap,
    /// A call has failed.
    Failed(String),
}

/// One connection to an engine.
struct Watch<'w, E> {
    catalogue: &'w mut Catalogue,
    board: &'w Board<E>,
    metrics: &'w Metrics,
}

impl<E: Engine> Watch<'_, E> {
    /// Connects, and looks at everything. Events are asked for first, so that nothing falls between.
    async fn begin<F>(&mut self, dial: &impl Fn() -> F) -> Result<(Arc<E>, Events), End>
    where
        F: Future<Output = Result<E, EngineError>>,
    {
        let engine = Arc::new(within(dial()).await?);
        let events = within(engine.events()).await?;
        self.look(&engine, &Look::Whole).await?;
        self.board.connected(Arc::clone(&engine));
        Ok((engine, events))
    }

    async fn go_on(&mut self, engine: &E, mut events: Events, steady: Duration) -> End {
        let mut rounds = Rounds::new(Instant::now(), steady);
        loop {
            tokio::select! {
                event = events.next() => match event {
                    Some(event) => rounds.heard(event, Instant::now()),
                    None => return End::Gap,
                },
                () = sleep_until(rounds.due()) => {}
            }
            while let Some(event) = events.waiting() {
                rounds.heard(event, Instant::now());
            }
            let began = Instant::now();
            let Some(look) = rounds.next(began) else { continue };
            match self.look(engine, &look).await {
                Ok(changed) => rounds.looked(&look, &changed, began, Instant::now()),
                Err(end) => return end,
            }
        }
    }

    /// Looks, and publishes what has changed; the services of which tasks have changed.
    async fn look(&mut self, engine: &E, look: &Look) -> Result<Vec<String>, End> {
        let began = Instant::now();
        let mut changed = Vec::new();
        let mut other = true;
        match look {
            Look::Whole => {
                let lists =
                    async { tokio::try_join!(engine.networks(), engine.services(), engine.kept_tasks(None)) };
                let (networks, services, tasks) = within(lists).await?;
                self.catalogue.whole(networks, &services, &tasks);
            }
            Look::Tasks => {
                changed = self.catalogue.tasks(&within(engine.kept_tasks(None)).await?);
                other = !changed.is_empty();
            }
            Look::Some { networks, services } => {
                other = *networks;
                if *networks {
                    self.catalogue.networks(within(engine.networks()).await?);
                }
                for (id, spec) in services {
                    let service = async { if *spec { engine.service(id).await.map(Some) } else { Ok(None) } };
                    let both = async { tokio::try_join!(service, engine.kept_tasks(Some(id))) };
                    let (service, tasks) = within(both).await?;
                    if let Some(service) = service {
                        self.catalogue.service(id, service.as_ref());
                        if self.catalogue.misses_a_network_of(id) {
                            self.catalogue.networks(within(engine.networks()).await?);
                        }
                        other = true;
                    }
                    if self.catalogue.tasks_of(id, &tasks) {
                        changed.push(id.clone());
                        other = true;
                    }
                }
            }
        }
        self.metrics.looked(look);
        if other {
            self.board.publish(self.catalogue.publish());
        }
        if !matches!(look, Look::Some { .. }) {
            self.board.seen(began);
        }
        Ok(changed)
    }
}

/// An answer, unless it fails or does not come.
async fn within<T>(call: impl Future<Output = Result<T, EngineError>>) -> Result<T, End> {
    match timeout(CALL, call).await {
        Ok(answer) => answer.map_err(|error| End::Failed(error.to_string())),
        Err(_elapsed) => Err(End::Failed(format!("the engine did not answer within {} s", CALL.as_secs()))),
    }
}
