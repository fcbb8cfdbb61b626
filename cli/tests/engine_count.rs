//! The engine's own count of a network (API 1.52, Docker 29), as a process sees it on a simulated swarm with the engine's
//! defects: leaked addresses are told from those that something holds, with what frees them.

use std::process::{Command, Output};
use std::time::Duration;

use serde_json::{Value, json};
use swarm_sim::api::Request;
use swarm_sim::{Profile, Release, Server, Simulator, Speed, Swarm};

/// The exit code of a create that does not fit.
const DOES_NOT_FIT: i32 = 3;

/// A swarm of managers, and the plugin.
struct Stage {
    simulator: Simulator,
    server: Server,
}

impl Stage {
    fn of(release: Release, managers: usize) -> Self {
        let simulator = Simulator::new(Profile::of(release), managers, 0, Speed::Times(100.0));
        let server = Server::start(&simulator).unwrap();
        let stage = Self { simulator, server };
        for (name, subnet) in [("roomy", "10.1.0.0/28"), ("full", "10.1.0.16/29")] {
            let body = json!({"Name": name, "Driver": "overlay", "IPAM": {"Config": [{"Subnet": subnet}]}});
            stage.call("POST", "/networks/create", &body);
        }
        stage.settle();
        stage
    }

    fn call(&self, method: &str, target: &str, body: &Value) {
        let node = self.simulator.node("node1").unwrap();
        let body = body.to_string();
        let answer = self.simulator.ask(Request { method, target, body: body.as_bytes(), node: &node });
        assert!(answer.status < 300, "{method} {target}: {}", answer.value());
    }

    fn settle(&self) {
        assert!(self.simulator.settle(Duration::from_mins(1)));
    }

    /// A vip service without tasks takes one address of each network.
    fn create(&self, name: &str, networks: &[&str]) {
        let networks: Vec<Value> = networks.iter().map(|name| json!({"Target": name})).collect();
        let spec = json!({
            "Name": name,
            "TaskTemplate": {"ContainerSpec": {"Image": "x"}, "Networks": networks},
            "Mode": {"Replicated": {"Replicas": 0}},
            "EndpointSpec": {"Mode": "vip"},
        });
        self.call("POST", "/services/create", &spec);
        self.simulator.advance(Duration::from_millis(100));
    }

    /// A service on two networks, one of them full: the engine takes an address of the other at every try.
    fn leak(&self, tries: usize) {
        for number in 0..5 {
            self.create(&format!("fill-{number}"), &["full"]);
        }
        self.create("stuck", &["roomy", "full"]);
        for _ in 0..tries {
            self.create("release", &["roomy"]);
            self.call("DELETE", "/services/release", &Value::Null);
            self.simulator.advance(Duration::from_millis(100));
        }
        self.call("DELETE", "/services/stuck", &Value::Null);
        self.settle();
    }

    /// What the allocator itself knows.
    fn leaked(&self) -> u64 {
        self.simulator.with(|swarm| swarm.count("roomy").unwrap().leaked)
    }

    fn smsvc(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_docker-smsvc"))
            .args(arguments)
            .env("DOCKER_HOST", self.server.host())
            .env("DOCKER_CONFIG", "/nonexistent")
            .output()
            .unwrap()
    }

    fn budget(&self) -> (Value, String) {
        let json = self.smsvc(&["budget", "roomy", "--format", "json"]);
        let accounts: Value = serde_json::from_slice(&json.stdout).unwrap();
        let drawn = self.smsvc(&["budget", "roomy"]);
        assert!(drawn.status.success());
        let text = [drawn.stdout, drawn.stderr].concat();
        (accounts[0].clone(), String::from_utf8(text).unwrap())
    }
}

#[test]
fn leaked_addresses_are_shown_with_what_frees_them_and_it_does() {
    let stage = Stage::of(Release::V29, 3);
    stage.leak(4);
    assert!(stage.leaked() >= 4, "the simulated engine has no such defect");
    let (account, text) = stage.budget();
    assert_eq!(account["inUse"]["leaked"], stage.leaked(), "{account}");
    assert_eq!(account["engine"]["available"], 13 - stage.leaked(), "{account}");
    assert_eq!(account["free"], account["engine"]["available"], "{account}");
    let told =
        format!("network roomy: the engine has leaked {} addresses: a new leader frees them", stage.leaked());
    assert!(text.contains(&told), "{text}");
    assert!(text.contains("docker node demote node1 && docker node promote node1"), "{text}");

    stage.simulator.with(Swarm::lose_leader);
    stage.simulator.advance(Duration::from_secs(10));
    stage.settle();
    let (account, text) = stage.budget();
    assert_eq!(account["inUse"]["leaked"], 0, "{account}");
    assert_eq!(account["free"], 13, "{account}");
    assert!(!text.contains("leaked"), "{text}");
    assert!(text.contains("counts 13 free, too"), "{text}");
}

#[test]
fn a_lone_manager_frees_them_by_a_restart() {
    let stage = Stage::of(Release::V29, 1);
    stage.leak(2);
    let (_, text) = stage.budget();
    assert!(text.contains("a restart of the leading manager frees them"), "{text}");
    assert!(text.contains("restarts the containers on node1: sudo systemctl restart docker"), "{text}");
}

#[test]
fn what_would_need_leaked_addresses_is_refused() {
    let stage = Stage::of(Release::V29, 1);
    stage.leak(4);
    let left = 13 - stage.leaked();
    let create = |replicas: u64| {
        let replicas = replicas.to_string();
        let common =
            ["create", "--detach", "--no-resolve-image", "--endpoint-mode", "dnsrr", "--network", "roomy"];
        stage.smsvc(&[&common[..], &["--replicas", &replicas, "--name", "web", "x"]].concat())
    };
    // One of them is the node's.
    let refused = create(left);
    assert_eq!(refused.status.code(), Some(DOES_NOT_FIT), "{}", String::from_utf8_lossy(&refused.stderr));
    let fits = create(left - 1);
    assert!(fits.status.success(), "{}", String::from_utf8_lossy(&fits.stderr));
    stage.settle();
    assert_eq!(stage.simulator.with(|swarm| swarm.count("roomy").unwrap().free), 0);
}

#[test]
fn an_engine_that_does_not_count_has_nothing_leaked_that_could_be_shown() {
    let stage = Stage::of(Release::V20_10, 1);
    stage.leak(4);
    assert!(stage.leaked() >= 4);
    let (account, text) = stage.budget();
    assert_eq!(account["inUse"]["leaked"], 0, "{account}");
    assert!(account["engine"]["available"].is_null(), "{account}");
    assert!(!text.contains("engine    "), "{text}");
}

#[test]
fn a_watch_ends_when_nobody_reads_it_any_more() {
    let stage = Stage::of(Release::V20_10, 1);
    let mut command = Command::new(env!("CARGO_BIN_EXE_docker-smsvc"));
    command
        .args(["smsvc", "budget", "--watch", "--interval", "100ms"])
        .env("DOCKER_HOST", stage.server.host());
    let mut watch = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(watch.stdout.take());
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    while watch.try_wait().unwrap().is_none() {
        if std::time::Instant::now() >= deadline {
            watch.kill().unwrap();
            panic!("it goes on without a reader");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}
