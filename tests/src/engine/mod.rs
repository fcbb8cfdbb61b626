//! Which engine the stage runs on: the swarm manager that the user's `docker` reaches, else a private one of
//! our own.
//!
//! An engine of the user is never changed beyond the objects that the stage creates and removes: it is never
//! made a swarm.

pub(crate) mod namespace;
mod private;
mod reachable;
mod simulated;

use std::fmt;
use std::net::IpAddr;

use anyhow::Result;

use crate::docker::Docker;
use crate::teardown::Teardown;

pub use private::{PrivateEngine, Tools};
use reachable::Manager;

/// What was found on this machine. Nothing is started yet.
pub enum Choice {
    /// A swarm manager answers on this machine.
    Reachable(Manager),
    /// None does, but we may start an engine of our own.
    Private(Tools),
}

/// Why there is no engine: what was tried, and what stands in the way of each.
#[derive(Debug, PartialEq, Eq)]
pub struct Unavailable {
    /// Why the engine that `docker` reaches is of no use.
    pub reachable: String,
    /// Why none can be started.
    pub private: String,
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; a private engine cannot be started: {}", self.reachable, self.private)
    }
}

/// What starting engines of our own takes; the error says what is missing.
pub fn tools() -> Result<Tools, String> {
    private::look()
}

/// Looks for an engine, without starting or changing anything.
pub fn choose() -> Result<Choice, Unavailable> {
    match reachable::look() {
        Ok(manager) => Ok(Choice::Reachable(manager)),
        Err(reachable) => match private::look() {
            Ok(tools) => Ok(Choice::Private(tools)),
            Err(private) => Err(Unavailable { reachable, private }),
        },
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reachable(manager) => write!(f, "the swarm manager at {}", manager.host),
            Self::Private(_) => f.write_str("a private engine in its own network namespace"),
        }
    }
}

/// An engine that runs, is a swarm manager, and on which the stage may create things.
pub struct Engine {
    /// The `docker` command for it.
    pub docker: Docker,
    /// The id of the node: images that are imported exist there only, so every service is held on it.
    pub node: String,
    /// The address at which a host-mode port of a task answers us.
    pub published_at: IpAddr,
    /// The address of ours that a container reaches.
    pub reaches_us_at: IpAddr,
}

impl Choice {
    /// Uses or starts the engine; `docker_config` becomes `DOCKER_CONFIG`. A private one ends with the
    /// teardown.
    pub fn start(self, docker_config: &std::path::Path, teardown: &Teardown) -> Result<Engine> {
        match self {
            Self::Reachable(manager) => manager.into_engine(docker_config),
            Self::Private(tools) => {
                let engine = PrivateEngine::start(&tools)?;
                let docker = Docker::new(&engine.host, docker_config);
                engine.make_swarm()?;
                let (published_at, reaches_us_at) = (engine.address(), engine.our_address());
                teardown.push(move || drop(engine));
                let node = docker.run(&["info", "--format", "{{.Swarm.NodeID}}"])?;
                Ok(Engine { docker, node, published_at, reaches_us_at })
            }
        }
    }
}
