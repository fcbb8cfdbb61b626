//! `docker smsvc explain`.

use smsvc_core::budget::Ledger;

use super::lookup;
use crate::args::ExplainArgs;
use crate::engine::Engine;
use crate::error::Error;
use crate::explain;
use crate::observe::Swarm;
use crate::report::Report;

/// Explains one service.
pub async fn explain(engine: &impl Engine, args: &ExplainArgs, report: Report) -> Result<(), Error> {
    let swarm = Swarm::observe(engine).await?;
    let service = lookup::service(&swarm, &args.service)
        .ok_or_else(|| Error::ServiceUnknown { name: args.service.clone() })?;
    let facts = swarm.facts();
    let explanation = explain::explain(&swarm, &Ledger::open(&facts), service);
    Ok(report.service_explained(&args.format, &explanation)?)
}
