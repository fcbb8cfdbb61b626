//! A simulated swarm with services on a network that is to be redefined, and the plugin as a process.

use std::collections::BTreeMap;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use swarm_sim::{Profile, Release, Server, Simulator, Speed};
use tempfile::TempDir;

use crate::schema::assert_dump;
use crate::simulated;

/// How much faster than real time the swarm lives.
const SPEED: f64 = 300.0;

/// The range that the network has at first.
pub(crate) const OLD: &str = "10.50.0.0/26";

/// The range that it is to have.
pub(crate) const NEW: &str = "10.60.0.0/24";

/// The range of the network in transit.
pub(crate) const TRANSIT: &str = "10.61.0.0/24";

/// A swarm, and the folders of a user.
pub(crate) struct Stage {
    /// The swarm.
    pub(crate) simulator: Simulator,
    server: Server,
    home: TempDir,
}

/// What has to be the same before and after: networks and services, in names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Look {
    /// Name, subnet and the rest of each network.
    pub(crate) networks: BTreeMap<String, Value>,
    /// The spec of each service, with networks by name and chosen ports.
    pub(crate) services: BTreeMap<String, Value>,
}

impl Stage {
    /// A swarm of one manager and two workers, with these services on `front`.
    pub(crate) fn with(services: &[Value]) -> Self {
        Self::on(1, 2, services)
    }

    /// A swarm of so many managers and workers.
    pub(crate) fn on(managers: usize, workers: usize, services: &[Value]) -> Self {
        let simulator = Simulator::new(Profile::of(Release::V20_10), managers, workers, Speed::Times(SPEED));
        let server = Server::start(&simulator).unwrap();
        let stage = Self { simulator, server, home: tempfile::tempdir().unwrap() };
        let overlay = |name: &str, subnet: &str| {
            json!({
                "Name": name, "Driver": "overlay", "Attachable": name == "front",
                "Labels": {"com.docker.stack.namespace": "shop"}, "Options": {"encrypted": ""},
                "IPAM": {"Driver": "default", "Config": [{"Subnet": subnet}]},
            })
        };
        for (name, subnet) in [("front", OLD), ("back", "10.51.0.0/24")] {
            stage.call("POST", "/networks/create", &overlay(name, subnet));
        }
        for (kind, name) in [("configs", "site"), ("secrets", "key")] {
            stage.call(
                "POST",
                &format!("/{kind}/create"),
                &json!({"Name": name, "Data": "eA==", "Labels": {}}),
            );
        }
        for service in services {
            stage.call("POST", "/services/create", &stage.by_id(service));
        }
        stage.settle();
        stage
    }

    /// One call as another client would make it; the answer.
    pub(crate) fn call(&self, method: &str, target: &str, body: &Value) -> Value {
        simulated::call(&self.simulator, method, target, body)
    }

    /// Waits until nothing happens by itself any more.
    pub(crate) fn settle(&self) {
        simulated::settle(&self.simulator);
    }

    /// How things are.
    pub(crate) fn look(&self) -> Look {
        let listed =
            self.call("GET", "/networks?filters=%7B%22scope%22%3A%5B%22swarm%22%5D%7D", &Value::Null);
        let mut names = BTreeMap::new();
        let mut networks = BTreeMap::new();
        for network in listed.as_array().unwrap().iter().filter(|network| network["Ingress"] != true) {
            let name = network["Name"].as_str().unwrap().to_owned();
            names.insert(network["Id"].as_str().unwrap().to_owned(), name.clone());
            let kept = ["Driver", "Labels", "Attachable", "Internal"].map(|key| network[key].clone());
            let encrypted = network["Options"].get("encrypted").is_some();
            networks.insert(name, json!([kept, encrypted, network["IPAM"]["Config"][0]["Subnet"]]));
        }
        let mut services = BTreeMap::new();
        for service in self.call("GET", "/services", &Value::Null).as_array().unwrap() {
            let mut spec = service["Spec"].clone();
            for entry in spec["TaskTemplate"]["Networks"].as_array_mut().into_iter().flatten() {
                entry["Target"] = names[entry["Target"].as_str().unwrap()].clone().into();
            }
            for port in spec["EndpointSpec"]["Ports"].as_array_mut().into_iter().flatten() {
                let chosen = service["Endpoint"]["Ports"].as_array().into_iter().flatten();
                let mut chosen = chosen.filter(|other| other["TargetPort"] == port["TargetPort"]);
                port["PublishedPort"] = chosen.next().unwrap()["PublishedPort"].clone();
            }
            services.insert(spec["Name"].as_str().unwrap().to_owned(), spec);
        }
        Look { networks, services }
    }

    /// The id of a network.
    pub(crate) fn network(&self, name: &str) -> String {
        let id = self.call("GET", &format!("/networks/{name}"), &Value::Null)["Id"].clone();
        id.as_str().unwrap().to_owned()
    }

    /// How many tasks of a service run.
    pub(crate) fn running(&self, service: &str) -> usize {
        let filters = format!("%7B%22service%22%3A%5B%22{service}%22%5D%7D");
        let tasks = self.call("GET", &format!("/tasks?filters={filters}"), &Value::Null);
        tasks.as_array().unwrap().iter().filter(|task| task["Status"]["State"] == "running").count()
    }

    /// The plugin with these words, ready to start.
    pub(crate) fn plugin(&self, words: &[&str]) -> Command {
        self.smsvc(&[&["network"], words].concat())
    }

    /// Any command of the plugin.
    pub(crate) fn smsvc(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_docker-smsvc"));
        command
            .arg("smsvc")
            .args(words)
            .env_clear()
            .env("HOME", self.home.path())
            .env("DOCKER_CONFIG", self.home.path())
            .env("DOCKER_HOST", self.server.host())
            .stdin(Stdio::null());
        command
    }

    /// Runs the plugin to its end.
    pub(crate) fn run(&self, words: &[&str]) -> Output {
        self.plugin(words).output().unwrap()
    }

    /// Runs the plugin, which has to do what it was asked to; its standard output. A dump has to be one by its schema.
    pub(crate) fn succeed(&self, words: &[&str]) -> String {
        let output = self.run(words);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{words:?}\n{}\n{}", text(&output.stdout), text(&output.stderr));
        let said = text(&output.stdout);
        if words.first() == Some(&"dump") {
            let file = words.iter().skip_while(|word| **word != "-o").nth(1);
            assert_dump(&file.map_or_else(|| said.clone(), |file| std::fs::read_to_string(file).unwrap()));
        }
        said
    }

    /// Runs the plugin, which has to refuse; its exit code and standard error.
    pub(crate) fn refused(&self, words: &[&str]) -> (i32, String) {
        let output = self.run(words);
        assert!(!output.status.success(), "{words:?} was not refused");
        (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// Starts the plugin, waits until it has made so many changes, and kills it as `kill -9` does. False where it ended
    /// before.
    pub(crate) fn kill_at(&self, changes: u64, words: &[&str]) -> bool {
        let mut child = self.plugin(words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let reached = self.reaches(changes, &mut child);
        child.kill().unwrap();
        child.wait().unwrap();
        reached
    }

    fn reaches(&self, changes: u64, child: &mut Child) -> bool {
        let deadline = Instant::now() + Duration::from_mins(1);
        while self.simulator.mutating_calls() < changes {
            if child.try_wait().unwrap().is_some() {
                return false;
            }
            assert!(Instant::now() < deadline, "no {changes} changes in a minute");
            std::thread::sleep(Duration::from_millis(2));
        }
        true
    }

    /// A spec with the ids of this swarm, where it has names.
    fn by_id(&self, spec: &Value) -> Value {
        let mut spec = spec.clone();
        let id = |kind: &str, name: &str| {
            let listed = self.call("GET", kind, &Value::Null);
            let of = |entry: &Value| entry["Spec"]["Name"] == *name || entry["Name"] == *name;
            let found = listed.as_array().unwrap().iter().find(|entry| of(entry)).unwrap().clone();
            found.get("ID").or_else(|| found.get("Id")).unwrap().clone()
        };
        for entry in spec["TaskTemplate"]["Networks"].as_array_mut().into_iter().flatten() {
            entry["Target"] = id("/networks", entry["Target"].as_str().unwrap());
        }
        for (list, name, key, kind) in [
            ("Configs", "ConfigName", "ConfigID", "/configs"),
            ("Secrets", "SecretName", "SecretID", "/secrets"),
        ] {
            for entry in spec["TaskTemplate"]["ContainerSpec"][list].as_array_mut().into_iter().flatten() {
                entry[key] = id(kind, entry[name].as_str().unwrap());
            }
        }
        spec
    }
}

/// A service of two tasks with everything that could get lost.
pub(crate) fn web(name: &str) -> Value {
    json!({
        "Name": name,
        "Labels": {"com.docker.stack.namespace": "shop", "traefik.swarm.network": "front", "smsvc.group": "shop"},
        "TaskTemplate": {
            "ContainerSpec": {
                "Image": "web:1", "StopGracePeriod": 1_000_000_000,
                "Healthcheck": {"Test": ["CMD", "ok"], "Interval": 5_000_000_000_u64},
                "Configs": [{"ConfigName": "site", "ConfigID": "", "File": {"Name": "/site", "UID": "0", "GID": "0", "Mode": 292}}],
                "Secrets": [{"SecretName": "key", "SecretID": "", "File": {"Name": "key", "UID": "0", "GID": "0", "Mode": 256}}],
            },
            "Resources": {"Limits": {"MemoryBytes": 67_108_864}},
            "Placement": {"Preferences": [{"Spread": {"SpreadDescriptor": "node.labels.rack"}}]},
            "Networks": [{"Target": "back"}, {"Target": "front", "Aliases": [format!("{name}-alias")]}],
            "ForceUpdate": 3,
        },
        "Mode": {"Replicated": {"Replicas": 2}},
        "UpdateConfig": {"Parallelism": 1, "FailureAction": "pause", "Monitor": 1_000_000_000, "MaxFailureRatio": 0, "Order": "stop-first"},
        "EndpointSpec": {"Mode": "dnsrr"},
    })
}

/// A service without tasks whose port the engine has chosen.
pub(crate) fn idle(name: &str) -> Value {
    json!({
        "Name": name,
        "TaskTemplate": {"ContainerSpec": {"Image": "idle:1"}, "Networks": [{"Target": "front"}]},
        "Mode": {"Replicated": {"Replicas": 0}},
        "EndpointSpec": {"Mode": "vip", "Ports": [{"Protocol": "tcp", "TargetPort": 80, "PublishMode": "ingress"}]},
    })
}

/// One task on every node.
pub(crate) fn everywhere(name: &str) -> Value {
    json!({
        "Name": name,
        "TaskTemplate": {
            "ContainerSpec": {"Image": "agent:1", "StopGracePeriod": 1_000_000_000},
            "Networks": [{"Target": "front"}],
        },
        "Mode": {"Global": {}},
        "EndpointSpec": {"Mode": "vip"},
    })
}

/// A job whose task ends at once.
pub(crate) fn job(name: &str) -> Value {
    json!({
        "Name": name,
        "TaskTemplate": {
            "ContainerSpec": {"Image": "job:1", "Env": ["BACKEND_LIFE_MS=10"]},
            "RestartPolicy": {"Condition": "none"},
            "Networks": [{"Target": "front"}],
        },
        "Mode": {"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": 1}},
    })
}
