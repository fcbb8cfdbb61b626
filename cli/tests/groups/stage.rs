//! A simulated swarm with two networks, and the plugin as a user calls it.

use std::process::{Command, Stdio};

use serde_json::{Value, json};
use swarm_sim::{Profile, Release, Server, Simulator, Speed};
use tempfile::TempDir;

use crate::simulated;

/// The exit code of what is refused for its labels or routes.
pub(crate) const REFUSED: i32 = 4;

/// A swarm of one node, and the folders of a user.
pub(crate) struct Stage {
    simulator: Simulator,
    server: Server,
    pub(crate) home: TempDir,
}

/// What the plugin said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Stage {
    /// A swarm with the networks `front` and `back`.
    pub(crate) fn new() -> Self {
        let simulator = Simulator::new(Profile::of(Release::V20_10), 1, 0, Speed::Times(300.0));
        let server = Server::start(&simulator).unwrap();
        let stage = Self { simulator, server, home: tempfile::tempdir().unwrap() };
        for (name, subnet) in [("front", "10.50.0.0/24"), ("back", "10.51.0.0/24")] {
            let network = json!({
                "Name": name, "Driver": "overlay", "IPAM": {"Driver": "default", "Config": [{"Subnet": subnet}]},
            });
            stage.call("POST", "/networks/create", &network);
        }
        stage
    }

    /// One call as another client would make it; the answer.
    pub(crate) fn call(&self, method: &str, target: &str, body: &Value) -> Value {
        simulated::call(&self.simulator, method, target, body)
    }

    /// Runs the plugin to its end, on a swarm in which nothing happens by itself: tasks that come and go change the version
    /// of their service.
    pub(crate) fn smsvc(&self, words: &[&str]) -> Said {
        simulated::settle(&self.simulator);
        let output = Command::new(env!("CARGO_BIN_EXE_docker-smsvc"))
            .arg("smsvc")
            .args(words)
            .env_clear()
            .env("HOME", self.home.path())
            .env("DOCKER_CONFIG", self.home.path())
            .env("DOCKER_HOST", self.server.host())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Said { status: output.status.code().unwrap(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// Runs the plugin, which has to do what it was asked to.
    pub(crate) fn succeed(&self, words: &[&str]) -> Said {
        let said = self.smsvc(words);
        assert_eq!(said.status, 0, "{words:?}: {said:?}");
        said
    }

    /// Runs the plugin, which has to refuse for labels or routes and to change nothing; what it says of it.
    pub(crate) fn refused(&self, words: &[&str]) -> String {
        let changes = self.simulator.mutating_calls();
        let said = self.smsvc(words);
        assert_eq!(said.status, REFUSED, "{words:?}: {said:?}");
        assert_eq!(self.simulator.mutating_calls(), changes, "{words:?} has changed something");
        said.err
    }

    /// Creates a service of an API group on `front`.
    pub(crate) fn create(&self, name: &str, options: &[&str]) -> Said {
        let start = ["create", "--detach", "--no-resolve-image", "--name", name, "--network", "front"];
        self.succeed(&[&start[..], options, &["example/img:1"]].concat())
    }

    /// A label of a service; nothing where it does not have it.
    pub(crate) fn label(&self, service: &str, label: &str) -> Option<String> {
        self.spec(service)["Labels"][label].as_str().map(str::to_owned)
    }

    /// The spec of a service.
    pub(crate) fn spec(&self, service: &str) -> Value {
        self.call("GET", &format!("/services/{service}"), &Value::Null)["Spec"].clone()
    }

    /// What lint finds: the codes, each once for each finding.
    pub(crate) fn lint(&self) -> Vec<String> {
        let said = self.smsvc(&["lint"]);
        let code = |line: &str| {
            let words = line.split([' ', ':']).find(|word| {
                word.len() == 4
                    && word.starts_with(['E', 'W'])
                    && word[1..].bytes().all(|it| it.is_ascii_digit())
            });
            words.map(str::to_owned)
        };
        said.out.lines().filter_map(code).collect()
    }
}
