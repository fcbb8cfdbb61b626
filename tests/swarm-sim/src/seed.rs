//! A big swarm at once: services whose tasks run, without living through their creation.

use serde_json::{Value, json};

use crate::object::{Scope, Shape, TaskState};
use crate::pool::SubnetRequest;
use crate::swarm::Swarm;

/// What is to be put into a swarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed {
    /// How many services.
    pub services: usize,
    /// How many tasks each of them has.
    pub tasks_each: usize,
    /// Over how many networks the services are spread, each on one: /16 subnets from 10.100.0.0 on, at most 100.
    pub networks: usize,
}

impl Swarm {
    /// Adds networks `bulk-0` …, and running services `bulk-0` … on them; every second one is `dnsrr`. `labels` makes the
    /// labels of the service of a number.
    pub fn fill(&mut self, seed: Seed, labels: impl Fn(usize) -> Value) {
        let networks: Vec<_> = (0..seed.networks.clamp(1, 100))
            .map(|number| {
                let subnet = format!("10.{}.0.0/16", 100 + number).parse().ok();
                let subnets = subnet.map(|subnet| SubnetRequest { subnet, range: None, gateway: None });
                let name = format!("bulk-{number}");
                self.add_network(&name, Scope::Overlay, "overlay", json!({}), subnets.into_iter().collect())
            })
            .collect();
        self.allocate();
        for number in 0..seed.services {
            let network = &networks[number % networks.len()];
            let spec = json!({
                "Name": format!("bulk-{number}"),
                "Labels": labels(number),
                "TaskTemplate": {
                    "ContainerSpec": { "Image": "example/bulk:1" },
                    "Networks": [{ "Target": network.as_str() }],
                    "ForceUpdate": 0,
                    "Runtime": "container",
                },
                "Mode": { "Replicated": { "Replicas": seed.tasks_each } },
                "EndpointSpec": { "Mode": if number % 2 == 0 { "vip" } else { "dnsrr" } },
            });
            if let Ok(shape) = Shape::read(&spec) {
                self.add_service(spec, shape);
            }
        }
        self.run_everything();
    }

    /// Every new task runs at once.
    fn run_everything(&mut self) {
        self.allocate();
        let assigned = |task: &&crate::object::Task| task.state == TaskState::Assigned;
        let assigned: Vec<_> = self.tasks.values().filter(assigned).map(|task| task.id.clone()).collect();
        for task in assigned {
            self.set_state(&task, TaskState::Running);
        }
    }
}
