//! `docker smsvc provider`.

use smsvc_core::traefik::DocumentOptions;

use crate::args::ProviderArgs;
use crate::engine::Docker;
use crate::error::Error;
use crate::plugin::Cancellation;
use crate::provider::{self, Options};
use crate::report::Report;

/// Serves Traefik's configuration until the user stops it.
pub async fn provider(
    engine: Docker,
    args: &ProviderArgs,
    cancellation: Cancellation,
    report: Report,
) -> Result<(), Error> {
    let document = DocumentOptions { plugin: args.plugin.clone(), entry_points: args.entry_points.clone() };
    let options = Options { document, network: args.network.clone() };
    provider::serve(engine, args.listen, options, report, cancellation)
        .await
        .map_err(|error| Error::Listen { address: args.listen, error })
}
