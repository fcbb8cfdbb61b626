//! `docker smsvc doctor`.

mod stuck;

use crate::args::DoctorArgs;
use crate::engine::Engine;
use crate::error::Error;
use crate::report::Report;

/// Looks for what is wrong with a service, a network, or the whole swarm.
pub async fn doctor(engine: &impl Engine, args: &DoctorArgs, report: Report) -> Result<(), Error> {
    stuck::stuck(engine, args, report).await
}
