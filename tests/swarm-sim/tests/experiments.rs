//! Every measurement of steady use and of capacity on real engines, repeated in the simulator.
//!
//! The rows are those of the address model's own test. There the model is judged by them, here the simulator, which knows
//! nothing of the model: it has to come to the same numbers by handing addresses out one by one. What was measured over time is
//! repeated by the scenarios, which name their rows.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use swarm_sim::api::{Request, answer};
use swarm_sim::{NodeId, Profile, Release, Swarm};

#[derive(Deserialize)]
struct Row {
    n: u32,
    engine: String,
    what: String,
    nodes: usize,
    networks: Vec<Vec<SubnetRow>>,
    ingress: Option<usize>,
    services: Vec<Service>,
    #[serde(default)]
    containers: Vec<usize>,
    usable: Option<Vec<u64>>,
    used: Option<Vec<u64>>,
    free: Option<Vec<u64>>,
    split: Option<[u64; 3]>,
    repeated: Option<Repeated>,
    fit: Option<u64>,
}

#[derive(Deserialize)]
struct SubnetRow {
    subnet: String,
    #[serde(default)]
    range: String,
    #[serde(default)]
    gateway: String,
}

#[derive(Deserialize)]
struct Service {
    mode: String,
    kind: String,
    #[serde(default)]
    replicas: u64,
    on: Vec<usize>,
    tasks: Vec<usize>,
    #[serde(default)]
    pending: u64,
    #[serde(default)]
    completed: u64,
    #[serde(default)]
    published: bool,
    pinned: Option<u32>,
}

#[derive(Deserialize)]
struct Repeated {
    mode: String,
    replicas: u64,
}

fn rows() -> Vec<Row> {
    let text = include_str!("../../../shared/tests/fixtures/ip_experiments.jsonl");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The swarm of a row with its networks, and their names.
fn bare(row: &Row) -> (Swarm, Vec<String>) {
    let release = if row.engine.starts_with("29.") { Release::V29 } else { Release::V20_10 };
    let mut swarm = Swarm::new(Profile::of(release), 1, row.nodes - 1, Duration::ZERO);
    swarm.advance(Duration::from_secs(1));
    let mut names = Vec::new();
    for (index, subnets) in row.networks.iter().enumerate() {
        let config: Vec<Value> = subnets
            .iter()
            .map(|subnet| json!({ "Subnet": subnet.subnet, "IPRange": subnet.range, "Gateway": subnet.gateway }))
            .collect();
        let ingress = row.ingress == Some(index);
        let name = if ingress { "ingress".to_owned() } else { format!("net-{index}") };
        if ingress {
            call(&mut swarm, "DELETE", "/networks/ingress", &json!({}), 204);
        }
        let body =
            json!({ "Name": name, "Driver": "overlay", "Ingress": ingress, "IPAM": { "Config": config } });
        call(&mut swarm, "POST", "/networks/create", &body, 201);
        if ingress {
            // The next event of a node gives it its address.
            let node = swarm.node("node1").unwrap().id.clone();
            swarm.kill_node(&node);
            swarm.return_node(&node);
        }
        names.push(name);
    }
    swarm.advance(Duration::from_secs(10));
    (swarm, names)
}

fn call(swarm: &mut Swarm, method: &str, target: &str, body: &Value, status: u16) -> Value {
    let node: NodeId = swarm.node("node1").unwrap().id.clone();
    let body = body.to_string();
    let answer = answer(swarm, Request { method, target, body: body.as_bytes(), node: &node });
    assert_eq!(answer.status, status, "{method} {target}: {}", answer.value());
    answer.value()
}

fn create(swarm: &mut Swarm, name: &str, service: &Service, networks: &[String], ingress: Option<usize>) {
    let on = service.on.iter().filter(|index| Some(**index) != ingress);
    let on: Vec<Value> = on.map(|index| json!({ "Target": networks[*index] })).collect();
    let tasks =
        (service.tasks.len() as u64).max(service.completed).max(service.pending).max(service.replicas);
    let mode = match service.kind.as_str() {
        "replicated" => json!({ "Replicated": { "Replicas": tasks } }),
        "global" => json!({ "Global": {} }),
        "replicated-job" => json!({ "ReplicatedJob": { "MaxConcurrent": tasks, "TotalCompletions": tasks } }),
        "global-job" => json!({ "GlobalJob": {} }),
        other => panic!("kind {other}"),
    };
    let mut constraints: Vec<String> =
        service.pinned.iter().map(|_| "node.hostname==node1".to_owned()).collect();
    if service.pending > 0 {
        constraints.push("node.labels.nowhere==yes".to_owned());
    }
    let life: &[&str] = if service.completed > 0 { &["BACKEND_LIFE_MS=500"] } else { &[] };
    let ports =
        if service.published { json!([{ "TargetPort": 80, "PublishMode": "ingress" }]) } else { json!([]) };
    let spec = json!({
        "Name": name,
        "TaskTemplate": {
            "ContainerSpec": { "Image": "example/bb:1", "Env": life },
            "Networks": on,
            "Placement": { "Constraints": constraints },
        },
        "Mode": mode,
        "EndpointSpec": { "Mode": service.mode, "Ports": ports },
    });
    call(swarm, "POST", "/services/create", &spec, 201);
}

#[test]
fn the_simulator_counts_what_was_counted_on_real_engines() {
    let mut compared = 0;
    for row in rows().iter().filter(|row| row.fit.is_none()) {
        let (mut swarm, networks) = bare(row);
        for (index, service) in row.services.iter().enumerate() {
            create(&mut swarm, &format!("s{index}"), service, &networks, row.ingress);
        }
        for node in &row.containers {
            let network = swarm.network(&networks[0]).unwrap().id.clone();
            let node = swarm.node(&format!("node{}", node + 1)).unwrap().id.clone();
            swarm.attach_container(&network, &node);
        }
        swarm.advance(Duration::from_secs(20));
        for (index, network) in networks.iter().enumerate() {
            let count = swarm.count(network).unwrap();
            let told = [
                (&row.usable, count.usable, "usable"),
                (&row.used, count.owned(), "used"),
                (&row.free, count.free, "free"),
            ];
            for (measured, simulated, what) in told {
                if let Some(measured) = measured {
                    assert_eq!(simulated, measured[index], "row {}: {}: {what} {count:?}", row.n, row.what);
                    compared += 1;
                }
            }
            assert_eq!(count.leaked, 0, "row {}: {}", row.n, row.what);
        }
        if let Some(split) = row.split {
            let count = swarm.count(&networks[0]).unwrap();
            assert_eq!([count.vips, count.tasks, count.balancers], split, "row {}: {}", row.n, row.what);
        }
    }
    assert_eq!(compared, 268, "numbers in the fixture");
}

#[test]
fn as_many_services_fit_as_fitted_on_real_engines() {
    for row in rows().iter().filter(|row| row.fit.is_some()) {
        let (mut swarm, networks) = bare(row);
        let repeated = row.repeated.as_ref().unwrap();
        let service = Service {
            mode: repeated.mode.clone(),
            kind: "replicated".to_owned(),
            replicas: repeated.replicas,
            on: vec![0],
            tasks: Vec::new(),
            pending: 0,
            completed: 0,
            published: false,
            pinned: None,
        };
        let fit = (0..100).find(|number| {
            create(&mut swarm, &format!("s{number}"), &service, &networks, None);
            swarm.advance(Duration::from_secs(3));
            let id = swarm.service(&format!("s{number}")).unwrap().id.clone();
            let running = swarm.tasks_of(&id).filter(|task| task.state == swarm_sim::TaskState::Running);
            (running.count() as u64) < repeated.replicas
        });
        assert_eq!(fit, row.fit, "row {}: {}", row.n, row.what);
    }
}
