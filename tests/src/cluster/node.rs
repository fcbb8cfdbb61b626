//! One node of the swarm: `dockerd` in a network namespace of its own, which outlives it, so that it can be killed and come
//! back.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use super::wire::{Wire, hold_namespace, set_link};
use crate::docker::Docker;
use crate::engine::namespace::Link;
use crate::patience::wait_for;
use crate::process::{self, Companion};

/// How long an engine may take to answer, and to end.
const START: Duration = Duration::from_mins(1);
const STOP: Duration = Duration::from_secs(20);

/// A node.
pub struct Node {
    /// Its host name in the swarm is that of the machine; this is its number, from 1.
    pub number: usize,
    /// Its address on the bridge.
    pub address: Ipv4Addr,
    /// The `docker` command for its engine.
    pub docker: Docker,
    folder: PathBuf,
    dockerd: PathBuf,
    namespace: Companion,
    engine: Option<Companion>,
}

impl Node {
    /// A namespace on the wire, and an engine that begins in it.
    pub(super) fn begin(dockerd: &Path, root: &Path, number: usize, wire: &Wire) -> Result<Self> {
        let folder = root.join(format!("node{number}"));
        std::fs::create_dir_all(&folder)?;
        let namespace = hold_namespace(&folder.join("namespace.log"))?;
        let address = Ipv4Addr::new(10, 99, 0, u8::try_from(number)?);
        wire.connect(namespace.id(), number, address)?;
        let host = format!("unix://{}", folder.join("docker.sock").display());
        let docker = Docker::new(&host, root);
        let mut node =
            Self { number, address, docker, folder, dockerd: dockerd.to_owned(), namespace, engine: None };
        node.begin_engine()?;
        Ok(node)
    }

    /// Starts the engine again after it was killed, and waits until it answers. It ends with the thread that calls this.
    pub fn start_engine(&mut self) -> Result<()> {
        self.begin_engine()?;
        self.wait_until_it_answers()
    }

    fn begin_engine(&mut self) -> Result<()> {
        let mut command = Command::new("nsenter");
        command.arg(format!("--net=/proc/{}/ns/net", self.namespace.id()));
        // Its own mounts, so that nothing of it stays mounted, and a /run/docker of its own.
        command.args(["unshare", "--mount", "--uts", "sh", "-c"]);
        command.arg(format!(
            "hostname node{} && mkdir -p /run/docker && mount -t tmpfs tmpfs /run/docker && exec \"$@\"",
            self.number
        ));
        command.arg("dockerd").arg(&self.dockerd);
        for (flag, name) in [("--data-root", "data"), ("--exec-root", "exec"), ("--pidfile", "pid")] {
            command.arg(flag).arg(self.folder.join(name));
        }
        let name = self.containerd_name();
        command.args(["--host", self.docker.host(), "--bridge", "none"]);
        command.args(["--containerd-namespace", &name]);
        command.args(["--containerd-plugins-namespace", &format!("{name}-plugins")]);
        self.engine = Some(Companion::start(&command, &self.folder.join("log"))?);
        Ok(())
    }

    pub(super) fn wait_until_it_answers(&mut self) -> Result<()> {
        let Some(engine) = &mut self.engine else { bail!("node {} does not run", self.number) };
        wait_for("the engine of a node", START, || {
            engine.check_alive()?;
            self.docker.run(&["version", "--format", "{{.Server.Version}}"])
        })?;
        Ok(())
    }

    /// The name under which its containers are known to a containerd of the machine.
    fn containerd_name(&self) -> String {
        let parent = self.folder.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        format!("{parent}-node{}", self.number)
    }

    /// Kills the engine and its containers, as a power cut does.
    pub fn kill(&mut self) -> Result<()> {
        let Some(mut engine) = self.engine.take() else { bail!("node {} does not run", self.number) };
        engine.kill();
        // What a killed engine leaves behind: its containerd, and the containers with their shims.
        wait_for("the end of all that the engine has started", STOP, || match self.kill_rest() {
            0 => Ok(()),
            left => Err(format!("{left} processes")),
        })?;
        // After a power cut /run is empty. An engine that finds the process ids would wait for a containerd that is gone.
        for stale in ["pid", "exec/containerd/containerd.pid"] {
            let _none = std::fs::remove_file(self.folder.join(stale));
        }
        Ok(())
    }

    /// Kills every process that is in the node's network namespace or was started for its engine, but the one that holds
    /// the namespace; how many there were.
    fn kill_rest(&self) -> usize {
        let folder = self.folder.display().to_string();
        let Ok(processes) = std::fs::read_dir("/proc") else { return 0 };
        let mut found = 0;
        for process in processes.flatten() {
            let Some(id) = process.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
                continue;
            };
            let arguments = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
            let ours = String::from_utf8_lossy(&arguments).contains(&folder);
            if ours && id != std::process::id() && id != self.namespace.id() {
                let _gone = process::output(Command::new("kill").args(["-KILL", &id.to_string()]));
                found += 1;
            }
        }
        found
    }

    /// Lays a wire from this machine to the node: the address at which its host-mode ports answer.
    pub fn reach(&self) -> Result<IpAddr> {
        Ok(Link::into_namespace_of(self.namespace.id())?.inner.into())
    }

    /// Cuts the node off from the others, or ends that. Its engine and its containers go on.
    pub fn set_connected(&self, connected: bool) -> Result<()> {
        set_link(self.namespace.id(), connected)
    }

    /// Whether its engine runs.
    pub fn runs(&self) -> bool {
        self.engine.is_some()
    }

    /// The id of the node in the swarm.
    pub fn id(&self) -> Result<String> {
        self.docker.run(&["info", "--format", "{{.Swarm.NodeID}}"])
    }

    /// What its log ends with.
    pub fn log_end(&self) -> String {
        self.engine.as_ref().map(Companion::log_end).unwrap_or_default()
    }

    /// Stops the engine in order, with its containers, as a machine does that is shut down.
    pub fn stop(&mut self) {
        if let Some(mut engine) = self.engine.take() {
            engine.stop(STOP);
        }
        self.kill_rest();
    }
}
