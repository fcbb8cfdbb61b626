//! The swarm that a stack is held against: the live one, or one that the user describes.

use std::collections::BTreeMap;
use std::str::FromStr;

use smsvc_core::budget::{
    Addresses, Allocator, Fate, NetworkFact, NetworkId, NetworkOutlook, NodeAttributes, NodeFact, NodeId,
    Owner, Stage, Subnet, SubnetError, SwarmFacts, TaskFact,
};
use thiserror::Error;

use crate::engine::Network;
use crate::observe::Swarm;

/// `--network-size NAME=CIDR[,used=N][,nodes=N]`: a network that the live swarm does not tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkSize {
    /// Its name in the swarm.
    pub name: String,
    /// Its subnet.
    pub subnet: Subnet,
    /// How many of its addresses are in use already, load balancers included.
    pub used: u64,
    /// On how many nodes its tasks run at most; on all of them without it.
    pub nodes: Option<u64>,
}

/// Why a text is no [`NetworkSize`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NetworkSizeError {
    /// No name, or no subnet.
    #[error("write it as NAME=CIDR, as in front=10.0.1.0/24")]
    Form,
    /// Not a subnet.
    #[error(transparent)]
    Subnet(#[from] SubnetError),
    /// Something else behind the subnet.
    #[error("`{0}` is neither used=N nor nodes=N")]
    Option(String),
}

impl FromStr for NetworkSize {
    type Err = NetworkSizeError;

    fn from_str(text: &str) -> Result<Self, NetworkSizeError> {
        let (name, rest) =
            text.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or(NetworkSizeError::Form)?;
        let mut parts = rest.split(',');
        let subnet = Subnet::parse(parts.next().unwrap_or_default(), "", "")?;
        let mut size = Self { name: name.to_owned(), subnet, used: 0, nodes: None };
        for part in parts {
            let wrong = || NetworkSizeError::Option(part.to_owned());
            let (key, value) = part.split_once('=').ok_or_else(wrong)?;
            let value = value.parse().map_err(|_| wrong())?;
            match key {
                "used" => size.used = value,
                "nodes" => size.nodes = Some(value),
                _ => return Err(wrong()),
            }
        }
        Ok(size)
    }
}

/// What a check is held against.
#[derive(Debug, Clone)]
pub struct World {
    /// The swarm, node-local networks included.
    pub(crate) swarm: Swarm,
    /// The same in the terms of the budget.
    pub(crate) facts: SwarmFacts,
    /// The prefix length of a network that is created without a subnet.
    pub(crate) default_prefix: u8,
    /// Nobody was asked: what is not described is not known.
    pub(crate) offline: bool,
    nodes: BTreeMap<NetworkId, u64>,
}

/// The prefix length that a swarm gives networks unless it was told another (`docker swarm init`).
const DEFAULT_PREFIX: u8 = 24;

impl World {
    /// The live swarm. `info` is the engine's `GET /info`, which tells the size of new networks.
    pub fn live(swarm: Swarm, info: &serde_json::Value) -> Self {
        let size = info.pointer("/Swarm/Cluster/SubnetSize").and_then(serde_json::Value::as_u64);
        let facts = swarm.facts();
        Self {
            swarm,
            facts,
            default_prefix: size
                .and_then(|size| u8::try_from(size).ok())
                .filter(|size| *size > 0)
                .unwrap_or(DEFAULT_PREFIX),
            offline: false,
            nodes: BTreeMap::new(),
        }
    }

    /// A swarm of so many nodes with nothing on it but its ingress network.
    pub fn described(nodes: u64) -> Self {
        let node = |number: u64| NodeFact {
            id: NodeId::new(format!("node-{number}")),
            ready: true,
            active: true,
            leader: number == 0,
            attributes: NodeAttributes::default(),
        };
        let ingress = Subnet::parse("10.0.0.0/24", "", "").into_iter().collect();
        let swarm = Swarm {
            allocator: Allocator::Before29,
            networks: vec![network("ingress", true, ingress)],
            services: Vec::new(),
            tasks: Vec::new(),
            nodes: (0..nodes).map(node).collect(),
        };
        let facts = swarm.facts();
        Self { swarm, facts, default_prefix: DEFAULT_PREFIX, offline: true, nodes: BTreeMap::new() }
    }

    /// The same with a network as the user describes it; it takes the place of one of this name.
    #[must_use]
    pub fn with(mut self, size: &NetworkSize) -> Self {
        let described = network(&size.name, size.name == "ingress", vec![size.subnet]);
        let id = NetworkId::new(&described.id);
        self.swarm.networks.retain(|network| network.name != size.name);
        self.facts.networks.retain(|network| network.name != size.name);
        self.facts.networks.push(fact(&described, id.clone()));
        if size.used > 0 {
            self.facts.tasks.push(TaskFact {
                owner: Owner::Container,
                node: None,
                stage: Stage::Holding,
                fate: Fate::Kept,
                addresses: [(id.clone(), Addresses::new(size.used))].into(),
            });
        }
        if let Some(nodes) = size.nodes {
            self.nodes.insert(id, nodes);
        }
        self.swarm.networks.push(described);
        self
    }

    /// Takes load balancers off that the user says cannot be.
    pub(super) fn with_known_nodes(
        &self,
        mut outlooks: Vec<NetworkOutlook>,
        facts: &SwarmFacts,
    ) -> Vec<NetworkOutlook> {
        for outlook in &mut outlooks {
            let Some(nodes) = self.nodes.get(&outlook.network) else { continue };
            let ingress = facts.networks.iter().any(|it| it.id == outlook.network && it.ingress);
            if ingress {
                continue;
            }
            let expected = outlook.after.load_balancers.plus(outlook.after.owed.load_balancers);
            let never = expected.minus(Addresses::new(*nodes));
            for height in [&mut outlook.steady, &mut outlook.deploying, &mut outlook.updating] {
                *height = height.minus(never);
            }
        }
        outlooks
    }
}

fn network(name: &str, ingress: bool, subnets: Vec<Subnet>) -> Network {
    Network {
        id: format!("described:{name}"),
        name: name.to_owned(),
        driver: "overlay".to_owned(),
        swarm: true,
        ingress,
        subnets,
        available: None,
    }
}

fn fact(network: &Network, id: NetworkId) -> NetworkFact {
    NetworkFact {
        id,
        name: network.name.clone(),
        ingress: network.ingress,
        overlay: true,
        subnets: network.subnets.clone(),
        available: None,
    }
}
