//! `docker smsvc sync`.

use clap::{Args, ValueEnum};
use smsvc_core::name::Name;

use crate::publish::Way;

/// Bring the Traefik labels of an API group up to date, or move the group to another way into Traefik
///
/// Only labels of services are changed, so that no task is replaced. Needed after changes that were made without docker
/// smsvc, which `docker smsvc lint` tells as W405.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docker smsvc sync petstore
  docker smsvc sync petstore --publish-via labels --dry-run")]
pub struct SyncArgs {
    /// The API group
    #[arg(value_name = "GROUP", value_parser = super::openapi::name)]
    pub group: Name,

    /// How the group gets into Traefik from now on; as until now without it
    #[arg(long, value_enum, value_name = "WAY")]
    pub publish_via: Option<WayChoice>,

    /// Say what would be changed, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// A way into Traefik.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WayChoice {
    /// docker smsvc provider
    Provider,
    /// Labels for a Traefik that reads the swarm by itself
    Labels,
}

impl SyncArgs {
    /// The way that is asked for.
    pub fn way(&self) -> Option<Way> {
        self.publish_via.map(|choice| match choice {
            WayChoice::Provider => Way::Provider,
            WayChoice::Labels => Way::Labels,
        })
    }
}
