//! Scenarios: networks, services and steps with the numbers that must come out, on a simulated swarm and on a real engine.
//!
//! A scenario speaks the Docker Engine API only, so that the same file runs on both; what differs is who answers the
//! calls and how time passes ([`Ground`]). Addresses are counted from outside: by creating services that take exactly one
//! each until one gets none.

mod check;
mod probe;
mod run;
mod step;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

pub use run::run;
pub use step::{Condition, Create, NodeFate, Step};

use crate::api::{Request, answer};
use crate::object::Availability;
use crate::profile::{Profile, Release};
use crate::swarm::Swarm;

/// A scenario file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The rule that it shows.
    pub what: String,
    /// The measurements of real engines (`shared/tests/fixtures`) that it repeats.
    #[serde(default)]
    pub rows: Vec<u32>,
    /// The engines that it holds for: `20.10`, `29`.
    pub engines: Vec<String>,
    /// Whether it changes what others use, or its numbers depend on how often the allocator tries what waits, which every release of an
    /// address on the engine makes it do: nothing else may happen there meanwhile.
    #[serde(default)]
    pub alone: bool,
    /// How many nodes; all but the first are workers.
    #[serde(default = "one")]
    pub nodes: usize,
    /// Networks by name, each with its `IPAM.Config`.
    pub networks: BTreeMap<String, Value>,
    /// What happens, and what must be seen.
    pub steps: Vec<Step>,
}

fn one() -> usize {
    1
}

impl Scenario {
    /// Reads a scenario file.
    pub fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text).context("no scenario")
    }

    /// Whether a leader changes in it, which on a swarm of one node nothing can make happen.
    pub fn needs_a_leader_change(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Node { fate: NodeFate::Restart, .. }))
    }

    /// Runs it on simulated engines of all releases that it holds for.
    pub fn simulate(&self) -> Result<()> {
        for engine in &self.engines {
            let release = match engine.as_str() {
                "20.10" => Release::V20_10,
                "29" => Release::V29,
                other => anyhow::bail!("no engine {other}"),
            };
            let swarm = Swarm::new(Profile::of(release), 1, self.nodes - 1, Duration::from_hours(490_896));
            run(self, &mut Simulated { swarm }).with_context(|| format!("{} on {engine}", self.what))?;
        }
        Ok(())
    }
}

/// Where a scenario runs.
pub trait Ground {
    /// One call of the API; status and JSON.
    fn call(&mut self, method: &str, target: &str, body: Option<&Value>) -> Result<(u16, Value)>;

    /// Lets time pass.
    fn wait(&mut self, time: Duration);

    /// How long the engine takes to do what it can do at once.
    fn moment(&self) -> Duration;

    /// What does not happen within this time does not happen by itself.
    fn patience(&self) -> Duration;

    /// The image that the services run.
    fn image(&self) -> &str;

    /// What stands before the name of every object, so that it can be told from others.
    fn prefix(&self) -> &str;

    /// Lets something happen to a node that no API call does, or that each ground does in its own way.
    fn node(&mut self, name: &str, fate: NodeFate) -> Result<()>;

    /// A standalone container on a node joins a network.
    fn attach(&mut self, network: &str, node: &str) -> Result<()>;

    /// All standalone containers are removed.
    fn detach_all(&mut self) -> Result<()>;
}

/// A simulated swarm as a ground: time is what is waited.
struct Simulated {
    swarm: Swarm,
}

impl Ground for Simulated {
    fn call(&mut self, method: &str, target: &str, body: Option<&Value>) -> Result<(u16, Value)> {
        let body = body.map(ToString::to_string).unwrap_or_default();
        let node = self.swarm.node("node1").context("no node1")?.id.clone();
        let answer = answer(&mut self.swarm, Request { method, target, body: body.as_bytes(), node: &node });
        Ok((answer.status, answer.value()))
    }

    fn wait(&mut self, time: Duration) {
        self.swarm.advance(time);
    }

    fn moment(&self) -> Duration {
        Duration::from_millis(50)
    }

    fn patience(&self) -> Duration {
        Duration::from_millis(200)
    }

    fn image(&self) -> &'static str {
        "example/backend:1"
    }

    fn prefix(&self) -> &'static str {
        ""
    }

    fn node(&mut self, name: &str, fate: NodeFate) -> Result<()> {
        let id = self.swarm.node(name).with_context(|| format!("no {name}"))?.id.clone();
        match fate {
            NodeFate::Kill => self.swarm.kill_node(&id),
            NodeFate::Return => self.swarm.return_node(&id),
            NodeFate::Drain => self.swarm.set_availability(&id, Availability::Drain),
            NodeFate::Remove => self.swarm.remove_node(&id),
            NodeFate::Restart => self.swarm.lose_leader(),
        }
        Ok(())
    }

    fn attach(&mut self, network: &str, node: &str) -> Result<()> {
        let network = self.swarm.network(network).context("no network")?.id.clone();
        let node = self.swarm.node(node).context("no node")?.id.clone();
        self.swarm.attach_container(&network, &node);
        Ok(())
    }

    fn detach_all(&mut self) -> Result<()> {
        let attached = self.swarm.tasks().filter(|task| task.service.is_none());
        let attached: Vec<_> = attached.map(|task| task.id.clone()).collect();
        for task in &attached {
            self.swarm.detach_container(task);
        }
        Ok(())
    }
}
