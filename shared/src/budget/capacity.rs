//! How many addresses a network can hand out, from its subnets alone.
//!
//! Pure arithmetic on the ends of the ranges: a /8 costs no more than a /28. Nothing here knows what is in use.
//! The rules are those of the engine's allocator (moby `libnetwork/ipams/defaultipam`, and swarmkit
//! `cnmallocator`, which always asks for a gateway), as measured on Docker 20.10 and 29.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};

use super::addresses::Addresses;
use super::subnet::Subnet;

/// Which address allocator the leader of the swarm runs. They differ in subnets of one or two addresses only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allocator {
    /// Docker before 29: a /31 or /32 is never allocated. Measured on 20.10; the releases between were not
    /// measured, and the lower number is the safe one.
    Before29,
    /// Docker 29 and later (API 1.52): a /31 has no network and no broadcast address, so one address is left
    /// beside the gateway.
    Since29,
}

impl Allocator {
    /// The allocator of an engine that speaks at most this API version, such as `(1, 55)`.
    pub fn of_api(major: u32, minor: u32) -> Self {
        if (major, minor) >= (1, 52) { Self::Since29 } else { Self::Before29 }
    }
}

/// What becomes of every IPv4 address of a network's subnets before anything uses the network.
///
/// `total = network_and_broadcast + gateway + withheld + usable`. IPv6 subnets add nothing to any field: no
/// engine hands out their addresses in a usable way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Capacity {
    /// All IPv4 addresses of all subnets.
    pub total: Addresses,
    /// The first and the last address of each subnet that is bigger than a /31.
    pub network_and_broadcast: Addresses,
    /// One gateway a subnet, also on internal and encrypted networks.
    pub gateway: Addresses,
    /// Addresses that are never handed out: outside the range (`--ip-range`), or in a subnet that this engine
    /// does not allocate.
    pub withheld: Addresses,
    /// Addresses for virtual IPs, tasks, attached containers and node load balancers.
    pub usable: Addresses,
}

impl Capacity {
    /// The capacity of a network with these subnets. The subnets' capacities add up.
    pub fn of(subnets: &[Subnet], allocator: Allocator) -> Self {
        subnets.iter().map(|subnet| Self::of_one(subnet, allocator)).fold(Self::default(), Self::plus)
    }

    fn of_one(subnet: &Subnet, allocator: Allocator) -> Self {
        let IpNet::V4(net) = subnet.net() else { return Self::default() };
        let range = match subnet.range() {
            Some(IpNet::V4(range)) => range,
            _ => net,
        };
        let gateway = match subnet.gateway() {
            Some(IpAddr::V4(gateway)) => Some(gateway),
            _ => None,
        };
        of_v4(net, range, gateway, allocator)
    }

    fn plus(self, other: Self) -> Self {
        Self {
            total: self.total.plus(other.total),
            network_and_broadcast: self.network_and_broadcast.plus(other.network_and_broadcast),
            gateway: self.gateway.plus(other.gateway),
            withheld: self.withheld.plus(other.withheld),
            usable: self.usable.plus(other.usable),
        }
    }
}

/// The longest IPv4 prefix whose subnet has at least this many usable addresses (one subnet, no range), or
/// nothing where even a /0 has not.
pub fn smallest_prefix(usable: Addresses) -> Option<u8> {
    // A /31 is left out: it holds one address on some engines, none on others.
    (0..=30).rev().find(|prefix| {
        Ipv4Net::new(Ipv4Addr::UNSPECIFIED, *prefix)
            .is_ok_and(|net| of_v4(net, net, None, Allocator::Before29).usable >= usable)
    })
}

fn of_v4(net: Ipv4Net, range: Ipv4Net, gateway: Option<Ipv4Addr>, allocator: Allocator) -> Capacity {
    let total = size(net);
    if net.prefix_len() >= 31 && allocator == Allocator::Before29 {
        return Capacity { total, withheld: total, ..Capacity::default() };
    }
    let ends: &[Ipv4Addr] = if net.prefix_len() >= 31 { &[] } else { &[net.network(), net.broadcast()] };
    let ends_in_range = Addresses::one_each(ends.iter().filter(|end| range.contains(*end)).count());
    let assignable = size(range).minus(ends_in_range);

    let (gateway, gateway_in_range) = match gateway {
        // Nobody asked for one: the allocator takes it from the range, if the range has any address at all.
        None if assignable.is_none() => (Addresses::NONE, Addresses::NONE),
        None => (Addresses::ONE, Addresses::ONE),
        Some(gateway) if ends.contains(&gateway) => (Addresses::NONE, Addresses::NONE),
        Some(gateway) if range.contains(&gateway) => (Addresses::ONE, Addresses::ONE),
        Some(_) => (Addresses::ONE, Addresses::NONE),
    };
    let network_and_broadcast = Addresses::one_each(ends.len());
    let usable = assignable.minus(gateway_in_range);
    Capacity {
        total,
        network_and_broadcast,
        gateway,
        withheld: total.minus(network_and_broadcast).minus(gateway).minus(usable),
        usable,
    }
}

/// How many addresses a block has: 2^(32 - prefix length).
fn size(net: Ipv4Net) -> Addresses {
    let host_bits = u32::from(net.max_prefix_len().saturating_sub(net.prefix_len()));
    Addresses::new(1u64.checked_shl(host_bits).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn usable(subnets: &[(&str, &str, &str)], allocator: Allocator) -> u64 {
        capacity(subnets, allocator).usable.get()
    }

    fn capacity(subnets: &[(&str, &str, &str)], allocator: Allocator) -> Capacity {
        let subnets: Vec<Subnet> =
            subnets.iter().map(|(net, range, gateway)| Subnet::parse(net, range, gateway).unwrap()).collect();
        Capacity::of(&subnets, allocator)
    }

    #[test]
    fn three_addresses_of_a_subnet_are_reserved() {
        for (net, expected) in
            [("10.0.0.0/24", 253), ("10.0.0.0/28", 13), ("10.0.0.0/29", 5), ("10.0.0.0/30", 1)]
        {
            assert_eq!(usable(&[(net, "", "")], Allocator::Before29), expected, "{net}");
            assert_eq!(usable(&[(net, "", "")], Allocator::Since29), expected, "{net}");
        }
        assert_eq!(usable(&[("0.0.0.0/0", "", "")], Allocator::Since29), (1 << 32) - 3);
    }

    #[test]
    fn a_named_gateway_costs_what_the_default_one_costs() {
        assert_eq!(usable(&[("10.0.0.0/28", "", "10.0.0.14")], Allocator::Since29), 13);
    }

    #[test]
    fn a_default_gateway_is_taken_from_the_range() {
        assert_eq!(usable(&[("10.0.0.0/27", "10.0.0.8/29", "")], Allocator::Since29), 7);
        assert_eq!(
            usable(&[("10.0.0.0/28", "10.0.0.8/29", "")], Allocator::Since29),
            6,
            "with the broadcast"
        );
        assert_eq!(usable(&[("10.0.0.0/28", "10.0.0.0/29", "")], Allocator::Since29), 6, "with the network");
    }

    #[test]
    fn a_gateway_outside_the_range_costs_the_range_nothing() {
        let capacity = capacity(&[("10.0.0.0/27", "10.0.0.8/29", "10.0.0.1")], Allocator::Since29);
        assert_eq!(capacity.usable.get(), 8);
        assert_eq!(capacity.gateway.get(), 1);
        assert_eq!(capacity.withheld.get(), 32 - 2 - 1 - 8);
    }

    #[test]
    fn a_range_of_one_address_has_room_for_the_gateway_only() {
        assert_eq!(usable(&[("10.0.0.0/27", "10.0.0.8/32", "")], Allocator::Since29), 0);
        assert_eq!(usable(&[("10.0.0.0/27", "10.0.0.8/32", "10.0.0.1")], Allocator::Since29), 1);
    }

    #[test]
    fn subnets_add_up() {
        assert_eq!(usable(&[("10.0.0.0/28", "", ""), ("10.0.1.0/29", "", "")], Allocator::Since29), 13 + 5);
    }

    #[test]
    fn a_slash_31_holds_one_address_since_29_and_none_before() {
        assert_eq!(usable(&[("10.0.0.0/31", "", "")], Allocator::Since29), 1);
        assert_eq!(usable(&[("10.0.0.0/31", "", "")], Allocator::Before29), 0);
        assert_eq!(usable(&[("10.0.0.0/32", "", "")], Allocator::Since29), 0);
        assert_eq!(usable(&[("10.0.0.0/32", "", "")], Allocator::Before29), 0);
    }

    #[test]
    fn an_ipv6_subnet_holds_nothing() {
        assert_eq!(capacity(&[("fd00::/64", "", "")], Allocator::Since29), Capacity::default());
        assert_eq!(usable(&[("fd00::/64", "", ""), ("10.0.0.0/28", "", "")], Allocator::Since29), 13);
    }

    #[test]
    fn the_api_version_tells_the_allocator() {
        assert_eq!(Allocator::of_api(1, 41), Allocator::Before29);
        assert_eq!(Allocator::of_api(1, 51), Allocator::Before29);
        assert_eq!(Allocator::of_api(1, 52), Allocator::Since29);
        assert_eq!(Allocator::of_api(2, 0), Allocator::Since29);
    }

    #[test]
    fn the_smallest_prefix_holds_the_number_and_the_next_one_does_not() {
        for (number, prefix) in
            [(0, 30), (1, 30), (2, 29), (5, 29), (6, 28), (13, 28), (14, 27), (253, 24), (254, 23)]
        {
            assert_eq!(smallest_prefix(Addresses::new(number)), Some(prefix), "{number}");
        }
        assert_eq!(smallest_prefix(Addresses::new((1 << 32) - 3)), Some(0));
        assert_eq!(smallest_prefix(Addresses::new((1 << 32) - 2)), None);
    }

    proptest! {
        /// The oracle walks the range address by address, as an allocator does.
        #[test]
        fn capacity_equals_a_walk_over_the_addresses(
            prefix in 20u8..=32,
            base: u32,
            narrower in 0u8..=12,
            offset: u32,
            gateway_at in proptest::option::of(any::<u32>()),
            since29: bool,
        ) {
            let allocator = if since29 { Allocator::Since29 } else { Allocator::Before29 };
            let net = Ipv4Net::new(Ipv4Addr::from(base), prefix).unwrap().trunc();
            let mask = u32::from(net.hostmask());
            let within = |n: u32| Ipv4Addr::from(u32::from(net.network()) | (n & mask));
            let range = Ipv4Net::new(within(offset), prefix.saturating_add(narrower).min(32)).unwrap().trunc();
            let gateway = gateway_at.map(within);
            let subnet = Subnet::new(net.into(), Some(range.into()), gateway.map(IpAddr::V4)).unwrap();

            let ends: Vec<Ipv4Addr> = if prefix < 31 { vec![net.network(), net.broadcast()] } else { vec![] };
            let allocated = prefix < 31 || since29;
            let mut free: Vec<Ipv4Addr> = (u32::from(range.network())..=u32::from(range.broadcast()))
                .map(Ipv4Addr::from)
                .filter(|address| allocated && !ends.contains(address))
                .collect();
            match gateway {
                Some(gateway) => free.retain(|address| *address != gateway),
                None if free.is_empty() => {}
                None => { free.remove(0); }
            }

            let capacity = Capacity::of(&[subnet], allocator);
            prop_assert_eq!(capacity.usable.get(), free.len() as u64);
            let parts = [capacity.network_and_broadcast, capacity.gateway, capacity.withheld, capacity.usable];
            prop_assert_eq!(parts.into_iter().sum::<Addresses>(), capacity.total);
        }
    }
}
