//! A simulated engine, where the machine has no real one: the project's own simulator as a process of this machine.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::Engine;
use crate::docker::Docker;
use crate::patience::wait_for;
use crate::process::Companion;
use crate::teardown::Teardown;

/// How long it may take to answer, and to end.
const START: Duration = Duration::from_secs(10);
const STOP: Duration = Duration::from_secs(5);

impl Engine {
    /// Starts a simulated swarm of one node, whose running tasks are processes of `backend`; `folder` becomes
    /// `DOCKER_CONFIG`. It ends with the teardown.
    pub fn simulate(simulator: &Path, backend: &Path, folder: &Path, teardown: &Teardown) -> Result<Self> {
        let socket = folder.join("swarm-sim.sock");
        let mut command = Command::new(simulator);
        command.arg("--socket").arg(&socket).args(["--workers", "0", "--engine", "29", "--run"]).arg(backend);
        let mut process = Companion::start(&command, &folder.join("swarm-sim.log"))?;
        let docker = Docker::new(&format!("unix://{}", socket.display()), folder);
        let node = wait_for("the simulated engine", START, || {
            process.check_alive()?;
            docker.run(&["info", "--format", "{{.Swarm.NodeID}}"])
        });
        teardown.push(move || process.stop(STOP));
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        Ok(Self { docker, node: node?, published_at: loopback, reaches_us_at: loopback })
    }
}
