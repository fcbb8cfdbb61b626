//! `docker smsvc doctor`.

use std::path::PathBuf;

use clap::Args;
use hyper::Uri;

use super::Format;

/// Say what keeps tasks from running, since when, and what helps
///
/// Names the tasks that wait for an address, on which network, and the tasks that are stuck for another reason: no
/// suitable node, an image that cannot be had, a task that fails. For each it names ways out, with their commands.
/// Without an argument it first looks at the set-up: whether docker finds the plugin, whether the hooks are called, whether
/// Traefik has the plugin and gets the routes, and whether redefinitions of networks are unfinished.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docker smsvc doctor                    every service of the swarm
  docker smsvc doctor --traefik http://localhost:8080    the same, and Traefik, as its API tells
  docker smsvc doctor --traefik-folder /srv/traefik      the same, and the files of Traefik's plugin
  docker smsvc doctor web                one service
  docker smsvc doctor front              every service on one network
  docker smsvc doctor web --format json  the same for programs

The exit code is 1 where something is found.")]
pub struct DoctorArgs {
    /// A service or a network, by name or id; the whole swarm without one
    #[arg(value_name = "SERVICE|NETWORK")]
    pub target: Option<String>,

    /// Where Traefik's API listens: is the plugin loaded, and do the routes arrive?
    #[arg(long, value_name = "URL", conflicts_with = "target", value_parser = api)]
    pub traefik: Option<Uri>,

    /// Traefik's working directory: are the files of the plugin where Traefik looks for them?
    #[arg(long, value_name = "DIR", conflicts_with = "target")]
    pub traefik_folder: Option<PathBuf>,

    /// How to print the result: table, json, 'table TEMPLATE' or a Go template
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_default_value = true)]
    pub format: Format,
}

/// An address that can be asked without TLS.
fn api(text: &str) -> Result<Uri, String> {
    let uri: Uri = text.parse().map_err(|error: hyper::http::uri::InvalidUri| error.to_string())?;
    match (uri.scheme_str(), uri.authority()) {
        (Some("http"), Some(_)) => Ok(uri),
        _ => Err("an address such as http://localhost:8080 is needed".to_owned()),
    }
}
