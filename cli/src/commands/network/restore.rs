//! `docker smsvc network restore`.
//!
//! Networks are made first, then the services, as many under one reservation as it has time for. What was made stays when
//! something fails: the same command goes on from there, as it makes only what is missing.

use std::io::Read as _;
use std::path::Path;

use super::NetworkError;
use super::drive::{credentials, settled_network};
use crate::args::RestoreArgs;
use crate::commands::unless;
use crate::dump::{Dump, Names, ServiceRecord};
use crate::engine::{Engine, Surroundings};
use crate::error::Error;
use crate::execute::{Credentials, execute_redefinition};
use crate::flags::IpBudget;
use crate::observe::NamedSwarm;
use crate::plan::check::World;
use crate::plan::redefine::Step;
use crate::plan::restore::{self, Lacking, RestorePlan};
use crate::plugin::Cancellation;
use crate::report::Report;
use crate::reserve::{Claim, Reservation, within};

/// Makes what is missing, and says what differs.
pub(super) async fn restore(
    engine: &impl Engine,
    args: &RestoreArgs,
    around: &Surroundings,
    cancellation: &Cancellation,
    report: Report,
) -> Result<(), Error> {
    let text = read(&args.file).map_err(|error| NetworkError::File { path: args.file.clone(), error })?;
    let dump = Dump::parse(&text).map_err(|error| NetworkError::Dump { path: args.file.clone(), error })?;
    let restoration = Restoration { engine, args, dump, report };
    let Outlook { swarm, plan, lacking } = restoration.outlook().await?;
    report.restoration(&plan, args.format);
    let overlaps = plan.overlaps(&swarm.swarm.networks);
    if !overlaps.is_empty() {
        return Err(NetworkError::Refused(overlaps).into());
    }
    restoration.judge(&lacking)?;
    for network in &lacking {
        report.warning(&network.line());
    }
    if !args.dry_run {
        let credentials = credentials(plan.made(), args.with_registry_auth, around)?;
        for definition in plan.made_networks() {
            let id = engine.create_network(definition.body()).await?;
            settled_network(engine, &id).await?;
        }
        while restoration.make_services(&credentials, cancellation).await? {}
    }
    if plan.differs() { Err(NetworkError::Differs.into()) } else { Ok(()) }
}

struct Restoration<'a, E> {
    engine: &'a E,
    args: &'a RestoreArgs,
    dump: Dump,
    report: Report,
}

/// The swarm as it is, what is missing of the dump, and what that lacks.
struct Outlook {
    swarm: NamedSwarm,
    plan: RestorePlan,
    lacking: Vec<Lacking>,
}

impl<E: Engine> Restoration<'_, E> {
    async fn outlook(&self) -> Result<Outlook, Error> {
        let (swarm, info) = tokio::try_join!(NamedSwarm::observe(self.engine), self.engine.info())?;
        let plan =
            restore::restore(&self.dump, &swarm.state(&[]), &swarm.names).map_err(NetworkError::Missing)?;
        let lacking = if self.args.ip_budget == IpBudget::Off {
            Vec::new()
        } else {
            let world = World::live(swarm.swarm.clone(), &info);
            plan.lacking(&swarm.names, &world.facts, world.default_prefix)
        };
        Ok(Outlook { swarm, plan, lacking })
    }

    fn judge(&self, lacking: &[Lacking]) -> Result<(), NetworkError> {
        if lacking.is_empty() || self.args.ip_budget == IpBudget::Warn {
            return Ok(());
        }
        Err(NetworkError::NoRoom(lacking.to_vec()))
    }

    /// Makes as many of the missing services as one reservation has time for; whether that was not all. What others have
    /// taken since the last look is looked at again, for all services that are still missing.
    async fn make_services(
        &self,
        credentials: &Credentials,
        cancellation: &Cancellation,
    ) -> Result<bool, Error> {
        let Outlook { swarm, plan, .. } = unless(cancellation, self.outlook()).await?;
        let claim = match self.args.ip_budget {
            IpBudget::Off => Claim::none(),
            IpBudget::Enforce | IpBudget::Warn => plan.claim(&swarm.names, &swarm.swarm.networks),
        };
        let work = async |reservation: &Reservation<'_, E>| {
            let Outlook { swarm, plan, lacking } = unless(cancellation, self.outlook()).await?;
            self.judge(&lacking)?;
            for (number, record) in plan.made().enumerate() {
                if !unless(cancellation, reservation.confirm()).await? {
                    return Ok((number > 0).then_some(true));
                }
                self.make(record, &swarm.names, credentials).await?;
            }
            Ok(Some(false))
        };
        within(self.engine, &claim, cancellation, self.report, work).await
    }

    async fn make(
        &self,
        record: &ServiceRecord,
        names: &Names,
        credentials: &Credentials,
    ) -> Result<(), Error> {
        let step = Step::CreateService { name: record.name.clone(), spec: record.spec.clone() };
        let made = execute_redefinition(self.engine, &step, names, credentials).await;
        let warnings =
            made.map_err(|error| NetworkError::NotRestored { service: record.name.clone(), error })?;
        for warning in &warnings {
            self.report.warning(warning);
        }
        Ok(())
    }
}

fn read(path: &Path) -> std::io::Result<String> {
    if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().lock().read_to_string(&mut text)?;
        return Ok(text);
    }
    std::fs::read_to_string(path)
}
