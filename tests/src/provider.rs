//! `docker smsvc provider` as a process of this machine: Traefik's source of routes.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::docker::Docker;
use crate::http::{Request, Response};
use crate::patience::wait_for;
use crate::process::Companion;

/// A running provider. Dropping it ends it.
pub struct Provider {
    companion: Companion,
    /// Where it answers.
    pub address: SocketAddr,
}

impl Provider {
    /// Starts it for the engine of `docker`, and waits until it answers, with whatever status.
    pub fn start(docker: &Docker, address: SocketAddr, log: &Path) -> Result<Self> {
        Self::start_with(docker, address, log, &[])
    }

    /// The same with further words on its command line.
    pub fn start_with(docker: &Docker, address: SocketAddr, log: &Path, words: &[&str]) -> Result<Self> {
        let listen = address.to_string();
        let words = [&["smsvc", "provider", "--listen", &listen], words].concat();
        let companion = Companion::start(&docker.command(&words), log)?;
        let mut provider = Self { companion, address };
        wait_for("the provider", Duration::from_secs(10), || {
            provider.companion.check_alive()?;
            provider.document()
        })?;
        Ok(provider)
    }

    /// What Traefik would get now.
    pub fn document(&self) -> Result<Response> {
        Request::new("GET", &self.address.to_string(), "/traefik").send(self.address)
    }

    /// How long what Traefik would get now is, in bytes.
    pub fn document_length(&self) -> Result<usize> {
        let answer = Request::new("HEAD", &self.address.to_string(), "/traefik").send(self.address)?;
        let length = answer.header("content-length").context("the answer has no length")?;
        length.parse().with_context(|| format!("{length:?} is no length"))
    }

    /// The process of `docker`, which has started the plugin.
    pub fn process(&mut self) -> &mut Companion {
        &mut self.companion
    }

    /// The end of its log.
    pub fn log_end(&self) -> String {
        self.companion.log_end()
    }
}
