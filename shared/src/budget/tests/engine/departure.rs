//! How addresses come back to the simulated engine.

use std::collections::BTreeMap;

use super::super::super::*;
use super::Engine;

impl Engine {
    /// A rolling update or a failure: the task is to stop, and a new one is there in the same moment.
    pub(super) fn replace(&mut self, choice: usize) {
        let running: Vec<usize> = self.indexes(|task| {
            task.fate == Fate::Kept
                && task.stage == Stage::Holding
                && matches!(task.owner, Owner::Service { .. })
        });
        let Some(&task) = running.get(choice % running.len().max(1)) else { return };
        let old = self.swarm.facts.tasks[task].clone();
        let Owner::Service { id, .. } = &old.owner else { return };
        let fact = self.swarm.facts.services.iter().find(|fact| fact.id == *id);
        let Some(per_node) = fact.map(|fact| fact.shape.kind.is_one_per_node()) else { return };
        self.swarm.facts.tasks[task].fate = Fate::Leaving;
        let node = old.node.clone().filter(|_| per_node);
        let new = TaskFact { node, stage: Stage::New, addresses: BTreeMap::new(), ..old };
        self.swarm.facts.tasks.push(new);
    }

    /// `docker service rm`: the virtual IPs are free at once, the tasks are to stop.
    pub(super) fn remove(&mut self, choice: usize) {
        let count = self.swarm.facts.services.len();
        if count == 0 {
            return;
        }
        let gone = self.swarm.facts.services.remove(choice % count);
        gone.vips.iter().for_each(|network| self.give_back(network));
        for task in &mut self.swarm.facts.tasks {
            if matches!(&task.owner, Owner::Service { id, .. } if *id == gone.id) {
                task.fate = Fate::Leaving;
            }
        }
    }

    /// A stopping task has stopped, or an attached container.
    pub(super) fn end(&mut self, choice: usize) {
        let stopping: Vec<usize> = self.indexes(|task| {
            task.stage == Stage::Holding && (task.fate == Fate::Leaving || task.owner == Owner::Container)
        });
        let Some(&task) = stopping.get(choice % stopping.len().max(1)) else { return };
        self.swarm.facts.tasks[task].stage = Stage::Ended;
        let ended = self.swarm.facts.tasks[task].clone();
        for network in ended.addresses.keys() {
            self.give_back(network);
            let Some(node) = &ended.node else { continue };
            let still = self.swarm.facts.tasks.iter().any(|other| {
                other.stage == Stage::Holding
                    && other.node.as_ref() == Some(node)
                    && other.addresses.contains_key(network)
            });
            if !still && self.balancers.remove(&(network.clone(), node.clone())) {
                self.give_back(network);
            }
        }
    }

    fn indexes(&self, wanted: impl Fn(&TaskFact) -> bool) -> Vec<usize> {
        self.swarm
            .facts
            .tasks
            .iter()
            .enumerate()
            .filter(|(_, task)| wanted(task))
            .map(|(index, _)| index)
            .collect()
    }
}
