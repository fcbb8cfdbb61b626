//! Changes from outside that no API call makes: nodes that die and return, leaders that change, containers that attach.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Swarm, Timer};
use crate::id::{NetworkId, NodeId, TaskId};
use crate::object::{DesiredState, Network, Place, Role, Scope, Task, TaskState, Template};
use crate::pool::SubnetRequest;

impl Swarm {
    /// The engine of a node dies. After a while the managers count it as down; where it led, another manager takes over.
    pub fn kill_node(&mut self, node: &NodeId) {
        if let Some(node) = self.nodes.get_mut(node) {
            node.alive = false;
        }
        self.timers.set(self.now + self.profile.pace.node_down, Timer::NodeDown(node.clone()));
        if self.leader.as_ref() == Some(node) {
            self.lose_leader();
        }
    }

    /// The engine of a node comes back; its containers have died with it.
    pub fn return_node(&mut self, node: &NodeId) {
        let Some(found) = self.nodes.get_mut(node) else { return };
        found.alive = true;
        found.ready = true;
        self.node_changed(node);
        let lost: Vec<TaskId> = self
            .tasks
            .values()
            .filter(|task| task.node.as_ref() == Some(node) && task.service.is_some())
            .filter(|task| task.state >= TaskState::Preparing && !task.state.is_terminal())
            .map(|task| task.id.clone())
            .collect();
        for task in lost {
            self.end_task(&task, TaskState::Failed, "task: non-zero exit (137)", 137);
        }
        for service in self.per_node_services() {
            self.reconcile(&service);
        }
        self.wake();
        if self.leader.is_none() {
            self.timers.set(self.now + self.profile.pace.election, Timer::Elected);
        }
    }

    /// The leader steps down: no swarm calls are served until another manager leads. Its allocator starts from the store.
    pub fn lose_leader(&mut self) {
        self.leader = None;
        self.timers.set(self.now + self.profile.pace.election, Timer::Elected);
    }

    /// A manager leads, where more than half of them are alive.
    pub(super) fn elected(&mut self) {
        let managers = || self.nodes.values().filter(|node| node.role == Role::Manager);
        let alive = managers().filter(|node| node.alive).count();
        if self.leader.is_some() || alive * 2 <= managers().count() {
            return;
        }
        self.leader = managers().filter(|node| node.alive).map(|node| node.id.clone()).max();
        self.rebuild_allocator();
    }

    pub(super) fn node_is_down(&mut self, node: &NodeId) {
        let Some(found) = self.nodes.get_mut(node).filter(|node| !node.alive && node.ready) else { return };
        found.ready = false;
        self.node_changed(node);
        self.leave_node(node);
    }

    /// Marks a change of the node in the store.
    pub(crate) fn node_changed(&mut self, id: &NodeId) {
        let Some(meta) = self.nodes.get(id).map(|node| node.meta) else { return };
        let meta = self.touched(meta);
        if let Some(node) = self.nodes.get_mut(id) {
            node.meta = meta;
        }
        self.event("node", "update", id.as_str(), &[]);
    }

    /// A standalone container is attached to a network (`docker run --network` on that node): a task without a service.
    pub fn attach_container(&mut self, network: &NetworkId, node: &NodeId) -> TaskId {
        let id: TaskId = self.ids.next();
        let json = json!({
            "NetworkAttachmentSpec": { "ContainerID": format!("{id}{id}") },
            "Networks": [{ "Target": network.as_str() }],
            "ForceUpdate": 0,
            "Runtime": "attachment",
        });
        let meta = self.meta();
        let task = Task {
            id: id.clone(),
            meta,
            service: None,
            place: Place::Node(node.clone()),
            template: Arc::new(Template::read(&json)),
            published: false,
            revision: 0,
            iteration: None,
            node: Some(node.clone()),
            state: TaskState::New,
            since: self.now,
            error: String::new(),
            exit_code: 0,
            desired: DesiredState::Running,
            attachments: Vec::new(),
            holds: false,
            stopping: false,
        };
        self.tasks.insert(id.clone(), task);
        self.allocator.new_tasks.insert(id.clone());
        self.wake();
        id
    }

    /// The standalone container is stopped or removed.
    pub fn detach_container(&mut self, task: &TaskId) {
        self.end_task(task, TaskState::Shutdown, "", 0);
        self.tasks.remove(task);
    }

    /// Adds a network to the store.
    pub(crate) fn add_network(
        &mut self,
        name: &str,
        scope: Scope,
        driver: &str,
        request: Value,
        subnets: Vec<SubnetRequest>,
    ) -> NetworkId {
        let id: NetworkId = self.ids.next();
        self.next_vxlan += 1;
        let network = Network {
            id: id.clone(),
            meta: self.meta(),
            name: name.to_owned(),
            scope,
            driver: driver.to_owned(),
            request,
            subnets,
            vxlan: self.next_vxlan,
            pool: None,
        };
        self.networks.insert(id.clone(), network);
        if scope != Scope::Predefined {
            self.allocator.new_networks.insert(id.clone());
            self.event("network", "create", id.as_str(), &[("name", name)]);
        }
        self.wake();
        id
    }
}
