//! How long the reservations of others have been seen, by our own stopwatch.

use std::collections::BTreeMap;

use tokio::time::Instant;

use super::LEASE;
use super::object::Held;

/// When each reservation was seen first. One that is taken anew has another id and begins anew.
#[derive(Debug, Default)]
pub(super) struct Sightings(BTreeMap<String, Instant>);

impl Sightings {
    /// Notes what is there now; gives the ids of those that have been there for a whole lease.
    pub(super) fn lapsed(&mut self, present: &[Held], now: Instant) -> Vec<String> {
        self.0.retain(|id, _| present.iter().any(|held| held.id == *id));
        for held in present {
            self.0.entry(held.id.clone()).or_insert(now);
        }
        let lapsed = self.0.iter().filter(|(_, first)| now.duration_since(**first) >= LEASE);
        lapsed.map(|(id, _)| id.clone()).collect()
    }
}
