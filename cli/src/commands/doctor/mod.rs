//! `docker smsvc doctor`.

mod redefinition;
mod stuck;

use crate::args::DoctorArgs;
use crate::engine::{Engine, Surroundings};
use crate::error::Error;
use crate::report::Report;

/// Looks for what is wrong with a service, a network, or the whole swarm.
pub async fn doctor(
    engine: &impl Engine,
    args: &DoctorArgs,
    around: &Surroundings,
    report: Report,
) -> Result<(), Error> {
    if args.target.is_none() {
        redefinition::unfinished(engine, around, report).await?;
    }
    stuck::stuck(engine, args, report).await
}
