//! Traefik as a process of this machine, for a simulated swarm, whose tasks listen on loopback addresses.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use super::{API, PLUGIN, SECRET, SECRETS, START, Traefik, WEB, static_configuration};
use crate::artifact;
use crate::patience::wait_for;
use crate::process::Companion;
use crate::teardown::Teardown;

/// How long it may take to end.
const STOP: Duration = Duration::from_secs(5);

impl Traefik {
    /// Lays its files out in `folder` as in its image, starts it there, and waits until it answers. It ends with the
    /// teardown.
    pub fn run(
        folder: &Path,
        binary: &Path,
        guest: &Path,
        provider: SocketAddr,
        ports: [SocketAddr; 2],
        teardown: &Teardown,
    ) -> Result<Self> {
        let [web, api] = ports;
        let plugin = folder.join(PLUGIN);
        std::fs::create_dir_all(&plugin)?;
        std::fs::copy(guest, plugin.join("plugin.wasm"))?;
        std::fs::copy(artifact::workspace().join(".traefik.yml"), plugin.join(".traefik.yml"))?;
        let secrets = folder.join(SECRETS);
        std::fs::create_dir_all(&secrets)?;
        std::fs::write(secrets.join("jwt"), SECRET)?;
        let configuration = static_configuration(provider, &secrets);
        let configuration = configuration.replace(&format!("':{WEB}'"), &format!("'{web}'"));
        let configuration = configuration.replace(&format!("':{API}'"), &format!("'{api}'"));
        std::fs::write(folder.join("traefik.yml"), configuration)?;
        let mut command = Command::new("env");
        command.arg("--chdir").arg(folder).arg(binary);
        let log = folder.join("traefik.log");
        let mut process = Companion::start(&command, &log)?;
        let traefik = Self { service: String::new(), web, api, log: Some(log) };
        let started = wait_for("Traefik", START, || {
            process.check_alive()?;
            match traefik.ping() {
                Ok(()) => Ok(()),
                Err(error) => bail!("{error:#}\n{}", process.log_end()),
            }
        });
        teardown.push(move || process.stop(STOP));
        started.map(|()| traefik)
    }
}
