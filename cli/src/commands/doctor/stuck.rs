//! Tasks that do not run: of a service, on a network, or in the whole swarm.

use jiff::Timestamp;
use smsvc_core::budget::{Account, Ledger};

use crate::args::DoctorArgs;
use crate::commands::lookup;
use crate::engine::Engine;
use crate::error::Error;
use crate::observe::Swarm;
use crate::report::{Diagnosis, Report};
use crate::service::RawService;
use crate::stuck::{Finding, Subject, examine, ways_out};

/// What is to be looked at.
enum Patient<'l, 'f> {
    Service(&'l RawService),
    Network(&'l Account<'f>),
    Swarm,
}

/// Looks, says, and ends with an error where something was found.
pub(super) async fn stuck(engine: &impl Engine, args: &DoctorArgs, report: Report) -> Result<(), Error> {
    let swarm = Swarm::observe(engine).await?;
    let facts = swarm.facts();
    let ledger = Ledger::open(&facts);
    let patient = match &args.target {
        None => Patient::Swarm,
        Some(wanted) => match (lookup::service(&swarm, wanted), lookup::account(&ledger, &swarm, wanted)) {
            (Some(service), _) => Patient::Service(service),
            (None, Ok(account)) => Patient::Network(account),
            (None, Err(Error::NetworkUnknown { name })) => {
                return Err(Error::NeitherServiceNorNetwork { name });
            }
            (None, Err(error)) => return Err(error),
        },
    };
    let mut findings = examine(&swarm, &ledger);
    findings.retain(|finding| patient.has(finding, &swarm));
    let diagnoses: Vec<Diagnosis> = findings
        .iter()
        .map(|finding| Diagnosis::new(finding, ways_out(finding, &swarm, &facts, &ledger), &ledger))
        .collect();
    let healthy = match &patient {
        Patient::Service(service) => format!("service {}: no task waits", service.name()),
        Patient::Network(account) => format!("network {}: no task waits on it", account.network().name),
        Patient::Swarm => "no task of the swarm waits".to_owned(),
    };
    report.diagnoses(&args.format, &diagnoses, &healthy, Timestamp::now())?;
    if findings.is_empty() { Ok(()) } else { Err(Error::Diagnosed { findings: findings.len() }) }
}

impl Patient<'_, '_> {
    fn has(&self, finding: &Finding, swarm: &Swarm) -> bool {
        match (self, &finding.subject) {
            (Patient::Swarm, _) => true,
            (Patient::Service(service), Subject::Service(name)) => service.name() == name,
            (Patient::Service(_), Subject::Containers) => false,
            (Patient::Network(account), Subject::Service(name)) => {
                let network = account.network();
                let on =
                    |service: &RawService| crate::observe::shape(service.spec()).attachments(network) > 0;
                swarm.service(name).is_some_and(on)
            }
            (Patient::Network(account), Subject::Containers) => {
                finding.cause.networks().contains(&account.network().id)
            }
        }
    }
}
