//! What commands on gateways say.

use serde_json::{Value, json};
use smsvc_core::endpoint::Choice;

use super::Report;
use super::create::cost_line;
use crate::gateway::{GatewayName, PLUGIN_FOLDER};
use crate::plan::gateway::{Leftover, Part};
use crate::plan::{Cost, Step};

/// A service of a gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayPart {
    /// Its name.
    pub service: String,
    /// Its image.
    pub image: String,
    /// Tasks that run.
    pub running: usize,
    /// Tasks that should.
    pub wanted: usize,
    /// The last lines of its log that tell of something wrong.
    pub troubles: Vec<String>,
}

/// A gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayState {
    /// Its name.
    pub name: String,
    /// Its services.
    pub parts: Vec<GatewayPart>,
    /// The configs with the guest.
    pub guest: Vec<String>,
    /// How many groups are routed.
    pub groups: usize,
    /// How many routers Traefik is told of.
    pub routers: usize,
    /// How long the document is.
    pub document_bytes: usize,
    /// Its SHA-256.
    pub document_digest: String,
    /// What is left out of it, and why.
    pub problems: Vec<String>,
}

impl GatewayState {
    /// Whether every task runs that should.
    pub fn is_well(&self) -> bool {
        self.parts.iter().all(|part| part.running > 0 && part.running >= part.wanted)
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let parts = self.parts.iter().map(|part| {
            json!({
                "service": part.service,
                "image": part.image,
                "running": part.running,
                "wanted": part.wanted,
                "troubles": part.troubles,
            })
        });
        json!({
            "name": self.name,
            "well": self.is_well(),
            "services": parts.collect::<Vec<_>>(),
            "guest": self.guest,
            "groups": self.groups,
            "routers": self.routers,
            "document": { "bytes": self.document_bytes, "sha256": self.document_digest },
            "problems": self.problems,
        })
    }
}

impl Report {
    /// Parts that are made, or would be.
    pub fn gateway_parts(self, parts: &[Part], image: Option<&str>, dry: bool) {
        let verb = if dry { "would create" } else { "created" };
        if let Some(image) = image {
            self.result(&format!("{} image {image}", if dry { "would load" } else { "loaded" }));
        }
        for part in parts {
            let (kind, name) = match part {
                Part::Network { name, .. } => ("network", name),
                Part::Secret { name } => ("secret", name),
                Part::Config(content) => ("config", &content.name),
            };
            self.result(&format!("{verb} {kind} {name}"));
        }
    }

    /// The endpoint mode of Traefik, and what the gateway takes.
    pub fn gateway_decisions(self, choice: Option<&Choice>, costs: &[(String, Cost)]) {
        if !costs.is_empty()
            && let Some(choice) = choice
        {
            self.note(&format!("Traefik: endpoint mode {}", choice.sentence()));
        }
        for (service, cost) in costs {
            self.note(&format!("{service}: {}", cost_line(cost)));
        }
    }

    /// A service that was made or changed.
    pub fn gateway_step(self, step: &Step) {
        let verb = match step {
            Step::CreateService { .. } => "created",
            Step::UpdateService { .. } => "updated",
            Step::RemoveService { .. } => "removed",
        };
        self.result(&format!("{verb} service {}", step.service()));
    }

    /// What is removed, or would be.
    pub fn gateway_leftovers(self, all: &[Leftover], dry: bool) {
        let verb = if dry { "would remove" } else { "removed" };
        for one in all {
            let (kind, name) = match one {
                Leftover::Service { name, .. } => ("service", name),
                Leftover::Config { name, .. } => ("config", name),
                Leftover::Secret { name, .. } => ("secret", name),
                Leftover::Network { name, .. } => ("network", name),
            };
            self.result(&format!("{verb} {kind} {name}"));
        }
    }

    /// What a provider on one node means.
    pub fn gateway_local_image(self) {
        self.note(
            "the provider runs on this node only, because no other one has its image: while it is down Traefik keeps the routes that it has",
        );
    }

    /// What else a Traefik of the user's own needs.
    pub fn gateway_attach_notes(self, name: &GatewayName) {
        let (control, token) = (name.control(), name.token());
        self.note(&format!(
            "Docker fills in the secret, if the file reaches Traefik as a config: docker config create --template-driver golang NAME FILE\n\
             Traefik's service also needs: --network-add {control} --secret-add {token}\n\
             and the plugin, in {PLUGIN_FOLDER}: the configs {name}-manifest-… as .traefik.yml and {name}-guest-… as plugin.wasm\n\
             `docker smsvc gateway up --provider-only` makes all of these"
        ));
    }

    /// The state for people.
    pub fn gateway_state(self, state: &GatewayState) {
        self.result(&format!(
            "gateway {}: {}",
            state.name,
            if state.is_well() { "well" } else { "not well" }
        ));
        for part in &state.parts {
            self.result(&format!(
                "  {:<28}{}/{} running  {}",
                part.service, part.running, part.wanted, part.image
            ));
        }
        self.result(&format!("  plugin: {}", state.guest.join(", ")));
        self.result(&format!(
            "  document: {} groups, {} routers, {} bytes, sha256 {}",
            state.groups,
            state.routers,
            state.document_bytes,
            &state.document_digest[..12]
        ));
        for problem in &state.problems {
            self.result(&format!("  left out: {problem}"));
        }
        for part in &state.parts {
            for line in &part.troubles {
                self.result(&format!("  log of {}: {line}", part.service));
            }
        }
    }
}
