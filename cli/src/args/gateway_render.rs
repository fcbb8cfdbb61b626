//! `docker smsvc gateway render`.

use clap::{Args, ValueEnum};
use smsvc_core::name::Name;

/// Print what Traefik gets for an API group
///
/// The document of the provider, the labels of each service, or the same routes as a tree of Traefik's own routers
/// without the plugin, as far as Traefik can say them. Nothing is changed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docker smsvc gateway render petstore
  docker smsvc gateway render petstore --as labels
  docker smsvc gateway render petstore --as native > dynamic.yml")]
pub struct RenderArgs {
    /// The API group
    #[arg(value_name = "GROUP", value_parser = super::openapi::name)]
    pub group: Name,

    /// What to print; the way that the group goes without it
    #[arg(long = "as", value_enum, value_name = "WHAT")]
    pub what: Option<Rendering>,

    /// Network on which Traefik reaches services that are on several and name none
    #[arg(long, value_name = "NETWORK")]
    pub network: Option<String>,

    /// Traefik entry point of the routes; all of Traefik's default ones without it
    #[arg(long = "entrypoint", value_name = "NAME")]
    pub entry_points: Vec<String>,
}

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Rendering {
    /// The document of docker smsvc provider, for this group alone
    Provider,
    /// The labels of each service
    Labels,
    /// Traefik's own routers, for its file provider
    Native,
}
