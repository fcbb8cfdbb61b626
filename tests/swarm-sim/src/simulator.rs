//! A swarm behind a clock, shared between the threads that serve it and the test that watches it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

use crate::api::{self, Answer, Request};
use crate::fault::{Fate, Fault, Faults};
use crate::id::NodeId;
use crate::moment::Moment;
use crate::profile::Profile;
use crate::swarm::Swarm;

/// How simulated time passes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Speed {
    /// So many times as fast as real time.
    Times(f64),
    /// Only when the test says so ([`Simulator::advance`]).
    Manual,
}

/// A swarm that lives. Cheap to clone; all clones are the same swarm.
#[derive(Debug, Clone)]
pub struct Simulator {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    swarm: Mutex<Swarm>,
    faults: Mutex<Faults>,
    speed: Speed,
    started: Instant,
    /// Rung whenever something happened, or is to happen at another time than before.
    bell: watch::Sender<()>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A test that panicked while it held the lock has failed already.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Simulator {
    /// A swarm of so many managers and workers.
    pub fn new(profile: Profile, managers: usize, workers: usize, speed: Speed) -> Self {
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::of(Swarm::new(profile, managers, workers, epoch), speed)
    }

    /// A swarm that is there already.
    pub fn of(swarm: Swarm, speed: Speed) -> Self {
        let inner = Inner {
            swarm: Mutex::new(swarm),
            faults: Mutex::default(),
            speed,
            started: Instant::now(),
            bell: watch::Sender::new(()),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Looks at the swarm, or changes it, as it is now.
    pub fn with<T>(&self, act: impl FnOnce(&mut Swarm) -> T) -> T {
        let mut swarm = locked(&self.inner.swarm);
        let look = |swarm: &Swarm| (swarm.events().end(), swarm.next_event());
        let before = look(&swarm);
        self.catch_up(&mut swarm);
        let result = act(&mut swarm);
        let after = look(&swarm);
        drop(swarm);
        if before != after {
            self.inner.bell.send_replace(());
        }
        result
    }

    /// Lets simulated time pass.
    pub fn advance(&self, by: Duration) {
        self.with(|swarm| swarm.advance(by));
    }

    /// Lets simulated time pass until nothing happens by itself any more, at most `limit`. True where nothing does.
    pub fn settle(&self, limit: Duration) -> bool {
        self.with(|swarm| swarm.settle(limit))
    }

    /// Sets a fault, or takes it back, and counts mutating calls from now on.
    pub fn set_fault(&self, fault: Option<Fault>) {
        locked(&self.inner.faults).set(fault);
        self.inner.bell.send_replace(());
    }

    /// How many mutating calls there were since the fault was set, or since the beginning.
    pub fn mutating_calls(&self) -> u64 {
        locked(&self.inner.faults).calls()
    }

    /// Answers a request as the engine of its node does, in this thread and whatever fault is set.
    pub fn ask(&self, request: Request<'_>) -> Answer {
        self.with(|swarm| api::answer(swarm, request))
    }

    /// The id of the node of this name (`node1` …).
    pub fn node(&self, name: &str) -> Option<NodeId> {
        self.with(|swarm| swarm.node(name).map(|node| node.id.clone()))
    }

    pub(crate) fn fate(&self, mutating: bool) -> Fate {
        locked(&self.inner.faults).next(mutating)
    }

    pub(crate) fn bell(&self) -> watch::Receiver<()> {
        self.inner.bell.subscribe()
    }

    pub(crate) async fn fault_is_taken_back(&self) {
        let mut bell = self.bell();
        while locked(&self.inner.faults).is_set() {
            if bell.changed().await.is_err() {
                return;
            }
        }
    }

    /// The real time until something happens by itself; `None` where nothing will.
    pub(crate) fn until_next(&self) -> Option<Duration> {
        let Speed::Times(factor) = self.inner.speed else { return None };
        let swarm = locked(&self.inner.swarm);
        Some(swarm.next_event()?.since(swarm.now()).div_f64(factor))
    }

    fn catch_up(&self, swarm: &mut Swarm) {
        if let Speed::Times(factor) = self.inner.speed {
            let now = Moment::after_start(self.inner.started.elapsed().mul_f64(factor));
            if now > swarm.now() {
                swarm.advance_to(now);
            }
        }
    }
}
