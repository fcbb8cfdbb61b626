//! Follows the swarm: hears what the engine tells, looks at what may have changed, and puts the document on the board.
//!
//! A list of a big swarm takes its time. Meanwhile the engine is asked for the single things that it tells of, and these are
//! what the list does not take over: it may have been made before them. So no answer is older than what is known already. Whenever the stream of
//! events ends, something may have been missed: the engine is connected to anew, and everything is looked at.

use std::convert::Infallible;
use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::board::Board;
use super::catalogue::{Catalogue, KeptTasks, Meanwhile};
use super::metrics::Metrics;
use super::rounds::{Look, Rounds};
use crate::engine::{Engine, EngineError, Events, Network, Task};
use crate::service::RawService;

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
        let began = Instant::now();
        let lists = all(&*engine).await?;
        self.take(&Look::Whole, lists, &Meanwhile::default(), began);
        self.board.connected(Arc::clone(&engine));
        Ok((engine, events))
    }

    async fn go_on(&mut self, engine: &E, mut events: Events, steady: Duration) -> End {
        let mut rounds = Rounds::new(Instant::now(), steady);
        let mut listing: Option<Listing<'_>> = None;
        loop {
            let due = rounds.due(listing.is_some()).unwrap_or_else(|| Instant::now() + CALL);
            tokio::select! {
                event = events.next() => match event {
                    Some(event) => rounds.heard(event, Instant::now()),
                    None => return End::Gap,
                },
                lists = arrived(&mut listing) => {
                    let Some(Listing { look, began, meanwhile, .. }) = listing.take() else { continue };
                    match lists {
                        Ok(lists) => {
                            let changed = self.take(&look, lists, &meanwhile, began);
                            rounds.looked(&look, &changed, began, Instant::now());
                        }
                        Err(end) => return end,
                    }
                }
                () = sleep_until(due) => {}
            }
            while let Some(event) = events.waiting() {
                rounds.heard(event, Instant::now());
            }
            let began = Instant::now();
            match rounds.next(began, listing.is_some()) {
                None => {}
                Some(Look::Some { networks, services }) => {
                    let changed = match self.single(engine, networks, &services, &mut listing).await {
                        Ok(changed) => changed,
                        Err(end) => return end,
                    };
                    let look = Look::Some { networks, services };
                    self.metrics.looked(&look);
                    rounds.looked(&look, &changed, began, Instant::now());
                }
                Some(look) => listing = Some(Listing::begin(engine, look)),
            }
        }
    }

    /// Takes lists over, and publishes what has changed; the services of which tasks have changed.
    fn take(&mut self, look: &Look, lists: Lists, meanwhile: &Meanwhile, began: Instant) -> Vec<String> {
        let changed = match lists {
            Lists::Whole { networks, services, tasks } => {
                self.catalogue.whole(networks, &services, tasks, meanwhile);
                Vec::new()
            }
            Lists::Tasks(tasks) => self.catalogue.tasks(tasks, meanwhile),
        };
        self.metrics.looked(look);
        self.board.publish(self.catalogue.publish());
        self.board.seen(began);
        changed
    }

    /// Looks at single things, and publishes what has changed; the services of which tasks have changed.
    async fn single(
        &mut self,
        engine: &E,
        networks: bool,
        services: &[(String, bool)],
        listing: &mut Option<Listing<'_>>,
    ) -> Result<Vec<String>, End> {
        let mut changed = Vec::new();
        let mut relist = networks;
        for (id, spec) in services {
            let service = async { if *spec { engine.service(id).await.map(Some) } else { Ok(None) } };
            let both = async { tokio::try_join!(service, engine.kept_tasks(Some(id))) };
            let (service, tasks) = within(both).await?;
            if let Some(listing) = listing {
                listing.meanwhile.services.insert(id.clone());
            }
            if let Some(service) = service {
                self.catalogue.service(id, service.as_ref());
                relist |= self.catalogue.misses_a_network_of(id);
            }
            if self.catalogue.tasks_of(id, &tasks) {
                changed.push(id.clone());
            }
        }
        if relist {
            self.catalogue.networks(within(engine.networks()).await?);
            if let Some(listing) = listing {
                listing.meanwhile.networks = true;
            }
        }
        self.board.publish(self.catalogue.publish());
        Ok(changed)
    }
}

/// Lists that are on their way, while single things are looked at.
struct Listing<'e> {
    look: Look,
    began: Instant,
    meanwhile: Meanwhile,
    lists: Pin<Box<dyn Future<Output = Result<Lists, End>> + 'e>>,
}

/// Lists that have arrived.
enum Lists {
    Whole { networks: Vec<Network>, services: Vec<RawService>, tasks: KeptTasks },
    Tasks(KeptTasks),
}

impl<'e> Listing<'e> {
    /// Asks for what a look wants.
    fn begin<E: Engine>(engine: &'e E, look: Look) -> Self {
        let whole = look == Look::Whole;
        let lists = Box::pin(async move { if whole { all(engine).await } else { all_tasks(engine).await } });
        Self { look, began: Instant::now(), meanwhile: Meanwhile::default(), lists }
    }
}

/// The lists, once they are there; never where none are on their way.
async fn arrived(listing: &mut Option<Listing<'_>>) -> Result<Lists, End> {
    match listing {
        Some(listing) => (&mut listing.lists).await,
        None => pending().await,
    }
}

async fn all(engine: &impl Engine) -> Result<Lists, End> {
    let lists = async { tokio::try_join!(engine.networks(), engine.services(), engine.kept_tasks(None)) };
    let (networks, services, tasks) = within(lists).await?;
    Ok(Lists::Whole { networks, services, tasks: sorted(tasks).await? })
}

async fn all_tasks(engine: &impl Engine) -> Result<Lists, End> {
    Ok(Lists::Tasks(sorted(within(engine.kept_tasks(None)).await?).await?))
}

/// Many tasks take a while to sort, in which an event may come.
async fn sorted(tasks: Vec<Task>) -> Result<KeptTasks, End> {
    spawn_blocking(move || KeptTasks::of(&tasks)).await.map_err(|error| End::Failed(error.to_string()))
}

/// An answer, unless it fails or does not come.
async fn within<T>(call: impl Future<Output = Result<T, EngineError>>) -> Result<T, End> {
    match timeout(CALL, call).await {
        Ok(answer) => answer.map_err(|error| End::Failed(error.to_string())),
        Err(_elapsed) => Err(End::Failed(format!("the engine did not answer within {} s", CALL.as_secs()))),
    }
}
