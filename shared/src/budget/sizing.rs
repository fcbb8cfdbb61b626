//! How big a network has to be, and where there is room for it.
//!
//! Pure arithmetic: the sum of what is to be on the network, and blocks of a pool that overlap nothing. Nothing here
//! knows where the numbers come from.

use ipnet::Ipv4Net;

use super::addresses::Addresses;
use super::capacity::smallest_prefix;

/// What is to fit on a network.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sizing {
    /// Virtual IPs.
    pub vips: Addresses,
    /// Tasks and attached containers.
    pub tasks: Addresses,
    /// Node load balancers.
    pub load_balancers: Addresses,
    /// What updates take beyond that at their height.
    pub update: Addresses,
    /// By how many percent all that is to grow.
    pub growth: u64,
    /// Addresses that are to stay free.
    pub headroom: Addresses,
}

impl Sizing {
    /// What growth adds: that many percent of all kinds, rounded up.
    pub fn grown(&self) -> Addresses {
        let now = self.vips.plus(self.tasks).plus(self.load_balancers).plus(self.update);
        Addresses::new(now.times(self.growth).get().div_ceil(100))
    }

    /// All of it.
    pub fn total(&self) -> Addresses {
        let now = self.vips.plus(self.tasks).plus(self.load_balancers).plus(self.update);
        now.plus(self.grown()).plus(self.headroom)
    }

    /// The prefix length of the smallest subnet that holds it; none where no subnet does.
    pub fn prefix(&self) -> Option<u8> {
        smallest_prefix(self.total())
    }
}

/// The first blocks of this prefix length in the pools that overlap none of the taken ones, in the order of the pools.
pub fn free_blocks(pools: &[Ipv4Net], taken: &[Ipv4Net], prefix: u8, limit: usize) -> Vec<Ipv4Net> {
    let mut found: Vec<Ipv4Net> = Vec::new();
    for pool in pools.iter().filter(|pool| pool.prefix_len() <= prefix && prefix <= 32) {
        let size = 1u64.checked_shl(u32::from(32u8.saturating_sub(prefix))).unwrap_or(u64::MAX);
        let end = u64::from(u32::from(pool.broadcast()));
        let mut start = u64::from(u32::from(pool.network()));
        while found.len() < limit && start <= end {
            let Some(block) =
                u32::try_from(start).ok().and_then(|start| Ipv4Net::new(start.into(), prefix).ok())
            else {
                break;
            };
            let last = start.saturating_add(size).saturating_sub(1);
            // Of all that is in the way the one that ends last: everything before its end is lost.
            let blocked = taken
                .iter()
                .map(|net| (u64::from(u32::from(net.network())), u64::from(u32::from(net.broadcast()))))
                .filter(|(from, to)| *from <= last && start <= *to)
                .map(|(_, to)| to)
                .max();
            match blocked {
                None => {
                    if !found.contains(&block) {
                        found.push(block);
                    }
                    start = start.saturating_add(size);
                }
                Some(to) => start = to.saturating_add(1).div_ceil(size).saturating_mul(size),
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Allocator, Capacity, Subnet};
    use super::*;

    fn net() -> impl Strategy<Value = Ipv4Net> {
        // A small corner of the address space, so that things meet.
        (0u32..2048, 20u8..=32)
            .prop_map(|(low, prefix)| Ipv4Net::new((0x0A00_0000 | low).into(), prefix).unwrap().trunc())
    }

    fn meet(one: Ipv4Net, other: Ipv4Net) -> bool {
        one.contains(&other) || other.contains(&one)
    }

    proptest! {
        /// The blocks are those that a search through every block of the pool finds.
        #[test]
        fn free_blocks_are_those_that_a_search_finds(
            pool in net(), taken in prop::collection::vec(net(), 0..12), longer in 0u8..8,
        ) {
            let prefix = pool.prefix_len().saturating_add(longer).min(32);
            let naive: Vec<Ipv4Net> = pool
                .subnets(prefix)
                .unwrap()
                .filter(|block| !taken.iter().any(|net| meet(*block, *net)))
                .take(5)
                .collect();
            prop_assert_eq!(free_blocks(&[pool], &taken, prefix, 5), naive);
        }

        /// The prefix is the longest whose subnet holds the sum.
        #[test]
        fn the_prefix_is_the_smallest_that_fits(
            vips in 0u64..300, tasks in 0u64..900, growth in 0u64..200, headroom in 0u64..100,
        ) {
            let sizing = Sizing {
                vips: Addresses::new(vips),
                tasks: Addresses::new(tasks),
                growth,
                headroom: Addresses::new(headroom),
                ..Sizing::default()
            };
            let holds = |prefix: u8| {
                let subnet = Subnet::parse(&format!("10.0.0.0/{prefix}"), "", "").unwrap();
                Capacity::of(&[subnet], Allocator::Before29).usable >= sizing.total()
            };
            let naive = (8..=30).rev().find(|prefix| holds(*prefix));
            prop_assert_eq!(sizing.prefix(), naive);
        }
    }

    #[test]
    fn growth_is_rounded_up_and_headroom_is_not_grown() {
        let sizing = Sizing {
            vips: Addresses::ONE,
            tasks: Addresses::new(2),
            growth: 50,
            headroom: Addresses::new(10),
            ..Sizing::default()
        };
        assert_eq!((sizing.grown().get(), sizing.total().get(), sizing.prefix()), (2, 15, Some(27)));
    }
}
