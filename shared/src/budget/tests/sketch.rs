//! Draws swarms for tests: networks, services, tasks and nodes, in any state of allocation.

use super::super::*;
use crate::endpoint::Mode;

/// A swarm under construction.
#[derive(Debug, Clone)]
pub(super) struct Sketch {
    pub(super) facts: SwarmFacts,
    /// How many services there ever were, for their IDs.
    created: usize,
}

/// A replicated service with Docker's defaults.
pub(super) fn shape(mode: Mode, replicas: u64, networks: &[&NetworkId]) -> ServiceShape {
    ServiceShape {
        mode,
        kind: Kind::Replicated { replicas },
        networks: networks.iter().map(|id| (*id).clone()).collect(),
        ingress_port: false,
        placement: Placement::default(),
        update: UpdatePolicy::default(),
        restarts_for_ever: true,
    }
}

impl Sketch {
    /// A swarm of this many nodes, all ready, and no network.
    pub(super) fn new(nodes: u32) -> Self {
        let nodes = (0..nodes)
            .map(|n| NodeFact {
                id: NodeId::new(format!("node{n}")),
                ready: true,
                active: true,
                leader: false,
                attributes: NodeAttributes::default(),
            })
            .collect();
        let facts = SwarmFacts {
            allocator: Allocator::Since29,
            networks: vec![],
            services: vec![],
            tasks: vec![],
            nodes,
        };
        Self { facts, created: 0 }
    }

    /// Adds an overlay network with these subnets.
    pub(super) fn network(&mut self, subnets: &[&str]) -> NetworkId {
        let id = NetworkId::new(format!("net{}", self.facts.networks.len()));
        self.facts.networks.push(NetworkFact {
            id: id.clone(),
            name: id.as_str().to_owned(),
            ingress: false,
            overlay: true,
            subnets: subnets.iter().map(|net| Subnet::parse(net, "", "").unwrap()).collect(),
            available: None,
        });
        id
    }

    /// Adds the ingress network.
    pub(super) fn ingress(&mut self, subnet: &str) -> NetworkId {
        let id = self.network(&[subnet]);
        self.facts.networks.last_mut().unwrap().ingress = true;
        id
    }

    /// Adds a service of which nothing is allocated yet: the state just after the engine's 201.
    pub(super) fn create(&mut self, shape: ServiceShape) -> ServiceId {
        let id = ServiceId::new(format!("service{}", self.created));
        self.created += 1;
        self.facts.services.push(ServiceFact {
            id: id.clone(),
            name: id.as_str().to_owned(),
            shape,
            vips: vec![],
        });
        id
    }

    /// Adds a service with all its virtual IPs and a running task on each of these nodes.
    pub(super) fn settled(&mut self, shape: ServiceShape, nodes: &[usize]) -> ServiceId {
        let id = self.create(shape);
        self.allocate_vips(&id);
        for (slot, node) in nodes.iter().enumerate() {
            self.task(&id, slot as u64 + 1, Some(*node), Stage::Holding, Fate::Kept);
        }
        id
    }

    /// Gives a service all its virtual IPs.
    pub(super) fn allocate_vips(&mut self, service: &ServiceId) {
        let networks = self.facts.networks.clone();
        let service = self.service_mut(service);
        service.vips = networks
            .iter()
            .flat_map(|network| {
                let count = service.shape.attachments(network) * service.shape.vips_per_attachment();
                (0..count).map(|_| network.id.clone())
            })
            .collect();
    }

    /// Adds a task; unless it is new, with its addresses.
    pub(super) fn task(
        &mut self,
        service: &ServiceId,
        slot: u64,
        node: Option<usize>,
        stage: Stage,
        fate: Fate,
    ) -> &mut TaskFact {
        let networks = self.facts.networks.clone();
        let shape = self.service_mut(service).shape.clone();
        let addresses = networks
            .iter()
            .filter(|_| stage != Stage::New)
            .map(|network| (network.id.clone(), Addresses::new(shape.attachments(network))))
            .filter(|(_, count)| !count.is_none())
            .collect();
        self.facts.tasks.push(TaskFact {
            owner: Owner::Service { id: service.clone(), slot },
            node: node.map(|node| self.facts.nodes[node].id.clone()),
            stage,
            fate,
            addresses,
        });
        self.facts.tasks.last_mut().unwrap()
    }

    /// Attaches a container.
    pub(super) fn container(&mut self, network: &NetworkId, node: usize) {
        self.facts.tasks.push(TaskFact {
            owner: Owner::Container,
            node: Some(self.facts.nodes[node].id.clone()),
            stage: Stage::Holding,
            fate: Fate::Kept,
            addresses: [(network.clone(), Addresses::ONE)].into(),
        });
    }

    pub(super) fn service_mut(&mut self, service: &ServiceId) -> &mut ServiceFact {
        self.facts.services.iter_mut().find(|fact| fact.id == *service).unwrap()
    }

    pub(super) fn usage(&self, network: &NetworkId) -> Usage {
        *Ledger::open(&self.facts).account(network).unwrap().usage()
    }

    /// Load balancers, virtual IPs, tasks, attachments.
    pub(super) fn kinds(&self, network: &NetworkId) -> [u64; 4] {
        let usage = self.usage(network);
        [usage.load_balancers, usage.vips, usage.tasks, usage.attachments].map(Addresses::get)
    }

    /// Owed virtual IPs, tasks, load balancers.
    pub(super) fn owed(&self, network: &NetworkId) -> [u64; 3] {
        let owed = self.usage(network).owed;
        [owed.vips, owed.tasks, owed.load_balancers].map(Addresses::get)
    }

    pub(super) fn judge(&self, shape: &ServiceShape) -> Judgement<'_> {
        judge(&Ledger::open(&self.facts), shape).unwrap()
    }

    /// The verdict on the first network of the service.
    pub(super) fn verdict(&self, shape: &ServiceShape) -> Verdict {
        self.judge(shape).networks[0].verdict
    }
}
