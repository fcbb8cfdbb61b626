//! `docker smsvc scale`.
//!
//! As docker, every service is tried, and what is wrong with one of them does not stop the others. Unlike docker, all of
//! them are judged together before the first changes.

use super::converge::{Wait, converge};
use super::{unless, update};
use crate::engine::Engine;
use crate::error::{Error, UpdateError};
use crate::flags::grammar::parse_uint;
use crate::flags::{IpBudget, SCALE, ServicesRequest};
use crate::observe::{Swarm, service_named};
use crate::plan::{self, Counted, Step};
use crate::plugin::Cancellation;
use crate::report::Report;
use crate::reserve::{Claim, Reservation, within};

/// One `SERVICE=REPLICAS`.
struct Wish {
    service: String,
    replicas: u64,
    step: Step,
}

/// Scales the services, and waits for them one after another.
pub async fn scale(
    engine: &impl Engine,
    request: &ServicesRequest,
    cancellation: &Cancellation,
    report: Report,
) -> Result<(), Error> {
    SCALE.check_api(&request.given, engine.api()).map_err(|error| Error::request(&SCALE, error))?;
    let mut errors = Vec::new();
    let mut wishes = Vec::new();
    for word in &request.words {
        let (service, replicas) = word
            .split_once('=')
            .filter(|(service, replicas)| !service.is_empty() && !replicas.is_empty())
            .ok_or(UpdateError::ScaleSpecifier { word: word.clone() })?;
        wishes.push((service, replicas));
    }
    let mut steps = Vec::new();
    for (service, replicas) in wishes {
        match wish(engine, service, replicas, cancellation).await {
            Ok(wish) => steps.push(wish),
            Err(error @ Error::Interrupted) => return Err(error),
            Err(error) => errors.push(format!("{service}: {}", error.message())),
        }
    }
    let scaled = apply(engine, request, &steps, cancellation, report, &mut errors).await?;
    if !request.run.detach && request.run.instead.is_none() {
        for wish in scaled {
            let Step::UpdateService { id, .. } = &wish.step else { continue };
            let wait = Wait { quiet: false, timeout: request.run.timeout, back: false };
            if let Err(error) = converge(engine, id, wait, cancellation, report).await {
                errors.push(format!("{}: {}", wish.service, error.message()));
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(UpdateError::Several(errors).into()) }
}

async fn wish(
    engine: &impl Engine,
    service: &str,
    replicas: &str,
    cancellation: &Cancellation,
) -> Result<Wish, Error> {
    let number = parse_uint(replicas, 10, 64)
        .map_err(|error| UpdateError::Replicas { value: replicas.to_owned(), error })?;
    let found = unless(cancellation, service_named(engine, service)).await?;
    Ok(Wish { service: service.to_owned(), replicas: number, step: plan::scale(&found, number)? })
}

/// Judges all of them, then changes one after another. The ones that were changed.
async fn apply<'w>(
    engine: &impl Engine,
    request: &ServicesRequest,
    wishes: &'w [Wish],
    cancellation: &Cancellation,
    report: Report,
    errors: &mut Vec<String>,
) -> Result<Vec<&'w Wish>, Error> {
    let steps: Vec<Step> = wishes.iter().map(|wish| wish.step.clone()).collect();
    let counted = async || {
        let swarm = match request.ip_budget {
            IpBudget::Off => None,
            _ => Some(unless(cancellation, Swarm::observe_counted(engine, |_| true)).await?),
        };
        let counted = Counted::of(swarm.as_ref(), &steps)?;
        match &counted.refusal {
            Some(refusal) if request.ip_budget == IpBudget::Enforce => Err(Error::Budget(refusal.clone())),
            _ => Ok(counted),
        }
    };
    if request.run.instead.is_some() {
        report.costs(&counted().await?);
        report.dry_run(&steps);
        return Ok(Vec::new());
    }
    let claim = if steps.is_empty() { Claim::none() } else { counted().await?.claim };
    let work = async |reservation: &Reservation<'_, _>| {
        let counted = counted().await?;
        if !unless(cancellation, reservation.confirm()).await? {
            return Ok(None);
        }
        let mut outcomes = Vec::new();
        for wish in wishes {
            outcomes.push((wish, update::changed(engine, &wish.step, None).await));
        }
        Ok(Some((counted, outcomes)))
    };
    let (counted, outcomes) = within(engine, &claim, cancellation, report, work).await?;
    report.costs(&counted);
    let mut scaled = Vec::new();
    for (wish, outcome) in outcomes {
        match outcome {
            Ok(done) => {
                done.warnings.iter().for_each(|warning| report.note(warning));
                report.result(&format!("{} scaled to {}", wish.service, wish.replicas));
                scaled.push(wish);
            }
            Err(error) => errors.push(format!("{}: {}", wish.service, error.message())),
        }
    }
    Ok(scaled)
}
