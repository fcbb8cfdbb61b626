//! The addresses of one network: libnetwork's serial next-fit allocation over one or more subnets.
//!
//! An address that is given back is not handed out again until the pointer has gone round. The pool counts no
//! owners: who forgets to give an address back has leaked it, as in the engine.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use crate::profile::Release;

/// One entry of `IPAM.Config`, as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubnetRequest {
    /// The subnet.
    pub subnet: IpNet,
    /// `IPRange`.
    pub range: Option<IpNet>,
    /// `Gateway`.
    pub gateway: Option<IpAddr>,
}

/// The addresses of a network.
#[derive(Debug, Clone)]
pub(crate) struct Pool {
    subnets: Vec<SubnetPool>,
    /// Which subnet is asked first; the engine's order is that of a Go map.
    turn: usize,
}

/// The addresses of one subnet.
#[derive(Debug, Clone)]
pub(crate) struct SubnetPool {
    pub(crate) request: SubnetRequest,
    pub(crate) gateway: IpAddr,
    /// The first and the last address that may be handed out, apart from those that are never.
    first: u128,
    last: u128,
    /// Network, broadcast, gateway.
    fixed: HashSet<u128>,
    used: HashSet<u128>,
    pointer: u128,
}

impl Pool {
    /// `None` where the engine does not allocate such a network.
    pub(crate) fn new(requests: &[SubnetRequest], release: Release) -> Option<Self> {
        let subnets: Option<Vec<_>> =
            requests.iter().map(|request| SubnetPool::new(request, release)).collect();
        Some(Self { subnets: subnets?, turn: 0 })
    }

    pub(crate) fn subnets(&self) -> &[SubnetPool] {
        &self.subnets
    }

    /// The next address, with the prefix length of its subnet.
    pub(crate) fn take(&mut self) -> Option<IpNet> {
        let count = self.subnets.len();
        self.turn += 1;
        (0..count).find_map(|index| self.subnets[(self.turn + index) % count].take())
    }

    /// This very address. False where it is taken.
    pub(crate) fn take_exactly(&mut self, address: IpAddr) -> bool {
        let number = number(address);
        self.subnet_of(address).is_some_and(|subnet| subnet.used.insert(number))
    }

    pub(crate) fn give_back(&mut self, address: IpAddr) {
        let number = number(address);
        if let Some(subnet) = self.subnet_of(address) {
            subnet.used.remove(&number);
        }
    }

    /// Forgets every address and starts at the beginning again, as a new leader does.
    pub(crate) fn reset(&mut self) {
        for subnet in &mut self.subnets {
            subnet.used.clear();
            subnet.rewind();
        }
    }

    /// How many addresses can be handed out in all.
    pub(crate) fn usable(&self) -> u64 {
        self.subnets.iter().map(SubnetPool::usable).sum()
    }

    /// How many addresses are handed out.
    pub(crate) fn used(&self) -> u64 {
        self.subnets.iter().map(|subnet| subnet.used.len() as u64).sum()
    }

    fn subnet_of(&mut self, address: IpAddr) -> Option<&mut SubnetPool> {
        self.subnets.iter_mut().find(|subnet| subnet.request.subnet.contains(&address))
    }
}

impl SubnetPool {
    fn new(request: &SubnetRequest, release: Release) -> Option<Self> {
        let subnet = request.subnet;
        let range = request.range.unwrap_or(subnet);
        let (first, last) = (number(range.network()), last_of(range));
        let mut fixed = HashSet::new();
        match subnet {
            // 20.10 never allocates a network without room for network and broadcast address beside the gateway.
            IpNet::V4(v4) if v4.prefix_len() > 30 => {
                if release == Release::V20_10 || v4.prefix_len() == 32 {
                    return None;
                }
            }
            IpNet::V4(_) => fixed.extend([number(subnet.network()), last_of(subnet)]),
            IpNet::V6(_) if release == Release::V29 => return None,
            IpNet::V6(_) => fixed.extend([number(subnet.network())]),
        }
        let gateway = match request.gateway {
            Some(gateway) => gateway,
            None => address(subnet, (first..=last).find(|number| !fixed.contains(number))?),
        };
        fixed.insert(number(gateway));
        let mut pool = Self {
            request: request.clone(),
            gateway,
            first,
            last,
            fixed,
            used: HashSet::new(),
            pointer: first,
        };
        pool.rewind();
        Some(pool)
    }

    fn rewind(&mut self) {
        self.pointer = self.last;
    }

    fn take(&mut self) -> Option<IpNet> {
        if self.used.len() as u64 >= self.usable() {
            return None;
        }
        let mut candidate = self.pointer;
        loop {
            candidate = if candidate >= self.last { self.first } else { candidate + 1 };
            if !self.fixed.contains(&candidate) && self.used.insert(candidate) {
                self.pointer = candidate;
                let subnet = self.request.subnet;
                return IpNet::new(address(subnet, candidate), subnet.prefix_len()).ok();
            }
        }
    }

    /// How many addresses can be handed out.
    pub(crate) fn usable(&self) -> u64 {
        let fixed =
            self.fixed.iter().filter(|number| (self.first..=self.last).contains(number)).count() as u64;
        u64::try_from(self.last - self.first).unwrap_or(u64::MAX).saturating_add(1).saturating_sub(fixed)
    }

    /// The engine's own figures (`Status.IPAM`): addresses in use with the fixed ones, and those left.
    pub(crate) fn status(&self) -> (u64, u64) {
        let (used, fixed) = (self.used.len() as u64, self.fixed.len() as u64);
        (used + fixed, self.usable().saturating_sub(used))
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u32::from(v4).into(),
        IpAddr::V6(v6) => v6.into(),
    }
}

fn address(subnet: IpNet, number: u128) -> IpAddr {
    match subnet {
        IpNet::V4(_) => Ipv4Addr::from(u32::try_from(number).unwrap_or(u32::MAX)).into(),
        IpNet::V6(_) => Ipv6Addr::from(number).into(),
    }
}

fn last_of(range: IpNet) -> u128 {
    number(range.broadcast())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(subnet: &str, range: &str, gateway: &str) -> SubnetRequest {
        SubnetRequest {
            subnet: subnet.parse().unwrap(),
            range: range.parse().ok(),
            gateway: gateway.parse().ok(),
        }
    }

    fn pool(subnet: &str, range: &str, gateway: &str) -> Pool {
        Pool::new(&[request(subnet, range, gateway)], Release::V29).unwrap()
    }

    #[test]
    fn an_address_comes_again_only_when_the_pointer_has_gone_round() {
        let mut pool = pool("10.0.0.0/28", "", "");
        let octets: Vec<u8> = (0..16)
            .map(|_| {
                let taken = pool.take().unwrap().addr();
                pool.give_back(taken);
                let IpAddr::V4(v4) = taken else { panic!() };
                v4.octets()[3]
            })
            .collect();
        assert_eq!(octets, [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 2, 3, 4]);
    }

    #[test]
    fn usable_is_what_was_measured() {
        for (subnet, range, gateway, usable) in [
            ("10.0.0.0/24", "", "", 253),
            ("10.0.0.0/29", "", "", 5),
            ("10.0.0.0/30", "", "", 1),
            ("10.0.0.0/31", "", "", 1),
            ("10.0.0.0/28", "10.0.0.8/29", "", 6),
            ("10.0.0.0/28", "10.0.0.0/29", "", 6),
            ("10.0.0.0/27", "10.0.0.8/29", "", 7),
            ("10.0.0.0/27", "10.0.0.8/29", "10.0.0.1", 8),
        ] {
            let mut pool = pool(subnet, range, gateway);
            assert_eq!(pool.usable(), usable, "{subnet} {range} {gateway}");
            assert_eq!(std::iter::from_fn(|| pool.take()).count() as u64, usable);
            assert_eq!(pool.used(), usable);
        }
        assert!(Pool::new(&[request("10.0.0.0/31", "", "")], Release::V20_10).is_none());
    }

    #[test]
    fn several_subnets_add_up() {
        let requests = [request("10.0.0.0/29", "", ""), request("10.0.0.16/29", "", "")];
        let mut pool = Pool::new(&requests, Release::V20_10).unwrap();
        assert_eq!(std::iter::from_fn(|| pool.take()).count(), 10);
    }
}
