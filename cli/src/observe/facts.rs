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
            overlay: network.is_overlay(),
            subnets: network.subnets.clone(),
            available: network.available,
        });
        let runs: BTreeMap<&str, u64> =
            self.services.iter().map(|service| (service.id(), service.job_iteration())).collect();
        SwarmFacts {
            allocator: self.allocator,
            networks: networks.collect(),
            services: self.services.iter().map(service).collect(),
            tasks: self.tasks.iter().map(|it| task(it, runs.get(it.service.as_str()).copied())).collect(),
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

/// A task of an earlier run of a job is not replaced when it ends, whatever its desired state says.
fn task(task: &Task, run: Option<u64>) -> TaskFact {
    let outdated = run.is_some_and(|run| task.job_iteration.index < run);
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
        fate: if outdated { Fate::Leaving } else { Fate::of(&task.desired_state) },
        addresses,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::JobIteration;

    #[test]
    fn a_task_of_an_earlier_run_of_a_job_is_not_replaced() {
        let mut swarm = Swarm::sample().with_network("front", "10.1.0.0/24").with_service(
            "job",
            "dnsrr",
            2,
            "front",
            &[],
        );
        let mut json = swarm.services[0].json().clone();
        json["JobStatus"] = serde_json::json!({ "JobIteration": { "Index": 9 } });
        swarm.services[0] = RawService::new(json).unwrap();
        swarm.tasks[0].job_iteration = JobIteration { index: 9 };
        swarm.tasks[1].job_iteration = JobIteration { index: 4 };
        let fates: Vec<Fate> = swarm.facts().tasks.iter().map(|task| task.fate).collect();
        assert_eq!(fates, [Fate::Kept, Fate::Leaving]);
    }

    #[test]
    fn an_attachment_of_a_container_is_told_apart_from_a_task() {
        let mut swarm =
            Swarm::sample().with_network("front", "10.1.0.0/24").with_service("s", "vip", 1, "front", &[]);
        swarm.tasks[0].service.clear();
        assert_eq!(swarm.facts().tasks[0].owner, Owner::Container);
    }

    #[test]
    fn a_virtual_ip_without_an_address_is_not_held() {
        let mut swarm =
            Swarm::sample().with_network("front", "10.1.0.0/24").with_service("s", "vip", 1, "front", &[]);
        let mut json = swarm.services[0].json().clone();
        json["Endpoint"]["VirtualIPs"] = serde_json::json!([{ "NetworkID": "front-id" }]);
        swarm.services[0] = RawService::new(json).unwrap();
        assert!(swarm.facts().services[0].vips.is_empty());
    }
}
