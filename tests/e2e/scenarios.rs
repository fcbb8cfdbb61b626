//! The scenario files on a real engine: they must give the numbers there that they give on the simulator.
//!
//! The engine is the trial's own, because some scenarios leave it worse than they found it: leaked addresses, one address
//! for two services. Scenarios run side by side, except those whose numbers depend on what others do.

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use smsvc_tests::api::Api;
use smsvc_tests::cluster::Cluster;
use smsvc_tests::docker::Docker;
use smsvc_tests::engine::{self, PrivateEngine};
use smsvc_tests::image::import_backend;
use smsvc_tests::patience::wait_for;
use swarm_sim::scenario::{self, Ground, NodeFate, Scenario};

use crate::say;
use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] = &[
    ("scenarios_give_the_same_numbers_on_the_engine_as_on_the_simulator", on_one_node),
    ("scenarios_of_three_nodes_give_the_same_numbers_on_a_real_swarm_as_on_the_simulator", on_three_nodes),
];

/// The image of the services.
const IMAGE: &str = "smsvc-scenario:latest";

/// How many run side by side. They wait most of the time.
const SIDE_BY_SIDE: usize = 12;

/// How long the tasks of services that were removed may take to stop.
const ENDED: Duration = Duration::from_mins(1);

/// The engines that scenario files name.
const ENGINES: [&str; 2] = ["20.10", "29"];

/// An engine as a ground of scenarios.
struct Real<'c> {
    docker: Docker,
    prefix: String,
    /// Its nodes, where there are several.
    cluster: Option<&'c mut Cluster>,
    /// The standalone containers that were started, each with the engine that has it.
    containers: Vec<(Docker, String)>,
}

impl Real<'_> {
    fn new(docker: &Docker, prefix: String) -> Self {
        Self { docker: docker.clone(), prefix, cluster: None, containers: Vec::new() }
    }
}

impl Ground for Real<'_> {
    fn call(&mut self, method: &str, target: &str, body: Option<&Value>) -> Result<(u16, Value)> {
        Api::new(self.docker.host()).call(method, target, body)
    }

    fn wait(&mut self, time: Duration) {
        thread::sleep(time);
    }

    fn moment(&self) -> Duration {
        Duration::from_millis(50)
    }

    fn patience(&self) -> Duration {
        Duration::from_millis(1500)
    }

    fn image(&self) -> &str {
        IMAGE
    }

    fn prefix(&self) -> &str {
        &self.prefix
    }

    fn node(&mut self, name: &str, fate: NodeFate) -> Result<()> {
        let cluster = self.cluster.as_deref_mut().context("only a swarm of several nodes can lose one")?;
        let node = cluster.nodes.iter_mut().find(|node| format!("node{}", node.number) == name);
        let node = node.with_context(|| format!("no {name}"))?;
        match fate {
            NodeFate::Kill => node.kill(),
            NodeFate::Return => node.start_engine(),
            NodeFate::Drain => {
                self.docker.run(&["node", "update", "--availability", "drain", name]).map(drop)
            }
            NodeFate::Remove => self.docker.run(&["node", "rm", "--force", name]).map(drop),
            NodeFate::Restart => bail!("with one manager nobody else can lead"),
        }
    }

    fn attach(&mut self, network: &str, node: &str) -> Result<()> {
        let docker = match self.cluster.as_deref() {
            Some(cluster) => {
                let found = cluster.nodes.iter().find(|found| format!("node{}", found.number) == node);
                found.with_context(|| format!("no {node}"))?.docker.clone()
            }
            None => self.docker.clone(),
        };
        let id = docker.run(&["run", "--detach", "--network", network, IMAGE])?;
        self.containers.push((docker, id));
        Ok(())
    }

    fn detach_all(&mut self) -> Result<()> {
        let started = std::mem::take(&mut self.containers);
        started.iter().try_for_each(|(docker, id)| docker.run(&["rm", "--force", id]).map(drop))
    }
}

/// The scenario files by name.
fn files() -> Result<Vec<(String, Scenario)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios"))? {
        let path = entry?.path();
        let name = path.file_stem().context("a file without a name")?.to_string_lossy().into_owned();
        let scenario = Scenario::read(&std::fs::read_to_string(&path)?).with_context(|| name.clone())?;
        found.push((name, scenario));
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(found)
}

/// Whether a file speaks of an engine; of one that no file names, what holds for all is expected.
fn is_about(scenario: &Scenario, version: &str) -> bool {
    let holds_for = |engine: &str| scenario.engines.iter().any(|named| named == engine);
    match ENGINES.iter().find(|engine| version.starts_with(&format!("{engine}."))) {
        Some(engine) => holds_for(engine),
        None => ENGINES.iter().all(|engine| holds_for(engine)),
    }
}

/// The files for an engine with so many nodes.
fn files_for(docker: &Docker, nodes: usize, at_least: usize) -> Result<Vec<(String, Scenario)>> {
    let version = docker.run(&["version", "--format", "{{.Server.Version}}"])?;
    let mut files = files()?;
    files.retain(|(_, scenario)| {
        scenario.nodes == nodes && is_about(scenario, &version) && !scenario.needs_a_leader_change()
    });
    say(&format!("{} scenarios on engine {version}, nodes: {nodes}", files.len()));
    ensure!(files.len() >= at_least, "only {} scenarios", files.len());
    Ok(files)
}

fn on_one_node(world: &World) -> Result<()> {
    let engine = PrivateEngine::start_another()?;
    engine.make_swarm()?;
    let docker = Docker::new(&engine.host, world.stage.folder());
    import(world, &docker)?;
    let (alone, together): (Vec<_>, Vec<_>) =
        files_for(&docker, 1, 30)?.into_iter().partition(|(_, scenario)| scenario.alone);
    let mut failed = side_by_side(&docker, together);
    wait_for("the end of all tasks", ENDED, || {
        let tasks = Api::new(docker.host()).get("/tasks")?;
        match tasks.as_array().map_or(0, Vec::len) {
            0 => Ok(()),
            left => bail!("{left} tasks"),
        }
    })?;
    for (name, scenario) in &alone {
        failed.extend(run(&mut Real::new(&docker, format!("{name}-")), name, scenario).err());
    }
    all_well(&failed)
}

fn on_three_nodes(world: &World) -> Result<()> {
    let tools = engine::tools().map_err(anyhow::Error::msg)?;
    let mut cluster = Cluster::start(&tools, 1, 2)?;
    cluster.import(|docker| import(world, docker))?;
    let docker = cluster.docker()?.clone();
    let mut failed = Vec::new();
    for (name, scenario) in &files_for(&docker, 3, 2)? {
        let ground = Real::new(&docker, format!("{name}-"));
        failed.extend(run(&mut Real { cluster: Some(&mut cluster), ..ground }, name, scenario).err());
        for node in ["node1", "node2", "node3"] {
            docker.run(&["node", "update", "--availability", "active", node])?;
        }
    }
    all_well(&failed)
}

fn import(world: &World, docker: &Docker) -> Result<()> {
    import_backend(docker, IMAGE, &world.binaries.backend)
}

fn all_well(failed: &[String]) -> Result<()> {
    if failed.is_empty() { Ok(()) } else { bail!("{}", failed.join("\n")) }
}

/// Runs scenarios, several at a time; what went wrong.
fn side_by_side(docker: &Docker, scenarios: Vec<(String, Scenario)>) -> Vec<String> {
    let waiting = Mutex::new(scenarios);
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let work = || {
        let mut failed = Vec::new();
        while let Some((name, scenario)) = next() {
            failed.extend(run(&mut Real::new(docker, format!("{name}-")), &name, &scenario).err());
        }
        failed
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..SIDE_BY_SIDE).map(|_| scope.spawn(work)).collect();
        let panicked = |_| vec!["a scenario panicked".to_owned()];
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_else(panicked)).collect()
    })
}

/// Runs one, and removes what it created, so that it gives nothing back while others count.
fn run(ground: &mut Real<'_>, name: &str, scenario: &Scenario) -> Result<(), String> {
    let outcome = scenario::run(scenario, ground).and(ground.detach_all());
    let cleared = clear(&ground.docker, &ground.prefix);
    outcome.and(cleared).map_err(|error| format!("{name}: {error:#}"))
}

fn clear(docker: &Docker, prefix: &str) -> Result<()> {
    let left = docker.run(&["service", "ls", "--quiet", "--filter", &format!("name={prefix}")])?;
    let left: Vec<&str> = left.split_whitespace().collect();
    if left.is_empty() { Ok(()) } else { docker.run(&[&["service", "rm"], &left[..]].concat()).map(drop) }
}
