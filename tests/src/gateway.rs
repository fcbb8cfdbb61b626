//! `docker smsvc gateway` on an engine: images that need no registry, and the command with our plugin as a static program.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Result, bail};

use crate::artifact;
use crate::docker::{Docker, Outcome};
use crate::image::Root;

/// Imports Traefik's image from its binary, where the official one has it.
pub fn import_traefik(docker: &Docker, image: &str, binary: &Path) -> Result<()> {
    let root = Root::new()?;
    root.add(binary, "usr/local/bin/traefik")?;
    root.import(docker, image, "/usr/local/bin/traefik")
}

/// A gateway under a name.
#[derive(Clone)]
pub struct Gateway {
    /// The `docker` command whose plugin is a static program.
    pub docker: Docker,
    /// The gateway's name.
    pub name: String,
    /// Traefik's image.
    pub image: String,
    /// The guest.
    pub guest: String,
}

impl Gateway {
    /// Builds the static program and installs it in `folder`, which becomes the `DOCKER_CONFIG`.
    pub fn new(docker: &Docker, folder: &Path, name: &str, image: &str, guest: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let docker = Docker::new(docker.host(), folder);
        docker.install_plugin(&artifact::static_plugin()?)?;
        let guest = guest.display().to_string();
        Ok(Self { docker, name: name.to_owned(), image: image.to_owned(), guest })
    }

    /// `gateway up` with these options, whatever its outcome.
    pub fn try_up(&self, options: &[&str]) -> Result<Outcome> {
        let own =
            ["smsvc", "gateway", "up", "--name", &self.name, "--image", &self.image, "--guest", &self.guest];
        self.docker.call(&[&own[..], options].concat())
    }

    /// `gateway up`, which must succeed; gives what it printed.
    pub fn up(&self, options: &[&str]) -> Result<String> {
        let outcome = self.try_up(options)?;
        if outcome.status != 0 {
            bail!("up ended with {}: {}{}", outcome.status, outcome.stdout, outcome.stderr);
        }
        Ok(outcome.stdout)
    }

    /// Another command on the gateway, whatever its outcome.
    pub fn call(&self, command: &str, options: &[&str]) -> Result<Outcome> {
        self.docker.call(&[&["smsvc", "gateway", command, "--name", &self.name], options].concat())
    }

    /// The id of the task of one of its services that runs.
    pub fn task(&self, service: &str) -> Result<String> {
        let service = format!("{}-{service}", self.name);
        self.docker.run(&["service", "ps", &service, "--filter", "desired-state=running", "--quiet"])
    }

    /// All objects of the swarm with its label, one a line.
    pub fn objects(&self) -> Result<String> {
        let filter = format!("label=org.smsvc.gateway={}", self.name);
        let mut all = Vec::new();
        for kind in ["service", "network", "secret", "config"] {
            all.push(self.docker.run(&[kind, "ls", "--quiet", "--filter", &filter])?);
        }
        Ok(all.concat())
    }
}

/// The option that makes an entry point of this port.
pub fn entry_point(at: SocketAddr) -> String {
    format!("web=:{}", at.port())
}
