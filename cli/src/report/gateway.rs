//! What commands on gateways say.

use std::net::IpAddr;

use jiff::Timestamp;
use serde_json::{Value, json};
use smsvc_core::endpoint::Choice;

use super::Report;
use super::create::cost_line;
use crate::gateway::{GatewayName, LABEL, PLUGIN_FOLDER};
use crate::list::elapsed;
use crate::plan::gateway::{Leftover, Part};
use crate::plan::{Cost, Step};
use crate::provider::Reading;

/// A service of a gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayPart {
    /// Its name.
    pub service: String,
    /// Its image; with a name where this engine knows one.
    pub image: String,
    /// The version that it tells of.
    pub version: Option<String>,
    /// Tasks that run.
    pub running: usize,
    /// Tasks that should.
    pub wanted: usize,
    /// The last lines of its log that tell of something wrong.
    pub troubles: Vec<Trouble>,
}

/// A line of a log that tells of something wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// When it was written.
    pub at: Timestamp,
    /// What it says.
    pub line: String,
}

/// A task of Traefik, and what it has last got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// The task.
    pub task: String,
    /// Its address on the network with the provider.
    pub address: IpAddr,
    /// Since when it has got what; `None` where no provider tells.
    pub got: Option<(Timestamp, Reading)>,
}

/// A router that Traefik does not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its name.
    pub router: String,
    /// What Traefik says.
    pub reason: String,
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
    /// What each task of Traefik has got.
    pub served: Vec<Served>,
    /// The routers that Traefik does not take.
    pub refused: Vec<Refused>,
    /// The version of Traefik, where it is too old for `--repeat`.
    pub outdated: Option<String>,
    /// Now.
    pub now: Timestamp,
}

impl GatewayState {
    /// Whether every task runs that should, and Traefik asks for the routes, gets them, and takes them.
    pub fn is_well(&self) -> bool {
        let has_routes = |served: &Served| matches!(served.got, None | Some((_, Reading::Document { .. })));
        self.parts.iter().all(|part| part.running > 0 && part.running >= part.wanted)
            && self.served.iter().all(has_routes)
            && self.refused.is_empty()
            && self.outdated.is_none()
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let parts = self.parts.iter().map(|part| {
            json!({
                "service": part.service,
                "image": part.image,
                "version": part.version,
                "running": part.running,
                "wanted": part.wanted,
                "troubles": part.troubles.iter().map(|it| json!({ "at": it.at.to_string(), "line": it.line })).collect::<Vec<_>>(),
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
            "served": self.served.iter().map(Served::json).collect::<Vec<_>>(),
            "refusedRouters": self.refused.iter().map(|it| json!({ "router": it.router, "reason": it.reason })).collect::<Vec<_>>(),
            "outdatedTraefik": self.outdated,
        })
    }

    /// How long ago that was.
    fn since(&self, then: Timestamp) -> String {
        elapsed(self.now.as_nanosecond() - then.as_nanosecond()).to_lowercase()
    }

    /// What a task has got, beside the document that the swarm makes now.
    fn served_line(&self, served: &Served) -> String {
        let Some((since, reading)) = &served.got else {
            return "no provider tells what it has".to_owned();
        };
        let ago = self.since(*since);
        match reading {
            Reading::Document { digest, .. } if self.document_digest.starts_with(digest) => {
                format!("has it, for {ago}")
            }
            Reading::Document { digest, bytes, groups } => {
                format!("has {digest} ({}, {bytes} bytes), got {ago} ago", counted(*groups, "group"))
            }
            Reading::Unsure { reason } => format!("is told 503, for {ago}: {reason}"),
            Reading::Silent { .. } => format!("has not asked for {ago}"),
        }
    }
}

/// `1 group`, `2 groups`.
fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

impl Served {
    fn json(&self) -> Value {
        let mut value = json!({ "task": self.task, "address": self.address });
        if let Some((since, reading)) = &self.got {
            value["since"] = since.to_string().into();
            match reading {
                Reading::Document { digest, bytes, groups } => {
                    value["document"] = json!({ "sha256": digest, "bytes": bytes, "groups": groups });
                }
                Reading::Unsure { reason } => value["unsure"] = reason.as_str().into(),
                Reading::Silent { .. } => value["silent"] = true.into(),
            }
        }
        value
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
                Part::Secret { name } | Part::Identity { name } => ("secret", name),
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
    pub fn gateway_attach_notes(self, name: &GatewayName, provider_tls: bool) {
        let (control, token) = (name.control(), name.token());
        let (identity, flag) = if provider_tls {
            (format!(" --secret-add {}", name.identity()), " --provider-tls")
        } else {
            (String::new(), "")
        };
        self.note(&format!(
            "Docker fills in the secret, if the file reaches Traefik as a config: docker config create --template-driver golang NAME FILE\n\
             Traefik's service also needs: --network-add {control} --secret-add {token}{identity}\n\
             and the plugin, in {PLUGIN_FOLDER}: the configs {name}-manifest-… as .traefik.yml and {name}-guest-… as plugin.wasm,\n\
             whose whole names `docker config ls --filter label={LABEL}={name}` shows\n\
             `docker smsvc gateway up --provider-only{flag}` makes all of these"
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
                "  {:<28}{}/{} running  {}{}",
                part.service,
                part.running,
                part.wanted,
                part.image,
                part.version.as_ref().map(|it| format!("  ({it})")).unwrap_or_default()
            ));
        }
        self.result(&format!("  plugin: {}", state.guest.join(", ")));
        self.result(&format!(
            "  document: {}, {}, {} bytes, sha256 {}",
            counted(state.groups, "group"),
            counted(state.routers, "router"),
            state.document_bytes,
            &state.document_digest[..12]
        ));
        for served in &state.served {
            let task: String = served.task.chars().take(12).collect();
            self.result(&format!("  Traefik {task} at {}: {}", served.address, state.served_line(served)));
        }
        for Refused { router, reason } in &state.refused {
            self.result(&format!("  Traefik does not take router {router}: {reason}"));
        }
        if let Some(version) = &state.outdated {
            self.result(&format!(
                "  Traefik {version} refuses routes or bodies with --repeat, which takes 3.7.6: a newer image, or no --repeat"
            ));
        }
        for problem in &state.problems {
            self.result(&format!("  left out: {problem}"));
        }
        for part in &state.parts {
            for trouble in &part.troubles {
                self.result(&format!(
                    "  log of {}, {} ago: {}",
                    part.service,
                    state.since(trouble.at),
                    trouble.line
                ));
            }
        }
    }
}
