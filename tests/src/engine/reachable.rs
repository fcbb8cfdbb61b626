//! The engine that the user's own `docker` command reaches: environment, context, or the default socket.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::Engine;
use crate::docker::Docker;
use crate::patience::wait_for;
use crate::process;

/// A manager of a swarm that answers on a socket of this machine.
pub struct Manager {
    /// Its address, as in `DOCKER_HOST`.
    pub host: String,
    node: String,
}

/// Looks at the engine of the current context; the error says why it is of no use.
pub(super) fn look() -> Result<Manager, String> {
    if process::find("docker").is_none() {
        return Err("the docker command is not installed".to_owned());
    }
    let host = ask(&["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"])?;
    if !host.starts_with("unix://") {
        // Containers of an engine elsewhere could not reach the provider, and its ports are not on this
        // machine.
        return Err(format!("the engine at {host} is not on this machine"));
    }
    // The fields are empty where no engine answers; some versions of docker end with status 0 all the same.
    let swarm =
        ask(&["info", "--format", "{{.Swarm.LocalNodeState}} {{.Swarm.ControlAvailable}} {{.Swarm.NodeID}}"])
            .unwrap_or_default();
    match swarm.split(' ').collect::<Vec<_>>()[..] {
        ["active", "true", node] => Ok(Manager { host, node: node.to_owned() }),
        ["active", ..] => Err(format!("the engine at {host} is a worker of its swarm, not a manager")),
        ["inactive", ..] => Err(format!("the engine at {host} is not in a swarm")),
        _ => Err(format!("no engine answers at {host}")),
    }
}

/// What the user's own `docker`, with the user's own settings, prints.
fn ask(args: &[&str]) -> Result<String, String> {
    match process::output(Command::new("docker").args(args)) {
        Ok(text) => Ok(text.trim().to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

impl Manager {
    /// Ports of its tasks answer on the loopback address; its containers reach this machine at the gateway of
    /// the bridge that gives the containers of a swarm their way out.
    pub(super) fn into_engine(self, docker_config: &Path) -> Result<Engine> {
        let docker = Docker::new(&self.host, docker_config);
        let gateway: IpAddr = wait_for("the bridge docker_gwbridge", Duration::from_secs(10), || {
            docker.run(&[
                "network",
                "inspect",
                "docker_gwbridge",
                "--format",
                "{{(index .IPAM.Config 0).Gateway}}",
            ])
        })?
        .parse()
        .context("the bridge docker_gwbridge has no gateway address")?;
        Ok(Engine {
            docker,
            node: self.node,
            published_at: IpAddr::V4(Ipv4Addr::LOCALHOST),
            reaches_us_at: gateway,
        })
    }
}
