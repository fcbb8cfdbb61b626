//! `docker smsvc provider`.

use std::net::SocketAddr;

use clap::Args;

/// Serve the routes and the task addresses to Traefik's HTTP provider
///
/// Traefik asks for the document at its poll interval; each answer is made from the swarm as it is at that moment.
/// When the engine cannot be asked the answer is 503, and Traefik keeps what it has.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docker smsvc provider --listen 127.0.0.1:9080
  docker smsvc provider --listen 0.0.0.0:9080 --network front --entrypoint websecure

Traefik's static configuration then holds:
  providers:
    http:
      endpoint: http://HOST:9080/traefik
  experimental:
    abortOnPluginFailure: true
    localPlugins:
      smsvc:
        moduleName: smsvc")]
pub struct ProviderArgs {
    /// Address to listen on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9080")]
    pub listen: SocketAddr,

    /// Network on which Traefik reaches services that are on several and name none
    #[arg(long, value_name = "NETWORK")]
    pub network: Option<String>,

    /// Traefik entry point of the routes; all of Traefik's default ones without it
    #[arg(long = "entrypoint", value_name = "NAME")]
    pub entry_points: Vec<String>,

    /// Name of the plugin in Traefik's static configuration
    #[arg(long, value_name = "NAME", default_value = "smsvc")]
    pub plugin: String,
}
