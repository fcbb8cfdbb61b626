//! `docker smsvc doctor`.

mod complaint;
mod installed;
mod redefinition;
mod stuck;
mod traefik;

use std::path::Path;

use crate::args::DoctorArgs;
use crate::engine::{Engine, Surroundings};
use crate::error::Error;
use crate::report::Report;

/// Looks for what is wrong with a service, a network, or the whole swarm; without an argument first with the set-up, which
/// needs no engine.
pub async fn doctor<E: Engine>(
    connect: impl Future<Output = Result<E, Error>>,
    args: &DoctorArgs,
    around: &Surroundings,
    report: Report,
) -> Result<(), Error> {
    let wrong = if args.target.is_none() { set_up(args, &around.config, report).await } else { 0 };
    let engine = connect.await?;
    if args.target.is_none() {
        redefinition::unfinished(&engine, around, report).await?;
    }
    match stuck::stuck(&engine, args, report).await {
        Ok(()) if wrong > 0 => Err(Error::Diagnosed { findings: wrong }),
        Err(Error::Diagnosed { findings }) => Err(Error::Diagnosed { findings: findings + wrong }),
        outcome => outcome,
    }
}

/// How many things are wrong with the plugin, the hooks, and Traefik; they have been said.
async fn set_up(args: &DoctorArgs, config: &Path, report: Report) -> usize {
    let mut found = match std::env::current_exe() {
        Ok(running) => installed::complaints(config, &running),
        Err(_) => Vec::new(),
    };
    if let Some(api) = &args.traefik {
        found.extend(traefik::complaints(api).await);
    }
    if let Some(folder) = &args.traefik_folder {
        found.extend(traefik::layout(folder));
    }
    for complaint in &found {
        complaint.say(report);
    }
    found.len()
}
