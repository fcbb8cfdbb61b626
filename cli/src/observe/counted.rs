//! The engine's own count of free addresses, and how to believe it.
//!
//! The lists and the counts are answers to different calls, so a swarm that changes between them looks as if addresses had
//! leaked. A difference counts only where two readings, a moment apart, agree on it.

use std::collections::BTreeMap;
use std::time::Duration;

use smsvc_core::budget::{Addresses, Ledger, NetworkId};
use tokio::time::sleep;

use super::Swarm;
use crate::engine::{Engine, EngineError, Network};

/// Between two readings: longer than the engine takes to allocate what was just asked for.
const PAUSE: Duration = Duration::from_millis(400);

/// How many readings may differ before the counts are given up as those of a swarm that never rests.
const READINGS: usize = 4;

impl Swarm {
    /// As [`Swarm::observe`], with the engine's own count for the networks that `wanted` names, where it tells one. A
    /// count that two readings do not agree on is left out.
    pub async fn observe_counted(
        engine: &impl Engine,
        wanted: impl Fn(&Network) -> bool + Send + Sync,
    ) -> Result<Self, EngineError> {
        let mut swarm = Self::counted(engine, &wanted).await?;
        let mut differences = swarm.differences();
        for _ in 1..READINGS {
            if differences.is_empty() {
                return Ok(swarm);
            }
            sleep(PAUSE).await;
            swarm = Self::counted(engine, &wanted).await?;
            let again = swarm.differences();
            if again == differences {
                return Ok(swarm);
            }
            differences = again;
        }
        for network in &mut swarm.networks {
            if differences.contains_key(&NetworkId::new(&network.id)) {
                network.available = None;
            }
        }
        Ok(swarm)
    }

    async fn counted(engine: &impl Engine, wanted: &impl Fn(&Network) -> bool) -> Result<Self, EngineError> {
        let mut swarm = Self::observe(engine).await?;
        for network in swarm.networks.iter_mut().filter(|network| network.swarm && wanted(network)) {
            network.available = engine.available(&network.name).await?;
        }
        Ok(swarm)
    }

    /// Where the engine's count is another than ours, with both.
    fn differences(&self) -> BTreeMap<NetworkId, (Addresses, Addresses)> {
        let facts = self.facts();
        let ledger = Ledger::open(&facts);
        let differing = ledger.accounts().filter_map(|account| {
            let ours = account.usage().free().plus(account.usage().leaked);
            let theirs = account.network().available.filter(|theirs| *theirs != ours)?;
            Some((account.network().id.clone(), (ours, theirs)))
        });
        differing.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fake::Fake;

    fn swarm(available: u64) -> Swarm {
        let mut swarm =
            Swarm::sample().with_network("front", "10.1.0.0/28").with_service("web", "vip", 2, "front", &[]);
        swarm.networks[0].available = Some(Addresses::new(available));
        swarm
    }

    #[tokio::test]
    async fn what_two_readings_agree_on_is_leaked() {
        let engine = Fake::of(swarm(5));
        let seen = Swarm::observe_counted(&engine, |_| true).await.unwrap();
        let facts = seen.facts();
        let ledger = Ledger::open(&facts);
        // 13 usable, of which a load balancer, a virtual IP and two tasks hold four.
        assert_eq!(ledger.accounts().next().unwrap().usage().leaked, Addresses::new(4));
        let counted = engine.calls().iter().filter(|call| call.contains("scope=swarm")).count();
        assert_eq!(counted, 2, "read twice before anything is said");
    }

    #[tokio::test]
    async fn equal_counts_are_read_once_and_unwanted_ones_not_at_all() {
        let engine = Fake::of(swarm(9));
        Swarm::observe_counted(&engine, |_| true).await.unwrap();
        Swarm::observe_counted(&engine, |_| false).await.unwrap();
        assert_eq!(engine.calls().iter().filter(|call| call.contains("scope=swarm")).count(), 1);
    }
}
