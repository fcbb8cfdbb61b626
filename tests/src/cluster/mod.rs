//! A real swarm of several nodes on this machine: one `dockerd` a node, each in its own network namespace, on a bridge
//! that leads nowhere.
//!
//! It needs root and what a private engine needs. It ends with its value, and nothing of it stays.

mod node;
mod wire;

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

pub use node::Node;

use crate::docker::Docker;
use crate::engine::Tools;
use crate::patience::wait_for;
use wire::Wire;

/// How long the nodes may take to see each other.
const READY: Duration = Duration::from_secs(30);

/// The port of the managers (moby `opts/hosts`, `cluster`).
const PORT: u16 = 2377;

/// The swarm.
pub struct Cluster {
    /// The nodes: managers first.
    pub nodes: Vec<Node>,
    wire: Wire,
    folder: TempDir,
}

impl Cluster {
    /// Starts so many nodes and makes them one swarm; the first is its first leader.
    pub fn start(tools: &Tools, managers: usize, workers: usize) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("smsvc-swarm-").tempdir()?;
        let wire = Wire::lay(folder.path())?;
        let mut cluster = Self { nodes: Vec::new(), wire, folder };
        // From this thread: what it starts is bound to its life. All of them before the first is awaited.
        for number in 1..=managers + workers {
            let node = Node::begin(tools.dockerd(), cluster.folder.path(), number, &cluster.wire)?;
            cluster.nodes.push(node);
        }
        for node in &mut cluster.nodes {
            node.wait_until_it_answers()?;
        }
        cluster.unite(managers)?;
        Ok(cluster)
    }

    fn unite(&self, managers: usize) -> Result<()> {
        let first = self.nodes.first().context("a swarm needs a manager")?;
        first.docker.run(&["swarm", "init", "--advertise-addr", &first.address.to_string()])?;
        let token = |role: &str| first.docker.run(&["swarm", "join-token", "--quiet", role]);
        let (manager, worker) = (token("manager")?, token("worker")?);
        for (index, node) in self.nodes.iter().enumerate().skip(1) {
            let token = if index < managers { &manager } else { &worker };
            let (own, leader) = (node.address.to_string(), format!("{}:{PORT}", first.address));
            node.docker.run(&["swarm", "join", "--token", token, "--advertise-addr", &own, &leader])?;
        }
        wait_for("all nodes of the swarm", READY, || {
            let ready = first.docker.run(&["node", "ls", "--format", "{{.Status}}"])?;
            let ready = ready.lines().filter(|status| *status == "Ready").count();
            if ready == self.nodes.len() { Ok(()) } else { bail!("{ready} nodes are ready") }
        })
    }

    /// The `docker` command for the first node that runs.
    pub fn docker(&self) -> Result<&Docker> {
        let node = self.nodes.iter().find(|node| node.runs()).context("no node runs")?;
        Ok(&node.docker)
    }

    /// The index of the node that leads, as the first running manager knows it.
    pub fn leader(&self) -> Result<usize> {
        let docker = self.docker()?;
        let found = docker.run(&["node", "ls", "--format", "{{.Hostname}} {{.ManagerStatus}}"])?;
        let leads = |node: &Node| found.lines().any(|line| line == format!("node{} Leader", node.number));
        self.nodes.iter().position(leads).context("the swarm has no leader")
    }

    /// Imports an image into every node: they reach no registry.
    pub fn import(&self, make: impl Fn(&Docker) -> Result<()>) -> Result<()> {
        self.nodes.iter().filter(|node| node.runs()).try_for_each(|node| make(&node.docker))
    }

    /// A folder that goes with the swarm; it is also the nodes' `DOCKER_CONFIG`.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Leaving removes the tasks; all at once, because a manager that is left alone has no quorum to leave with.
        std::thread::scope(|scope| {
            for node in &mut self.nodes {
                scope.spawn(|| {
                    if node.runs() {
                        let _late = node.docker.run(&["swarm", "leave", "--force"]);
                    }
                    node.stop();
                });
            }
        });
    }
}
