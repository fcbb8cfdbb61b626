//! A whole swarm in memory: its objects, and everything that the managers and the nodes do with them over simulated time.
//!
//! A pure state machine: no clock, no threads, no I/O, no randomness. Time passes when [`Swarm::advance_to`] says so, and
//! the same calls at the same moments give the same swarm.

mod change;
mod count;
mod event;
pub(crate) mod look;
mod timer;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

pub use count::Count;
pub use event::{Event, EventLog};
pub(crate) use timer::{Timer, Timers};

use crate::allocator::Allocator;
use crate::id::{FileId, IdSource, NetworkId, NodeId, ServiceId, TaskId};
use crate::moment::Moment;
use crate::object::{Availability, File, Meta, Network, Node, Role, Scope, Service, Task};
use crate::orchestrator::Rollout;
use crate::pool::SubnetRequest;
use crate::profile::Profile;

/// A swarm.
#[derive(Debug)]
pub struct Swarm {
    pub(crate) profile: Profile,
    /// The time since 1970 at which the swarm was made.
    pub(crate) epoch: Duration,
    pub(crate) now: Moment,
    pub(crate) index: u64,
    pub(crate) ids: IdSource,
    /// The id of the swarm itself.
    pub(crate) cluster: String,
    pub(crate) made: Meta,
    pub(crate) nodes: BTreeMap<NodeId, Node>,
    /// The node whose manager leads; `None` while there is none.
    pub(crate) leader: Option<NodeId>,
    pub(crate) networks: BTreeMap<NetworkId, Network>,
    pub(crate) services: BTreeMap<ServiceId, Service>,
    pub(crate) tasks: BTreeMap<TaskId, Task>,
    pub(crate) tasks_of: HashMap<ServiceId, BTreeSet<TaskId>>,
    pub(crate) files: BTreeMap<FileId, File>,
    pub(crate) allocator: Allocator,
    pub(crate) rollouts: BTreeMap<ServiceId, Rollout>,
    /// Removed networks whose containers still run on some node.
    pub(crate) remains: Vec<Network>,
    pub(crate) timers: Timers,
    pub(crate) events: EventLog,
    /// Images that no node has and no registry knows.
    pub(crate) missing_images: HashSet<String>,
    pub(crate) next_vxlan: u32,
}

impl Swarm {
    /// A swarm of nodes `node1`, `node2` …; the first `managers` of them are managers, and the first one leads. It has the
    /// networks that every swarm has: `ingress`, and the predefined ones. `epoch` is the time since 1970.
    pub fn new(profile: Profile, managers: usize, workers: usize, epoch: Duration) -> Self {
        let meta = Meta { version: 10, created: Moment::default(), updated: Moment::default() };
        let mut ids = IdSource::new(0x5eed);
        let cluster: NetworkId = ids.next();
        let mut swarm = Self {
            profile,
            epoch,
            now: Moment::default(),
            index: 10,
            ids,
            cluster: cluster.as_str().to_owned(),
            made: meta,
            nodes: BTreeMap::new(),
            leader: None,
            networks: BTreeMap::new(),
            services: BTreeMap::new(),
            tasks: BTreeMap::new(),
            tasks_of: HashMap::new(),
            files: BTreeMap::new(),
            allocator: Allocator::default(),
            rollouts: BTreeMap::new(),
            remains: Vec::new(),
            timers: Timers::default(),
            events: EventLog::default(),
            missing_images: HashSet::new(),
            next_vxlan: 4096,
        };
        for name in ["host", "none"] {
            let driver = if name == "none" { "null" } else { name };
            swarm.add_network(name, Scope::Predefined, driver, serde_json::json!({}), Vec::new());
        }
        let subnet = SubnetRequest { subnet: INGRESS_SUBNET, range: None, gateway: None };
        swarm.add_network("ingress", Scope::Ingress, "overlay", serde_json::json!({}), vec![subnet]);
        for number in 1..=managers + workers {
            let role = if number <= managers { Role::Manager } else { Role::Worker };
            swarm.join(role);
        }
        swarm.leader = swarm.nodes.values().find(|node| node.hostname == "node1").map(|node| node.id.clone());
        swarm.allocate();
        swarm
    }

    /// A new node joins; it is named by its number.
    pub fn join(&mut self, role: Role) -> NodeId {
        let number = self.nodes.len() + 1;
        let id: NodeId = self.ids.next();
        let node = Node {
            id: id.clone(),
            meta: self.meta(),
            hostname: format!("node{number}"),
            name: String::new(),
            address: format!("10.99.{}.{}", number / 250, number % 250 + 1),
            role,
            availability: Availability::Active,
            labels: BTreeMap::new(),
            alive: true,
            ready: true,
        };
        self.nodes.insert(id.clone(), node);
        self.attach_to_ingress(&id);
        for service in self.per_node_services() {
            self.reconcile(&service);
        }
        self.event("node", "create", id.as_str(), &[]);
        id
    }

    /// The simulated moment.
    pub fn now(&self) -> Moment {
        self.now
    }

    /// Lets time pass until `moment`, with everything that happens by itself until then.
    pub fn advance_to(&mut self, moment: Moment) {
        while let Some((at, timer)) = self.timers.pop_until(moment) {
            self.now = at;
            self.fire(timer);
        }
        self.now = self.now.max(moment);
    }

    /// Lets this much time pass.
    pub fn advance(&mut self, by: Duration) {
        self.advance_to(self.now + by);
    }

    /// Lets time pass until nothing is to happen any more, at most `limit`. True where nothing is.
    pub fn settle(&mut self, limit: Duration) -> bool {
        let end = self.now + limit;
        while let Some(at) = self.timers.next().filter(|at| *at <= end) {
            self.advance_to(at);
        }
        self.timers.next().is_none()
    }

    /// When something will happen by itself, if nothing is changed before.
    pub fn next_event(&self) -> Option<Moment> {
        self.timers.next()
    }

    fn fire(&mut self, timer: Timer) {
        match timer {
            Timer::Allocate => self.allocate(),
            Timer::Task(task, step) => self.task_step(&task, step),
            Timer::NodeDown(node) => self.node_is_down(&node),
            Timer::Rollout(service) => self.drive(&service),
            Timer::Elected => self.elected(),
        }
    }

    /// Version and times of an object that is made now.
    pub(crate) fn meta(&mut self) -> Meta {
        self.index += 1;
        Meta { version: self.index, created: self.now, updated: self.now }
    }

    /// Version and time of an object that changes now.
    pub(crate) fn touched(&mut self, meta: Meta) -> Meta {
        self.index += 1;
        Meta { version: self.index, updated: self.now, ..meta }
    }
}

/// The subnet that swarm gives its routing mesh.
const INGRESS_SUBNET: ipnet::IpNet =
    ipnet::IpNet::V4(ipnet::Ipv4Net::new_assert(std::net::Ipv4Addr::new(10, 0, 0, 0), 24));
