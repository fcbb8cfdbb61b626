//! `docker smsvc advise`.

use super::network::agree;
use super::unless;
use super::update::update;
use crate::args::AdviseArgs;
use crate::engine::{Engine, Surroundings, registry};
use crate::error::Error;
use crate::flags::{self, Asked, Shell, UPDATE};
use crate::observe::Swarm;
use crate::plan::advise::{Advice, advise as ranked};
use crate::plugin::Cancellation;
use crate::report::Report;
use crate::service::ImageReference;

/// Ranks, and with `--apply` changes one service after the other, each from a snapshot of its own.
pub async fn advise(
    engine: &impl Engine,
    args: &AdviseArgs,
    around: &Surroundings,
    cancellation: &Cancellation,
    report: Report,
) -> Result<(), Error> {
    let swarm = unless(cancellation, Swarm::observe(engine)).await?;
    for name in &args.names {
        if swarm.service(name).is_none() && !swarm.networks.iter().any(|network| network.name == *name) {
            return Err(Error::NeitherServiceNorNetwork { name: name.clone() });
        }
    }
    let advice = ranked(&swarm, &args.names);
    report.advice(&advice, &args.format)?;
    if !args.apply || args.dry_run || advice.is_empty() {
        return Ok(());
    }
    if !args.yes {
        agree(&format!("Change {} services to dnsrr, restarting their tasks?", advice.len()), report)?;
    }
    for one in &advice {
        apply(engine, one, args.timeout.as_deref(), around, cancellation, report).await?;
    }
    Ok(())
}

/// Changes one service as `docker smsvc update --endpoint-mode dnsrr` does: within the addresses that there are, until all
/// tasks run and the virtual IPs are gone.
async fn apply(
    engine: &impl Engine,
    advice: &Advice,
    timeout: Option<&str>,
    around: &Surroundings,
    cancellation: &Cancellation,
    report: Report,
) -> Result<(), Error> {
    // The services before it have changed what is free, and others may have changed the service.
    let swarm = unless(cancellation, Swarm::observe(engine)).await?;
    let still = ranked(&swarm, std::slice::from_ref(&advice.service));
    let Some(now) = still.into_iter().find(|now| now.id == advice.id) else { return Ok(()) };
    let shell = Shell {
        globals: Vec::new(),
        variables: around.variables.clone(),
        directory: std::env::current_dir().unwrap_or_default(),
        read: |path| std::fs::read(path),
    };
    let patience = timeout.into_iter().flat_map(|timeout| ["--timeout", timeout]);
    let words = ["--endpoint-mode", "dnsrr", "--quiet"].into_iter().chain(patience).chain([now.id.as_str()]);
    let words: Vec<String> = words.map(str::to_owned).collect();
    let wrong = |error| Error::Flags { line: &UPDATE, error };
    let Asked::For(request) = flags::parse_update(&UPDATE, &words, &shell).map_err(wrong)? else {
        return Ok(());
    };
    let credentials = |image: &ImageReference| Ok(registry::auth_header(image.domain(), around)?);
    update(engine, &UPDATE, &request, &credentials, cancellation, report).await?;
    report.advised(&now);
    Ok(())
}
