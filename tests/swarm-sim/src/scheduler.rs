//! The scheduler: which node gets a task (swarmkit `manager/scheduler`).
//!
//! It spreads: the node with the fewest tasks of the service, then the one with the fewest tasks at all.

use std::collections::HashMap;

use crate::id::{NodeId, TaskId};
use crate::object::{Node, Place, TaskState, Template};
use crate::swarm::Swarm;

impl Swarm {
    /// Gives nodes to the tasks that wait for one and have their addresses.
    pub(crate) fn schedule(&mut self) {
        if self.allocator.pending.is_empty() {
            return;
        }
        let mut load: HashMap<NodeId, usize> = HashMap::new();
        for task in self.tasks.values().filter(|task| !task.state.is_terminal()) {
            if let Some(node) = task.node.as_ref().filter(|_| task.state >= TaskState::Assigned) {
                *load.entry(node.clone()).or_default() += 1;
            }
        }
        for id in std::mem::take(&mut self.allocator.pending) {
            let Some(task) = self.tasks.get(&id).filter(|task| task.state == TaskState::Pending) else {
                continue;
            };
            if let Some(node) = self.choose(&id, &load) {
                *load.entry(node.clone()).or_default() += 1;
                let bound = task.node.is_some();
                if let Some(task) = self.tasks.get_mut(&id) {
                    task.node = Some(node);
                }
                if !bound {
                    self.hold_node(&id);
                }
                self.set_state(&id, TaskState::Assigned);
                self.assigned(&id);
            } else {
                let error = self.no_node();
                if let Some(task) = self.tasks.get_mut(&id) {
                    task.error = error;
                }
                self.allocator.pending.insert(id);
            }
        }
    }

    fn choose(&self, id: &TaskId, load: &HashMap<NodeId, usize>) -> Option<NodeId> {
        let task = self.tasks.get(id)?;
        if let Place::Node(node) = &task.place {
            return self
                .nodes
                .get(node)
                .filter(|node| node.takes_tasks() || task.service.is_none())
                .map(|node| node.id.clone());
        }
        let service = task.service.as_ref()?;
        let mut own: HashMap<&NodeId, usize> = HashMap::new();
        for other in
            self.tasks_of(service).filter(|other| other.is_kept() && other.state >= TaskState::Assigned)
        {
            if let Some(node) = &other.node {
                *own.entry(node).or_default() += 1;
            }
        }
        let limit = match usize::try_from(task.template.max_per_node) {
            Ok(0) | Err(_) => usize::MAX,
            Ok(limit) => limit,
        };
        let count = |node: &Node| own.get(&node.id).copied().unwrap_or_default();
        let fits = |node: &&Node| node.takes_tasks() && allows(&task.template, node) && count(node) < limit;
        let key = |node: &&Node| {
            (count(node), load.get(&node.id).copied().unwrap_or_default(), node.hostname.clone())
        };
        self.nodes.values().filter(fits).min_by_key(key).map(|node| node.id.clone())
    }

    fn no_node(&self) -> String {
        let (count, s) = (self.nodes.len(), if self.nodes.len() == 1 { "" } else { "s" });
        if self.nodes.values().any(Node::takes_tasks) {
            format!("no suitable node (scheduling constraints not satisfied on {count} node{s})")
        } else {
            format!("no suitable node ({count} node{s} not available for new tasks)")
        }
    }
}

/// Whether the placement constraints let the task onto the node (swarmkit `manager/constraint`): values are compared
/// without case.
pub(crate) fn allows(template: &Template, node: &Node) -> bool {
    template.constraints.iter().all(|constraint| {
        let (key, wanted, equal) = match (constraint.split_once("!="), constraint.split_once("==")) {
            (Some((key, value)), _) => (key, value, false),
            (None, Some((key, value))) => (key, value, true),
            (None, None) => return false,
        };
        let (key, wanted) = (key.trim(), wanted.trim());
        let is = |text: &str| text.eq_ignore_ascii_case(wanted);
        let met = match key {
            "node.id" => is(node.id.as_str()),
            "node.hostname" => is(&node.hostname),
            "node.role" => is(node.role.word()),
            "node.platform.os" => is("linux"),
            "node.platform.arch" => is("x86_64") || is("amd64"),
            "node.ip" => is(&node.address),
            _ => {
                let label = key.strip_prefix("node.labels.").and_then(|label| node.labels.get(label));
                label.is_some_and(|value| is(value))
            }
        };
        met == equal
    })
}
