//! Reservations: clients that change a swarm at the same time do not overcommit its networks.
//!
//! The engine accepts what does not fit, so between the look at a network and the change nobody else may take what was
//! counted as free. A reservation is a config object in the swarm's own store, one for each network, with a name that
//! follows from the network's id. The leader of the swarm refuses a name that is taken (swarmkit `manager/state/store`,
//! `ErrNameConflict` → 409), which makes `POST /configs/create` a test-and-set over all clients and managers.
//!
//! ```text
//! take ──► observe ──► plan ──► confirm ──► change ──► release          (`within` does the first and the last)
//! ```
//!
//! # Why it is sound
//!
//! * **What is seen is current.** Managers hand reads on to the leader (swarmkit `manager`, the raft proxy), and a change
//!   that was answered is in the leader's store. The budget counts what a new service is owed from that moment on,
//!   whether or not the engine has allocated it, so nothing has to be waited for before the release.
//! * **No clock is compared with another.** The holder starts its stopwatch before it asks for the reservation and makes
//!   its change within [`ACT`]. Who waits starts a stopwatch when it first sees a reservation, which is later, and
//!   removes it once it has seen the same one, by its id, for [`LEASE`]. The engine ends a request to its swarm
//!   after 20 s (moby `daemon/cluster`, `swarmRequestTimeout`), so a change that was sent within `ACT` is over by then.
//! * **A holder that slept does not act.** A suspended machine stops its stopwatch, so [`Reservation::confirm`] also asks
//!   whether the reservation is still there. What is left is a process that is stopped between that answer and the
//!   next call for as long as a whole lease; the engine's API has no call that could be made to depend on both.
//! * **No deadlock.** Who cannot have all its networks keeps none while it waits.
//! * **Nothing is left behind.** Each end of the work releases, an interrupt and a refusal included. Only a client that is
//!   killed leaves its object; it blocks nobody for longer than `LEASE`, who waits for it removes it, and
//!   who passes by after `object::FORGOTTEN`, too.
//!
//! # Why every change takes one
//!
//! It would be cheaper to take one only where a network is nearly full. But a client that leaves no trace before its change
//! cannot be counted by the others, so however much is free, enough of them together take it all; no threshold is
//! sound. The price is two small writes and one read of the store, a few milliseconds, and the swarm is still observed
//! once. A change that takes no address needs none. Clients other than this one are not held back.

mod claim;
mod object;
mod sightings;
#[cfg(test)]
mod tests;

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use thiserror::Error as ThisError;
use tokio::time::{Instant, sleep, timeout};

pub use claim::Claim;
use object::Held;
use sightings::Sightings;

use crate::commands::unless;
use crate::engine::{Engine, EngineError};
use crate::error::Error;
use crate::plugin::Cancellation;
use crate::report::Report;

/// A reservation that somebody else has seen for so long is void.
pub const LEASE: Duration = Duration::from_secs(30);

/// How long after it asked for the reservation a client may send its change.
pub const ACT: Duration = Duration::from_secs(9);

/// How long a release may take. What is not released lapses.
const RELEASE: Duration = Duration::from_secs(3);

/// How often a change is tried whose reservation lapses before it is ready.
const TRIES: usize = 3;

/// After how long the user is told that another client is waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// Why a change could not be made under a reservation.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
pub enum ReserveError {
    /// Every time the reservation had lapsed before the change was ready to be sent.
    #[error(
        "the engine answers too slowly: {TRIES} times more than {} s went by between the reservation and the change",
        ACT.as_secs()
    )]
    TooSlow,
}

/// Networks that nobody else takes addresses of for now.
pub struct Reservation<'e, E> {
    engine: &'e E,
    held: Vec<Held>,
    since: Instant,
}

/// Does `work` while no other client takes addresses of the networks of `claim`.
///
/// `work` has to observe the swarm itself, to plan on that, and to ask [`Reservation::confirm`] directly before its change.
/// Where that says no it returns `None` and is called again. It must not be dropped half-way: it ends by itself when
/// the user asks to stop. With an empty claim nothing is asked of the engine.
pub async fn within<E: Engine, T>(
    engine: &E,
    claim: &Claim,
    cancellation: &Cancellation,
    report: Report,
    mut work: impl AsyncFnMut(&Reservation<'_, E>) -> Result<Option<T>, Error>,
) -> Result<T, Error> {
    for _ in 0..TRIES {
        let reservation = take(engine, claim, cancellation, report).await?;
        let outcome = work(&reservation).await;
        // Whether a change went through whose answer was lost is not known: then the reservation is left to lapse.
        if !matches!(outcome, Err(Error::Engine(EngineError::Unreachable { .. }))) {
            reservation.release().await;
        }
        if let Some(done) = outcome? {
            return Ok(done);
        }
    }
    Err(ReserveError::TooSlow.into())
}

impl<E: Engine> Reservation<'_, E> {
    /// Whether the change may be sent, now and not later.
    pub async fn confirm(&self) -> Result<bool, EngineError> {
        if self.held.is_empty() {
            return Ok(true);
        }
        let present = object::list(self.engine).await?;
        for forgotten in object::forgotten(&present, &self.held) {
            let _somebody_else_will = self.engine.remove_config(&forgotten.id).await;
        }
        let all_there = self.held.iter().all(|held| present.iter().any(|other| other.id == held.id));
        Ok(all_there && self.since.elapsed() <= ACT)
    }

    async fn release(&self) {
        release(self.engine, &self.held).await;
    }
}

async fn release(engine: &impl Engine, held: &[Held]) {
    for Held { id, .. } in held {
        let _it_lapses = timeout(RELEASE, engine.remove_config(id)).await;
    }
}

/// Waits until all networks of the claim can be had at once.
async fn take<'e, E: Engine>(
    engine: &'e E,
    claim: &Claim,
    cancellation: &Cancellation,
    report: Report,
) -> Result<Reservation<'e, E>, Error> {
    let begun = Instant::now();
    let mut sightings = Sightings::default();
    let mut told = false;
    loop {
        let since = Instant::now();
        if let Some(held) = try_all(engine, claim, cancellation).await? {
            return Ok(Reservation { engine, held, since });
        }
        loop {
            unless(cancellation, pause()).await?;
            let present = unless(cancellation, object::list(engine)).await?;
            for id in sightings.lapsed(&present, Instant::now()) {
                engine.remove_config(&id).await?;
            }
            let Some(network) = claim.taken_by(&present) else { break };
            if !told && begun.elapsed() >= PATIENCE {
                report
                    .note(&format!("waiting for another client that changes services on network {network}"));
                told = true;
            }
        }
    }
}

/// Takes all networks of the claim, or none: `None` where another client has one of them.
async fn try_all(
    engine: &impl Engine,
    claim: &Claim,
    cancellation: &Cancellation,
) -> Result<Option<Vec<Held>>, Error> {
    let mut held = Vec::new();
    for key in claim.keys() {
        // A call that is on its way is not dropped at once: what it makes has to be removed again.
        let patience = async {
            cancellation.requested().await;
            sleep(RELEASE).await;
        };
        let outcome = tokio::select! {
            outcome = object::create(engine, key) => outcome.map_err(Error::from),
            () = patience => Err(Error::Interrupted),
        };
        match outcome {
            Ok(Some(one)) => held.push(one),
            Ok(None) => {
                release(engine, &held).await;
                return Ok(None);
            }
            Err(error) => {
                release(engine, &held).await;
                return Err(error);
            }
        }
    }
    Ok(Some(held))
}

/// Between two looks: long enough not to burden the leader, and never the same for two clients.
async fn pause() -> Result<(), Error> {
    let random = RandomState::new().hash_one(0_u8) % 80;
    sleep(Duration::from_millis(20 + random)).await;
    Ok(())
}
