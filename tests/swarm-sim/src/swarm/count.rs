//! The true state of a network's addresses, as only the allocator itself knows it: what models are judged against.

use super::Swarm;

/// How the addresses of a network are spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// How many can be handed out in all.
    pub usable: u64,
    /// Virtual IPs.
    pub vips: u64,
    /// Tasks, and attached containers.
    pub tasks: u64,
    /// Nodes.
    pub balancers: u64,
    /// Handed out, and nothing owns them: a defect of the engine.
    pub leaked: u64,
    /// Not handed out.
    pub free: u64,
}

impl Count {
    /// What objects of the swarm hold.
    pub fn owned(&self) -> u64 {
        self.vips + self.tasks + self.balancers
    }
}

impl Swarm {
    /// The count of the network of this name or id. An unallocated network has no addresses.
    pub fn count(&self, network: &str) -> Option<Count> {
        let network = self.network(network)?;
        let Some(pool) = &network.pool else { return Some(Count::default()) };
        let vips = self.services.values().filter_map(|service| service.endpoint.as_ref());
        let vips = vips.flat_map(|endpoint| &endpoint.vips);
        let vips = vips.filter(|vip| vip.network == network.id && vip.address.is_some()).count() as u64;
        let held = |task: &crate::object::Task| task.networks_held().filter(|id| **id == network.id).count();
        let tasks = self.tasks.values().map(held).sum::<usize>() as u64;
        let balancers = self.allocator.balancers_on(&network.id) as u64;
        let usable = pool.usable();
        let free = usable.saturating_sub(pool.used());
        let leaked = pool.used().saturating_sub(vips + tasks + balancers);
        Some(Count { usable, vips, tasks, balancers, leaked, free })
    }
}
