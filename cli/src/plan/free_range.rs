//! Where a new network can lie: ranges of the address pools that overlap with nothing that is known to be in use.
//!
//! The only place that looks for free ranges. It knows what it was told of; networks and routes of other hosts are not
//! among that.

use ipnet::{IpNet, Ipv4Net};
use smsvc_core::budget::free_blocks;

use crate::engine::Network;

/// Pools, and what is taken in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeRanges {
    pools: Vec<Ipv4Net>,
    taken: Vec<Ipv4Net>,
}

impl FreeRanges {
    /// What these networks leave of the pool that Docker gives a swarm unless it is told another (`docker swarm init
    /// --default-addr-pool`). Networks of one node count, too: no network of the swarm can be where they are.
    pub fn beside(networks: &[Network]) -> Self {
        let subnets = networks.iter().flat_map(|network| &network.subnets);
        let taken = subnets.filter_map(|subnet| match subnet.net() {
            IpNet::V4(net) => Some(net),
            IpNet::V6(_) => None,
        });
        Self { pools: "10.0.0.0/8".parse().into_iter().collect(), taken: taken.collect() }
    }

    /// In the pools of the swarm, where the engine names them (`GET /info`).
    #[must_use]
    pub fn in_pools_of(mut self, info: &serde_json::Value) -> Self {
        let told = info.pointer("/Swarm/Cluster/DefaultAddrPool").and_then(serde_json::Value::as_array);
        let pools: Vec<Ipv4Net> =
            told.into_iter().flatten().filter_map(|pool| pool.as_str()?.parse().ok()).collect();
        if !pools.is_empty() {
            self.pools = pools;
        }
        self
    }

    /// Outside these, too.
    #[must_use]
    pub fn avoiding(mut self, others: impl IntoIterator<Item = Ipv4Net>) -> Self {
        self.taken.extend(others);
        self
    }

    /// The first ranges of this prefix length, as many as the limit says, or as there are.
    pub fn first(&self, prefix: u8, limit: usize) -> Vec<Ipv4Net> {
        free_blocks(&self.pools, &self.taken, prefix, limit)
    }
}

/// The destinations of the routes in Linux's `/proc/net/route`, the default route left out.
pub fn routes(table: &str) -> Vec<Ipv4Net> {
    let route = |line: &str| {
        let mut fields = line.split_whitespace().skip(1);
        let number = |field: &str| u32::from_str_radix(field, 16).ok().map(u32::swap_bytes);
        let destination = number(fields.next()?)?;
        let mask = number(fields.nth(5)?)?;
        let net = Ipv4Net::with_netmask(destination.into(), mask.into()).ok()?;
        (net.prefix_len() > 0).then_some(net)
    };
    table.lines().skip(1).filter_map(route).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Swarm;

    fn nets(texts: &[&str]) -> Vec<Ipv4Net> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn a_route_table_is_read_in_the_hosts_byte_order() {
        let table = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
";
        assert_eq!(routes(table), nets(&["192.168.1.0/24"]));
    }

    #[test]
    fn ranges_lie_beside_networks_and_what_is_to_be_avoided() {
        let swarm = Swarm::sample().with_network("front", "10.0.1.0/24");
        let free = FreeRanges::beside(&swarm.networks).avoiding(nets(&["10.0.0.0/24", "10.0.2.0/28"]));
        assert_eq!(free.first(24, 2), nets(&["10.0.3.0/24", "10.0.4.0/24"]));
    }

    #[test]
    fn the_pools_are_the_swarms_or_dockers() {
        let info = serde_json::json!({"Swarm": {"Cluster": {"DefaultAddrPool": ["10.20.0.0/16"]}}});
        let free = FreeRanges::beside(&[]);
        assert_eq!(free.clone().in_pools_of(&info).first(24, 1), nets(&["10.20.0.0/24"]));
        assert_eq!(free.in_pools_of(&serde_json::Value::Null).first(24, 1), nets(&["10.0.0.0/24"]));
    }
}
