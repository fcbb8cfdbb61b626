//! A snapshot in the terms of the address budget.

use std::collections::BTreeMap;

use smsvc_core::budget::{
    Addresses, Fate, NetworkFact, NetworkId, NodeId, Owner, ServiceFact, ServiceId, Stage, SwarmFacts,
    TaskFact,
};

use super::{Swarm, shape};
use crate::engine::Task;
use crate::service::RawService;

impl Swarm {
    /// What the budget is computed from. Node-local networks have no part in it.
    pub fn facts(&self) -> SwarmFacts {
        let networks = self.networks.iter().filter(|network| network.swarm).map(|network| NetworkFact {
            id: NetworkId::new(&network.id),
            name: network.name.clone(),
            ingress: network.ingress,
            overlay: network.driver == "overlay",
            subnets: network.subnets.clone(),
            available: None,
        });
        SwarmFacts {
            allocator: self.allocator,
            networks: networks.collect(),
            services: self.services.iter().map(service).collect(),
            tasks: self.tasks.iter().map(task).collect(),
            nodes: self.nodes.clone(),
        }
    }
}

fn service(service: &RawService) -> ServiceFact {
    ServiceFact {
        id: ServiceId::new(service.id()),
        name: service.name().to_owned(),
        shape: shape(service.spec()),
        // The entry of a node-local network has no address.
        vips: service
            .virtual_ips()
            .into_iter()
            .filter(|vip| vip.address.is_some())
            .map(|vip| NetworkId::new(vip.network))
            .collect(),
    }
}

fn task(task: &Task) -> TaskFact {
    let mut addresses = BTreeMap::<NetworkId, Addresses>::new();
    for attachment in task.attachments.iter().flatten() {
        let count = attachment.addresses.iter().flatten().filter(|address| !address.is_empty()).count();
        let held = addresses.entry(NetworkId::new(&attachment.network.id)).or_default();
        *held = held.plus(Addresses::one_each(count));
    }
    TaskFact {
        owner: match task.service.as_str() {
            "" => Owner::Container,
            id => Owner::Service { id: ServiceId::new(id), slot: task.slot },
        },
        node: (!task.node.is_empty()).then(|| NodeId::new(&task.node)),
        stage: Stage::of(&task.status.state),
        fate: Fate::of(&task.desired_state),
        addresses,
    }
}
