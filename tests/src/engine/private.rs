//! An engine of our own: `dockerd` with folders, network and mounts that nothing else on the machine shares.
//!
//! It needs root. It ends with the stage, and nothing of it stays: the namespaces go with the process, the
//! folders with [`PrivateEngine`]. It has no route to the outside and pulls no image.

use std::net::IpAddr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::namespace::Link;
use crate::docker::Docker;
use crate::patience::wait_for;
use crate::process::{self, Companion};

/// How long the engine may take to answer, and to end.
const START: Duration = Duration::from_mins(1);
const STOP: Duration = Duration::from_secs(20);

/// The programs that a private engine needs, and the Debian package of each.
const PROGRAMS: [(&str, &str); 6] = [
    ("docker", "docker.io (on newer releases also docker-cli)"),
    ("dockerd", "docker.io"),
    ("iptables", "iptables"),
    ("ip", "iproute2"),
    ("unshare", "util-linux"),
    ("nsenter", "util-linux"),
];

/// Proof that this machine has what a private engine needs.
pub struct Tools {
    dockerd: PathBuf,
}

impl Tools {
    /// The engine's program.
    pub fn dockerd(&self) -> &Path {
        &self.dockerd
    }
}

/// Looks for what a private engine needs; the error says what is missing.
pub(super) fn look() -> Result<Tools, String> {
    let missing: Vec<String> = PROGRAMS
        .iter()
        .filter(|(program, _)| process::find(program).is_none())
        .map(|(program, package)| format!("{program} is not installed (Debian package: {package})"))
        .collect();
    if !missing.is_empty() {
        return Err(missing.join(", "));
    }
    if !is_root() {
        return Err("that takes root".to_owned());
    }
    let dockerd = process::find("dockerd").ok_or("dockerd is not installed")?;
    Ok(Tools { dockerd })
}

/// Whether this process may do everything.
pub(super) fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// A running engine of our own. Dropping it leaves its swarm, stops it and removes its folders.
pub struct PrivateEngine {
    daemon: Companion,
    link: Link,
    /// The address of its socket, as in `DOCKER_HOST`.
    pub host: String,
    folder: TempDir,
}

impl PrivateEngine {
    /// Starts an engine that is not in a swarm, and waits until it answers.
    pub fn start(tools: &Tools) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("smsvc-engine-").tempdir()?;
        let path = folder.path();
        let host = format!("unix://{}", path.join("docker.sock").display());
        let mut daemon = Companion::start(&command(&tools.dockerd, path, &host), &path.join("log"))?;
        let link = Link::into_namespace_of(daemon.id())?;
        let docker = Docker::new(&host, path);
        wait_for("the private engine", START, || {
            daemon.check_alive()?;
            docker.run(&["version", "--format", "{{.Server.Version}}"])
        })?;
        Ok(Self { daemon, link, host, folder })
    }

    /// Starts one more engine, where the machine has what that takes.
    pub fn start_another() -> Result<Self> {
        Self::start(&look().map_err(anyhow::Error::msg)?)
    }

    /// Makes it the manager of a swarm of one node.
    pub fn make_swarm(&self) -> Result<()> {
        let docker = Docker::new(&self.host, self.folder.path());
        docker
            .run(&["swarm", "init", "--advertise-addr", "127.0.0.1"])
            .context("the private engine has no swarm")?;
        Ok(())
    }

    /// The address at which its host-mode ports answer.
    pub fn address(&self) -> IpAddr {
        self.link.inner.into()
    }

    /// The address of ours that its containers reach.
    pub fn our_address(&self) -> IpAddr {
        self.link.outer.into()
    }
}

impl Drop for PrivateEngine {
    fn drop(&mut self) {
        // Leaving removes the tasks, so that no container is left for the daemon to wait for.
        let _ = Docker::new(&self.host, self.folder.path()).run(&["swarm", "leave", "--force"]);
        self.daemon.stop(STOP);
    }
}

/// `dockerd` in its own network and mount namespaces. Its containers have their own name in containerd too,
/// for a machine whose system-wide containerd it finds and uses.
fn command(dockerd: &Path, folder: &Path, host: &str) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--net", "--mount"]).arg(dockerd);
    for (flag, name) in [("--data-root", "data"), ("--exec-root", "exec"), ("--pidfile", "pid")] {
        command.arg(flag).arg(folder.join(name));
    }
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    command.args(["--host", host, "--bridge", "none"]);
    command.args([
        "--containerd-namespace",
        &name,
        "--containerd-plugins-namespace",
        &format!("{name}-plugins"),
    ]);
    command
}
