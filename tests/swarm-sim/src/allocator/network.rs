//! Networks: subnets from the request or from the swarm's address pool.

use std::net::Ipv4Addr;

use ipnet::{IpNet, Ipv4Net};

use crate::id::NetworkId;
use crate::object::Network;
use crate::pool::{Pool, SubnetRequest};
use crate::swarm::Swarm;

impl Swarm {
    /// Every network without a pool, in the order of their creation. One that overlaps another waits until that is gone.
    pub(super) fn allocate_networks(&mut self) {
        let mut waiting: Vec<(u64, NetworkId)> = std::mem::take(&mut self.allocator.new_networks)
            .into_iter()
            .filter_map(|id| Some((self.networks.get(&id)?.meta.version, id)))
            .collect();
        waiting.sort();
        for (_, id) in waiting {
            if !self.allocate_network(&id) {
                self.allocator.new_networks.insert(id);
            }
        }
    }

    fn allocate_network(&mut self, id: &NetworkId) -> bool {
        let Some(network) = self.networks.get(id) else { return true };
        let subnets = match network.subnets[..] {
            [] => match self.free_subnet() {
                Some(subnet) => vec![SubnetRequest { subnet, range: None, gateway: None }],
                None => return false,
            },
            _ => network.subnets.clone(),
        };
        let overlaps = |other: &Network| other.id != *id && other.pool.is_some() && other.overlaps(&subnets);
        if self.networks.values().any(overlaps) {
            return false;
        }
        let Some(pool) = Pool::new(&subnets, self.profile.release) else { return false };
        if let Some(network) = self.networks.get_mut(id) {
            network.subnets = subnets;
            network.pool = Some(pool);
        }
        self.released();
        true
    }

    /// The first /24 of 10.0.0.0/8 that no network has (swarm's default address pool).
    fn free_subnet(&self) -> Option<IpNet> {
        (0..1u32 << 16).find_map(|number| {
            let base = Ipv4Addr::from((10 << 24) | (number << 8));
            let subnet = IpNet::V4(Ipv4Net::new(base, 24).ok()?);
            let request = [SubnetRequest { subnet, range: None, gateway: None }];
            let taken = |network: &Network| network.pool.is_some() && network.overlaps(&request);
            (!self.networks.values().any(taken)).then_some(subnet)
        })
    }
}
