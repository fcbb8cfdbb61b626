//! `docker smsvc provider`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use smsvc_core::traefik::Retry;

use crate::flags::grammar::positive_nanoseconds;

const SHORTEST: Duration = Duration::from_millis(100);

/// Serve the routes and the task addresses to Traefik's HTTP provider
///
/// The swarm is followed by the engine's events, and tasks, of which it tells nothing, are looked at steadily. When the
/// engine cannot be asked for long the answer is 503, and Traefik keeps what it has. The page at / shows networks and
/// routes, and tries requests. Nothing can be changed here.
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

    /// Time between two looks at all tasks; services that change are looked at more often
    #[arg(long, value_name = "DURATION", default_value = "2s", value_parser = duration)]
    pub interval: Duration,

    /// How long what is known holds while the engine cannot be asked; after that the answer is 503
    #[arg(long, value_name = "DURATION", default_value = "1m", value_parser = duration)]
    pub max_age: Duration,

    /// How many tasks Traefik tries until one takes the connection; 1 leaves that to Traefik
    #[arg(long, value_name = "NUMBER", default_value_t = Retry::default().attempts, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub attempts: u32,

    /// How long Traefik waits for a task to take the connection
    #[arg(long, value_name = "DURATION", default_value = "500ms", value_parser = duration)]
    pub dial_timeout: Duration,

    /// How often Traefik sends a request again whose task ends before it answers, or answers 502 or 504: one without a
    /// body, of any method but POST and PATCH. Takes Traefik 3.7.6 or later
    #[arg(long, value_name = "NUMBER", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=10))]
    pub repeat: u32,

    /// Name of the plugin in Traefik's static configuration
    #[arg(long, value_name = "NAME", default_value = "smsvc")]
    pub plugin: String,
}

/// A duration as docker writes it, as in `1m30s`, and not so short that nothing else would be done.
fn duration(text: &str) -> Result<Duration, String> {
    let nanoseconds = positive_nanoseconds(text).map_err(|error| error.to_string())?;
    let duration = u64::try_from(nanoseconds).map(Duration::from_nanos).map_err(|error| error.to_string())?;
    if duration < SHORTEST { Err("it has to be 100ms or more".to_owned()) } else { Ok(duration) }
}
