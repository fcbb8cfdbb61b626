//! Traefik as a Swarm service on the stage's network, with the plugin in its image.
//!
//! On a real engine it has to be a task: the addresses of tasks are reached from their overlay network only. It gets all
//! routes from the provider and never sees the engine's socket.

mod binary;
mod local;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail};

use crate::artifact;
use crate::docker::Docker;
use crate::http::Request;
use crate::image::Root;
use crate::patience::wait_for;

pub use binary::locate;

/// The folder of the plugin: its name, and the port of the entry point for requests and of Traefik's own API,
/// are those of `traefik.yml`.
const PLUGIN: &str = "plugins-local/src/smsvc";
const WEB: u16 = 80;
const API: u16 = 8080;

/// The folder of secrets in Traefik's image, and a shared secret of tokens that is in it.
const SECRETS: &str = "secrets";
/// The path at which the plugin finds the secret.
pub const SECRET_FILE: &str = "/secrets/jwt";
/// What it says.
pub const SECRET: &str = "the secret of the stage, which has 32 bytes and more";

/// How long Traefik may take from the creation of its service to its first answer.
const START: Duration = Duration::from_mins(1);

/// How many lines of its log are shown when something is wrong.
const LOG_LINES: usize = 12;

/// Imports an image with the Traefik binary, the guest as a local plugin, and the static configuration.
pub fn import(docker: &Docker, image: &str, binary: &Path, guest: &Path, provider: SocketAddr) -> Result<()> {
    let root = Root::new()?;
    root.add(binary, "traefik")?;
    root.add(guest, &format!("{PLUGIN}/plugin.wasm"))?;
    root.add(&artifact::workspace().join(".traefik.yml"), &format!("{PLUGIN}/.traefik.yml"))?;
    root.write("traefik.yml", &static_configuration(provider, Path::new("/secrets")))?;
    root.write(&format!("{SECRETS}/jwt"), &format!("{SECRET}\n"))?;
    // Traefik keeps state of its own in /tmp only when asked to, but Go's temporary files need the folder.
    root.write("tmp/.keep", "")?;
    root.import(docker, image, "/traefik")
}

/// The static configuration for a provider at this address, and for secrets in this folder.
fn static_configuration(provider: SocketAddr, secrets: &Path) -> String {
    let text = include_str!("traefik.yml").replace("PROVIDER/", &format!("{provider}/"));
    text.replace("SECRETS:", &format!("{}:", secrets.display()))
}

/// A running Traefik.
pub struct Traefik {
    /// The name of its service.
    pub service: String,
    /// Where it takes requests.
    pub web: SocketAddr,
    /// Where it tells of its routers.
    pub api: SocketAddr,
    /// Its log, where it is a process of this machine.
    log: Option<PathBuf>,
}

impl Traefik {
    /// Creates the service with `docker service create`, and waits until it answers. `args` hold further
    /// options.
    pub fn create(
        docker: &Docker,
        service: &str,
        image: &str,
        ports: [SocketAddr; 2],
        args: &[&str],
    ) -> Result<Self> {
        let [web, api] = ports;
        let publish = [(web, WEB), (api, API)]
            .map(|(at, port)| format!("mode=host,published={},target={port}", at.port()));
        let mut command = vec!["service", "create", "--detach", "--quiet", "--no-resolve-image"];
        command.extend(["--name", service, "--endpoint-mode", "dnsrr"]);
        command.extend(publish.iter().flat_map(|port| ["--publish", port]));
        command.extend(args);
        command.push(image);
        docker.run(&command)?;
        let traefik = Self { service: service.to_owned(), web, api, log: None };
        wait_for("Traefik", START, || match traefik.ping() {
            Ok(()) => Ok(()),
            Err(error) => bail!("{error:#}\n{}", traefik.log_end(docker)),
        })?;
        Ok(traefik)
    }

    /// An error when it does not say that it is well.
    pub fn ping(&self) -> Result<()> {
        match Request::new("GET", "traefik", "/ping").send(self.api)?.status {
            200 => Ok(()),
            status => bail!("ping is answered with {status}"),
        }
    }

    /// The id of its running task: another one means that it ended in between.
    pub fn task(&self, docker: &Docker) -> Result<String> {
        docker.run(&["service", "ps", &self.service, "--filter", "desired-state=running", "--quiet"])
    }

    /// The end of its log, and the state of its task.
    pub fn log_end(&self, docker: &Docker) -> String {
        if let Some(log) = &self.log {
            return std::fs::read_to_string(log).unwrap_or_default();
        }
        let tell = |args: &[&str]| {
            docker.call(args).map_or_else(|error| error.to_string(), |told| told.stdout + &told.stderr)
        };
        let tasks =
            tell(&["service", "ps", "--no-trunc", "--format", "{{.CurrentState}} {{.Error}}", &self.service]);
        let log = tell(&["service", "logs", "--raw", &self.service]);
        let lines: Vec<&str> = log.lines().collect();
        format!("tasks: {tasks}log: {}", lines[lines.len().saturating_sub(LOG_LINES)..].join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_static_configuration_names_the_provider() {
        let text = static_configuration("198.18.0.1:4000".parse().unwrap(), Path::new("/a/b"));
        assert!(text.contains("\n    endpoint: http://198.18.0.1:4000/traefik\n"), "{text}");
        assert!(text.contains("\n          - /a/b:/secrets:ro\n"), "{text}");
    }
}
