//! A simulated swarm, engines in front of it, and providers.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use smsvc_core::decide::{self, Decision, Room};
use smsvc_core::table::Table;
use smsvc_tests::http::{Request, Response};
use smsvc_tests::patience::wait_for;
use swarm_sim::api;
use swarm_sim::{Profile, Release, Server, Simulator, Speed};
use tempfile::TempDir;

/// How long a change may take on a machine that has much else to do.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// A swarm of three managers with a network `front`.
pub(crate) struct Stage {
    pub(crate) simulator: Simulator,
    pub(crate) server: Server,
}

/// A running provider; it ends with the value.
pub(crate) struct Provider {
    child: Child,
    pub(crate) address: SocketAddr,
    _home: TempDir,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let simulator = Simulator::new(Profile::of(Release::V20_10), 3, 0, Speed::Times(20.0));
        let server = Server::start(&simulator).unwrap();
        let stage = Self { simulator, server };
        stage.call(
            "POST",
            "/networks/create",
            &json!({
                "Name": "front", "Driver": "overlay",
                "IPAM": {"Driver": "default", "Config": [{"Subnet": "10.50.0.0/24"}]},
            }),
        );
        stage
    }

    /// One call as another client would make it; the answer.
    pub(crate) fn call(&self, method: &str, target: &str, body: &Value) -> Value {
        let node = self.simulator.node("node1").unwrap();
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let answer = self.simulator.ask(api::Request { method, target, body: &body, node: &node });
        assert!(answer.status < 300, "{method} {target}: {} {}", answer.status, answer.value());
        answer.value()
    }

    fn spec(&self, name: &str, path: &str, replicas: u64) -> Value {
        let networks = self.call("GET", "/networks", &Value::Null);
        let front = networks.as_array().unwrap().iter().find(|it| it["Name"] == "front").unwrap();
        json!({
            "Name": name,
            "Labels": {"smsvc.group": "g", "smsvc.port": "80", "smsvc.route.r.path": path, "smsvc.route.r.methods": "GET"},
            "TaskTemplate": {"ContainerSpec": {"Image": "web:1"}, "Networks": [{"Target": front["Id"]}]},
            "Mode": {"Replicated": {"Replicas": replicas}},
            "EndpointSpec": {"Mode": "dnsrr"},
        })
    }

    /// Creates a service of the group `g` with one route.
    pub(crate) fn create(&self, name: &str, path: &str, replicas: u64) {
        self.call("POST", "/services/create", &self.spec(name, path, replicas));
    }

    /// Gives a service another path or another number of tasks.
    pub(crate) fn change(&self, name: &str, path: &str, replicas: u64) {
        let found = self.call("GET", &format!("/services/{name}"), &Value::Null);
        let (id, version) = (found["ID"].as_str().unwrap(), &found["Version"]["Index"]);
        let target = format!("/services/{id}/update?version={version}");
        self.call("POST", &target, &self.spec(name, path, replicas));
    }

    pub(crate) fn remove(&self, name: &str) {
        self.call("DELETE", &format!("/services/{name}"), &Value::Null);
    }

    /// A provider that asks the stage's engine.
    pub(crate) fn provider(&self, words: &[&str]) -> Provider {
        Provider::of(self.server.host(), words)
    }
}

impl Provider {
    /// Starts one and waits until it says where it listens.
    pub(crate) fn of(engine: &str, words: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_docker-smsvc"))
            .args(["smsvc", "provider", "--listen", "127.0.0.1:0"])
            .args(words)
            .env_clear()
            .env("HOME", home.path())
            .env("DOCKER_CONFIG", home.path())
            .env("DOCKER_HOST", engine)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split("://").nth(1).and_then(|rest| rest.split(": ").next());
        let address = address.and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{line:?}"));
        Self { child, address, _home: home }
    }

    pub(crate) fn get(&self, path: &str) -> Response {
        Request::new("GET", "provider", path).send(self.address).unwrap()
    }

    /// What Traefik gets, once it gets one.
    pub(crate) fn document(&self) -> Value {
        wait_for("a document", LIMIT, || {
            let answer = self.get("/traefik");
            if answer.status == 200 { answer.json() } else { Err(anyhow::anyhow!("{}", answer.text())) }
        })
        .unwrap()
    }

    /// Whether a request for this path goes to a service, by what the document tells the plugin.
    pub(crate) fn forwards(&self, path: &str) -> bool {
        let document = self.document();
        let text = document["http"]["middlewares"]["smsvc"]["plugin"]["smsvc"]["spec"].as_str().unwrap();
        let table = Table::open(text.as_bytes()).unwrap();
        let request = decide::Request { method: "GET", host: "any", uri: path, headers: &(), around: &() };
        matches!(decide::decide(&table, &request, &mut Room::default()), Decision::Forward(_))
    }

    /// The servers of a service; `None` where the document does not know it.
    pub(crate) fn servers(&self, service: &str) -> Option<usize> {
        let document = self.document();
        let service = document["http"]["services"].get(format!("smsvc-{service}"))?.clone();
        Some(service["loadBalancer"]["servers"].as_array().unwrap().len())
    }

    /// Waits until the document has so many servers of a service.
    pub(crate) fn wait_servers(&self, service: &str, count: Option<usize>) {
        wait_for(&format!("{count:?} servers of {service}"), LIMIT, || match self.servers(service) {
            found if found == count => Ok(()),
            found => Err(format!("{found:?}")),
        })
        .unwrap();
    }

    /// Waits for a status of the document.
    pub(crate) fn wait_status(&self, status: u16) -> Response {
        wait_for(&format!("status {status}"), LIMIT, || {
            let answer = self.get("/traefik");
            if answer.status == status { Ok(answer) } else { Err(format!("{}", answer.status)) }
        })
        .unwrap()
    }

    /// A number of `/metrics`.
    pub(crate) fn metric(&self, name: &str) -> f64 {
        let text = self.get("/metrics").text();
        let line = text.lines().find(|line| line.split(' ').next() == Some(name));
        line.and_then(|line| line.rsplit(' ').next()?.parse().ok())
            .unwrap_or_else(|| panic!("{name} in\n{text}"))
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}
