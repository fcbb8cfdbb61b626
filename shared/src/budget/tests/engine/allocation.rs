//! How the simulated engine hands addresses out.

use super::super::super::*;
use super::Engine;
use crate::endpoint::Mode;

impl Engine {
    fn take(&mut self, network: &NetworkId) -> bool {
        let pool = self.pools.get_mut(network).unwrap();
        let taken = pool.free.pop_first();
        pool.used.extend(taken);
        taken.is_some()
    }

    pub(super) fn give_back(&mut self, network: &NetworkId) {
        let pool = self.pools.get_mut(network).unwrap();
        assert!(pool.free.insert(pool.used.pop().unwrap()));
    }

    /// `docker run --network`: an address, and the node joins.
    pub(super) fn attach(&mut self, node: usize, network: usize) {
        let network = self.networks[network % self.networks.len()].clone();
        let node = node % self.swarm.facts.nodes.len();
        if self.take(&network) {
            self.swarm.container(&network, node);
            let task = self.swarm.facts.tasks.len() - 1;
            let node = self.swarm.facts.nodes[node].id.clone();
            if !self.join(task, &node) {
                self.swarm.facts.tasks[task].stage = Stage::Ended;
                self.give_back(&network);
            }
        }
    }

    /// One step of the engine for this service: a virtual IP, the creation of its tasks, the addresses of a task, or
    /// the node of a task. False where there is nothing to do, or no address to do it with.
    pub(super) fn allocate_one(&mut self, service: usize) -> bool {
        let ServiceFact { id, shape, vips, .. } = self.swarm.facts.services[service].clone();
        let without_vip = shape.networks.iter().find(|network| !vips.contains(network));
        if let Some(network) = without_vip.filter(|_| shape.mode == Mode::Vip) {
            let got = self.take(network);
            if got {
                self.swarm.facts.services[service].vips.push(network.clone());
            }
            return got;
        }
        if self.create_tasks(&id, &shape) {
            return true;
        }
        let own = |task: &TaskFact| matches!(&task.owner, Owner::Service { id: owner, .. } if *owner == id);
        let tasks = self.swarm.facts.tasks.clone();
        let of_service = || tasks.iter().enumerate().filter(|(_, t)| own(t) && t.fate == Fate::Kept);
        if let Some((task, _)) = of_service().find(|(_, task)| task.stage == Stage::New) {
            return self.address(task, &shape);
        }
        if let Some((task, _)) = of_service().find(|(_, t)| t.stage == Stage::Holding && t.node.is_none()) {
            let node = self.worst_node(&shape);
            let joined = self.join(task, &node);
            if joined {
                self.swarm.facts.tasks[task].node = Some(node);
            }
            return joined;
        }
        false
    }

    /// The orchestrator: tasks in state `new` for every replica, or every node, that has none.
    fn create_tasks(&mut self, id: &ServiceId, shape: &ServiceShape) -> bool {
        let kept: Vec<(u64, Option<NodeId>)> = self
            .swarm
            .facts
            .tasks
            .iter()
            .filter(|task| task.fate == Fate::Kept && task.stage != Stage::Ended)
            .filter_map(|task| match &task.owner {
                Owner::Service { id: owner, slot } if owner == id => Some((*slot, task.node.clone())),
                _ => None,
            })
            .collect();
        let mut created = false;
        if shape.kind.is_one_per_node() {
            for index in 0..self.swarm.facts.nodes.len() {
                let node = self.swarm.facts.nodes[index].id.clone();
                if !kept.iter().any(|(_, at)| at.as_ref() == Some(&node)) {
                    self.swarm.task(id, 0, Some(index), Stage::New, Fate::Kept);
                    created = true;
                }
            }
        } else {
            for slot in 1..=shape.kind.tasks(0) {
                if !kept.iter().any(|(taken, _)| *taken == slot) {
                    self.swarm.task(id, slot, None, Stage::New, Fate::Kept);
                    created = true;
                }
            }
        }
        created
    }

    /// A task gets an address on each of its networks, or on none. Where it is bound to a node, it also joins it.
    fn address(&mut self, task: usize, shape: &ServiceShape) -> bool {
        if shape.networks.iter().any(|network| self.pools[network].free.is_empty()) {
            return false;
        }
        for network in &shape.networks {
            assert!(self.take(network));
            self.swarm.facts.tasks[task].addresses.insert(network.clone(), Addresses::ONE);
        }
        self.swarm.facts.tasks[task].stage = Stage::Holding;
        match self.swarm.facts.tasks[task].node.clone() {
            Some(node) if !self.join(task, &node) => {
                // No load balancer, no start: the engine rejects the task.
                self.swarm.facts.tasks[task].stage = Stage::Ended;
                shape.networks.iter().for_each(|network| self.give_back(network));
                false
            }
            _ => true,
        }
    }

    /// The node gets a load balancer on every network of the task where it has none, or nothing changes.
    fn join(&mut self, task: usize, node: &NodeId) -> bool {
        let missing: Vec<NetworkId> = self.swarm.facts.tasks[task]
            .addresses
            .keys()
            .filter(|network| !self.balancers.contains(&((*network).clone(), node.clone())))
            .cloned()
            .collect();
        if missing.iter().any(|network| self.pools[network].free.is_empty()) {
            return false;
        }
        for network in missing {
            assert!(self.take(&network));
            self.balancers.insert((network, node.clone()));
        }
        true
    }

    /// The node that costs the most load balancers.
    fn worst_node(&self, shape: &ServiceShape) -> NodeId {
        let cost = |node: &NodeId| {
            shape.networks.iter().filter(|n| !self.balancers.contains(&((*n).clone(), node.clone()))).count()
        };
        self.swarm.facts.nodes.iter().map(|node| node.id.clone()).max_by_key(cost).unwrap()
    }
}
