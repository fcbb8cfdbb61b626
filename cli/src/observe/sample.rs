//! Snapshots for unit tests, made of the JSON that an engine would send.

use serde_json::{Value, json};
use smsvc_core::budget::{Allocator, NodeAttributes, NodeFact, NodeId, Subnet};

use super::Swarm;
use crate::engine::{Network, Task};
use crate::service::RawService;

impl Swarm {
    /// A swarm of one node with nothing on it.
    pub(crate) fn sample() -> Self {
        let node = NodeFact {
            id: NodeId::new("node-1"),
            ready: true,
            active: true,
            leader: true,
            attributes: NodeAttributes::default(),
        };
        Self {
            allocator: Allocator::of_api(1, 41),
            networks: Vec::new(),
            services: Vec::new(),
            tasks: Vec::new(),
            nodes: vec![node],
        }
    }

    /// Adds an overlay network whose id is `<name>-id`.
    pub(crate) fn with_network(mut self, name: &str, subnet: &str) -> Self {
        self.networks.push(overlay(name, subnet));
        self
    }

    /// Adds a service whose id is `<name>-id`, with `replicas` running tasks, a virtual IP unless it is dnsrr, on one
    /// network.
    pub(crate) fn with_service(
        mut self,
        name: &str,
        mode: &str,
        replicas: u64,
        network: &str,
        labels: &[(&str, &str)],
    ) -> Self {
        let network = format!("{network}-id");
        let labels: serde_json::Map<String, Value> =
            labels.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
        let vips =
            if mode == "vip" { json!([{ "NetworkID": network, "Addr": "10.9.9.9/24" }]) } else { json!([]) };
        let age = self.services.len();
        let service = json!({
            "ID": format!("{name}-id"),
            "Version": { "Index": 7 },
            "CreatedAt": format!("2026-01-01T00:00:{age:02}Z"),
            "Spec": {
                "Name": name,
                "Labels": labels,
                "TaskTemplate": { "Networks": [{ "Target": network }] },
                "Mode": { "Replicated": { "Replicas": replicas } },
                "EndpointSpec": { "Mode": mode },
            },
            "Endpoint": { "VirtualIPs": vips },
        });
        self.services.push(RawService::new(service).unwrap());
        for slot in 1..=replicas {
            self.tasks.push(task(name, slot, &network));
        }
        self
    }
}

/// An overlay network of the swarm.
pub(crate) fn overlay(name: &str, subnet: &str) -> Network {
    Network {
        id: format!("{name}-id"),
        name: name.to_owned(),
        driver: "overlay".to_owned(),
        swarm: true,
        ingress: false,
        subnets: vec![Subnet::parse(subnet, "", "").unwrap()],
        available: None,
    }
}

fn task(service: &str, slot: u64, network: &str) -> Task {
    let task = json!({
        "ID": format!("{service}-{slot}"),
        "ServiceID": format!("{service}-id"),
        "NodeID": "node-1",
        "Slot": slot,
        "Status": { "State": "running" },
        "DesiredState": "running",
        "NetworksAttachments": [{ "Network": { "ID": network }, "Addresses": [format!("10.1.0.{slot}/24")] }],
    });
    serde_json::from_value(task).unwrap()
}
