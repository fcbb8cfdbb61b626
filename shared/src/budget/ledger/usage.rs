//! What is in use on one network, by kind, and what is left.

use super::super::addresses::Addresses;
use super::super::capacity::Capacity;

/// The state of one network's addresses. Every number is a count of IPv4 addresses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// What the network's subnets hold.
    pub capacity: Capacity,
    /// One for each node that has a task of the network; on ingress one for each node of the swarm.
    pub load_balancers: Addresses,
    /// Virtual IPs of services.
    pub vips: Addresses,
    /// Tasks of services, stopping ones included.
    pub tasks: Addresses,
    /// Those of `tasks` that are not to run any more and have not ended: they still hold their addresses.
    pub stopping: Addresses,
    /// Containers attached with `docker run --network`.
    pub attachments: Addresses,
    /// Addresses that the engine counts as taken although nothing above holds them. Zero where the engine does not
    /// tell its own count. A swarm that changes between two API calls can look like this for a moment.
    pub leaked: Addresses,
    /// Free now, but already promised.
    pub owed: Owed,
    /// What global services will take when nodes come back that are down, drained or paused now. Neither in use nor
    /// promised: nobody knows whether they come back.
    pub returning: Returning,
}

/// Addresses that global services take as soon as a node takes tasks again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Returning {
    /// One task for each such node and global service that the placement allows there.
    pub tasks: Addresses,
    /// The load balancers of those nodes that have none on the network.
    pub load_balancers: Addresses,
}

impl Returning {
    /// All of them.
    pub fn total(self) -> Addresses {
        self.tasks.plus(self.load_balancers)
    }
}

/// Addresses that existing services will still take.
///
/// The engine answers a create or update before it has allocated anything, and never says that it could not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Owed {
    /// Virtual IPs that are not allocated yet.
    pub vips: Addresses,
    /// Tasks that are created without addresses yet, or not even created.
    pub tasks: Addresses,
    /// Node load balancers that those tasks, and tasks that no node was found for yet, may cause at worst.
    pub load_balancers: Addresses,
}

impl Owed {
    /// All of them.
    pub fn total(self) -> Addresses {
        self.vips.plus(self.tasks).plus(self.load_balancers)
    }
}

impl Usage {
    /// Usable addresses that something holds.
    pub fn owned(&self) -> Addresses {
        self.load_balancers.plus(self.vips).plus(self.tasks).plus(self.attachments)
    }

    /// Usable addresses that the engine can hand out now.
    pub fn free(&self) -> Addresses {
        self.capacity.usable.minus(self.owned()).minus(self.leaked)
    }

    /// What is left for something new: free and not owed.
    pub fn headroom(&self) -> Addresses {
        self.free().minus(self.owed.total())
    }

    /// By how much the addresses would fall short if all nodes came back at once. None where nothing would come back.
    pub fn short_on_return(&self) -> Addresses {
        match self.returning.total() {
            Addresses::NONE => Addresses::NONE,
            returning => returning.minus(self.headroom()),
        }
    }

    /// How many of the owed addresses are not there. While this is not zero, some task waits, or will.
    pub fn short(&self) -> Addresses {
        self.owed.total().minus(self.free())
    }
}
