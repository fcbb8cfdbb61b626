//! What all trials share: the stage, and the words in which they speak to it.

use std::time::Duration;

use anyhow::{Result, bail};
use smsvc_tests::docker::Docker;
use smsvc_tests::engine;
use smsvc_tests::http::{Request, Response};
use smsvc_tests::patience::wait_for;
use smsvc_tests::stage::{Binaries, EngineFailed, Stage};
use smsvc_tests::traefik;

/// A rule that must hold: its name, and the check.
pub(crate) type Rule = (&'static str, fn(&World) -> Result<()>);

/// How long a service may take from its creation until Traefik routes to it.
const ROUTED: Duration = Duration::from_mins(1);

/// The stage.
pub(crate) struct World {
    pub(crate) stage: Stage,
    pub(crate) binaries: Binaries,
}

/// Why there is no stage.
pub(crate) enum NoWorld {
    /// This machine lacks something.
    Missing(String),
    /// Something of ours does not work.
    Broken(anyhow::Error),
}

impl World {
    /// The stage, built from what this machine has.
    pub(crate) fn set_up(say: &dyn Fn(&str)) -> Result<Self, NoWorld> {
        let choice = engine::choose().map_err(|unavailable| NoWorld::Missing(unavailable.to_string()))?;
        let traefik = traefik::locate(say).map_err(|error| NoWorld::Missing(format!("{error:#}")))?;
        let binaries = Binaries::build(traefik, say).map_err(NoWorld::Broken)?;
        let stage = Stage::set_up("smsvc-e2e", choice, &binaries, say).map_err(|error| {
            if error.is::<EngineFailed>() {
                NoWorld::Missing(format!("{error:#}"))
            } else {
                NoWorld::Broken(error)
            }
        })?;
        Ok(Self { stage, binaries })
    }

    pub(crate) fn docker(&self) -> &Docker {
        &self.stage.docker
    }

    /// A request through Traefik.
    pub(crate) fn send(&self, request: &Request) -> Result<Response> {
        self.stage.send(request)
    }

    /// Sends a request until its answer has this status: a new service is routed to a moment after its
    /// creation.
    pub(crate) fn send_until(&self, request: &Request, status: u16) -> Result<Response> {
        let Request { method, host, target, .. } = request;
        wait_for(&format!("{status} to {method} {host}{target}"), ROUTED, || {
            let response = self.send(request)?;
            if response.status == status {
                return Ok(response);
            }
            bail!("{} {}", response.status, response.text())
        })
    }

    /// What the logs of Traefik and of the provider end with.
    pub(crate) fn log_ends(&self) -> String {
        let provider = std::fs::read_to_string(self.stage.folder().join("provider.log")).unwrap_or_default();
        format!("Traefik: {}\nprovider: {provider}", self.stage.traefik.log_end(self.docker()))
    }
}
