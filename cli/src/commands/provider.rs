//! `docker smsvc provider`.

use smsvc_core::traefik::{DocumentOptions, Retry};

use crate::args::ProviderArgs;
use crate::engine::{Docker, Endpoint, Surroundings};
use crate::error::Error;
use crate::plugin::Cancellation;
use crate::provider::{self, Door, Options, Pace, Secret, acceptor};
use crate::report::Report;

/// The variable that may hold the secret.
const SECRET: &str = "SMSVC_PROVIDER_SECRET";

/// Serves Traefik's configuration until the user stops it.
pub async fn provider(
    endpoint: Endpoint,
    args: &ProviderArgs,
    around: &Surroundings,
    cancellation: Cancellation,
    report: Report,
) -> Result<(), Error> {
    let retry = (args.attempts > 1 || args.repeat > 0).then(|| Retry {
        attempts: args.attempts,
        dial_timeout: u32::try_from(args.dial_timeout.as_millis()).unwrap_or(u32::MAX).max(1),
        repeats: args.repeat,
    });
    let document =
        DocumentOptions { plugin: args.plugin.clone(), entry_points: args.entry_points.clone(), retry };
    let options = Options { document, network: args.network.clone() };
    let pace = Pace { interval: args.interval, patience: args.max_age };
    let dial = || Docker::connect(endpoint.clone());
    provider::serve(dial, door(args, around)?, options, pace, report, cancellation)
        .await
        .map_err(|error| Error::Listen { address: args.listen, error })
}

/// Where to listen, and who is let in.
fn door(args: &ProviderArgs, around: &Surroundings) -> Result<Door, Error> {
    let secret = match (&args.secret_file, around.variable(SECRET)) {
        (Some(path), _) => Some(Secret::in_file(path)?),
        (None, Some(text)) => Some(Secret::new(text, &format!("the variable {SECRET}"))?),
        (None, None) => None,
    };
    let tls = match (&args.tls_cert, &args.tls_key) {
        (Some(certificates), Some(key)) => Some(acceptor(certificates, key)?),
        _ => None,
    };
    Ok(Door { listen: args.listen, secret, tls })
}
