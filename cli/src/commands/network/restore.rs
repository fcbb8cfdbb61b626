//! `docker smsvc network restore`.

use std::io::Read as _;
use std::path::Path;

use super::NetworkError;
use super::drive::{credentials, settled_network};
use crate::args::RestoreArgs;
use crate::dump::Dump;
use crate::engine::{Engine, Surroundings};
use crate::error::Error;
use crate::execute::execute_redefinition;
use crate::flags::IpBudget;
use crate::observe::NamedSwarm;
use crate::plan::check::World;
use crate::plan::redefine::Step;
use crate::plan::restore::{self, Fate};
use crate::report::Report;

/// Makes what is missing, and says what differs.
pub(super) async fn restore(
    engine: &impl Engine,
    args: &RestoreArgs,
    around: &Surroundings,
    report: Report,
) -> Result<(), Error> {
    let text = read(&args.file).map_err(|error| NetworkError::File { path: args.file.clone(), error })?;
    let dump = Dump::parse(&text).map_err(|error| NetworkError::Dump { path: args.file.clone(), error })?;
    let (mut swarm, info) = tokio::try_join!(NamedSwarm::observe(engine), engine.info())?;
    let plan = restore::restore(&dump, &swarm.state(&[]), &swarm.names).map_err(NetworkError::Missing)?;
    report.restoration(&plan, args.format);
    let overlaps = plan.overlaps(&swarm.swarm.networks);
    if !overlaps.is_empty() {
        return Err(NetworkError::Refused(overlaps).into());
    }
    if args.ip_budget != IpBudget::Off {
        let world = World::live(swarm.swarm.clone(), &info);
        let lacking = plan.lacking(&swarm.names, &world.facts, world.default_prefix);
        match args.ip_budget {
            IpBudget::Warn => lacking.iter().for_each(|network| report.warning(&network.line())),
            _ if lacking.is_empty() => {}
            _ => return Err(NetworkError::NoRoom(lacking).into()),
        }
    }
    if !args.dry_run {
        let missing = plan.services.iter().filter(|(_, fate)| *fate == Fate::Made).map(|(record, _)| record);
        let credentials = credentials(missing, args.with_registry_auth, around)?;
        for (definition, _) in plan.networks.iter().filter(|(_, fate)| *fate == Fate::Made) {
            let id = engine.create_network(definition.body()).await?;
            settled_network(engine, &id).await?;
            swarm.names.networks.insert(id, definition.name().to_owned());
        }
        for (record, _) in plan.services.iter().filter(|(_, fate)| *fate == Fate::Made) {
            let step = Step::CreateService { name: record.name.clone(), spec: record.spec.clone() };
            let warnings =
                execute_redefinition(engine, &step, &swarm.names, &credentials).await.map_err(|error| {
                    NetworkError::StepFailed {
                        step: format!("create the service {}", record.name),
                        error,
                        journal: args.file.clone(),
                    }
                })?;
            for warning in &warnings {
                report.warning(warning);
            }
        }
    }
    if plan.differs() { Err(NetworkError::Differs.into()) } else { Ok(()) }
}

fn read(path: &Path) -> std::io::Result<String> {
    if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().lock().read_to_string(&mut text)?;
        return Ok(text);
    }
    std::fs::read_to_string(path)
}
