//! `docker smsvc provider`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// Serve the routes and the task addresses to Traefik's HTTP provider
///
/// Traefik asks for the document at its poll interval; each answer is made from the swarm as it is at that moment.
/// When the engine cannot be asked the answer is 503, and Traefik keeps what it has.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docker smsvc provider --listen 127.0.0.1:9080
  docker smsvc provider --listen 0.0.0.0:9080 --network front --secret-file /run/secrets/smsvc

Traefik's static configuration then holds:
  providers:
    http:
      endpoint: http://HOST:9080/traefik
      headers:
        Authorization: Bearer SECRET
  experimental:
    abortOnPluginFailure: true
    localPlugins:
      smsvc:
        moduleName: smsvc")]
pub struct ProviderArgs {
    /// Address to listen on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9080")]
    pub listen: SocketAddr,

    /// File with a secret, as of a Docker secret, that readers have to know: as a bearer's token, or as a password.
    /// Without it, the variable `SMSVC_PROVIDER_SECRET` may hold the secret itself
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,

    /// File with the certificate, in PEM, to serve over TLS
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,

    /// File with the private key of the certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,

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
