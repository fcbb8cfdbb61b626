//! `docker smsvc gateway up`.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::GatewayError;
use super::failure::half_way;
use super::wish::{Prepared, prepare};
use crate::args::UpArgs;
use crate::commands::{Wait, converge, unless};
use crate::engine::{Engine, Host, Surroundings};
use crate::error::Error;
use crate::execute::{Drawn, execute, make_part, remove_leftover};
use crate::flags::IpBudget;
use crate::gateway::{hex, identity};
use crate::observe::GatewaySnapshot;
use crate::plan::Step;
use crate::plan::gateway::{Services, missing, services, stale};
use crate::plugin::Cancellation;
use crate::report::Report;
use crate::reserve::{Claim, Reservation, within};

/// How long the engine may take to give a new network its addresses.
const ALLOCATION: Duration = Duration::from_secs(15);

/// Observes, plans, makes the parts, then the services; waits. What is there and as it should be is left alone, so that an
/// `up` which was interrupted is finished by the next one.
pub(super) async fn up(
    engine: &impl Engine,
    args: &UpArgs,
    host: &Host,
    around: &Surroundings,
    cancellation: &Cancellation,
    report: Report,
) -> Result<(), Error> {
    let Prepared { mut wish, contents, image, auth } =
        unless(cancellation, prepare(engine, args, host, around, report)).await?;
    let observe = async || GatewaySnapshot::observe(engine, &wish.name.clone()).await.map_err(Error::from);
    let before = unless(cancellation, observe()).await?;
    let parts = missing(&wish, &contents, &before).map_err(GatewayError::from)?;
    // All that can be refused is refused before anything is made.
    let draft = judged(services(&wish, &contents, &before)?, args.ip_budget)?;
    let image = match image {
        Some(image) if wish.provider_image == image.name => Some(image),
        _ => None,
    };
    if args.dry_run {
        report.gateway_parts(&parts, image.as_ref().map(|image| image.name.as_str()), true);
        report.gateway_decisions(draft.choice.as_ref(), &draft.costs);
        report.overruled(draft.refusal.as_ref());
        report.dry_run(&draft.steps);
        report.gateway_leftovers(&stale(&wish.name, &contents, &before), true);
        return Ok(());
    }
    if let Some(image) = image {
        let name = image.name;
        unless(cancellation, engine.load_image(image.archive)).await.map_err(half_way)?;
        if let Some(id) = engine.image_id(&name).await? {
            wish.provider_image = id;
        }
        report.gateway_parts(&[], Some(&name), false);
    }
    let drawn = Drawn { token: token()?, identity: identity(&wish.name).map_err(no_randomness)? };
    for part in &parts {
        unless(cancellation, make_part(engine, &wish.name, part, &drawn)).await.map_err(half_way)?;
        report.gateway_parts(std::slice::from_ref(part), None, false);
    }
    unless(cancellation, allocated(engine, &wish.name)).await.map_err(half_way)?;

    let work = async |reservation: &Reservation<'_, _>| {
        let now = unless(cancellation, GatewaySnapshot::observe(engine, &wish.name)).await?;
        missing(&wish, &contents, &now).map_err(GatewayError::from)?;
        let plan = judged(services(&wish, &contents, &now)?, args.ip_budget)?;
        if !unless(cancellation, reservation.confirm()).await? {
            return Ok(None);
        }
        let mut done = Vec::new();
        for step in &plan.steps {
            let of_traefik = step.service() == wish.name.traefik();
            let auth = if of_traefik { &auth[0] } else { &auth[1] };
            done.push(execute(engine, step, auth.as_deref()).await?);
        }
        Ok(Some((plan, done)))
    };
    let (plan, done) = within(engine, &draft.claim, cancellation, report, work).await.map_err(half_way)?;
    let Services { steps, choice, costs, refusal, .. } = plan;
    report.gateway_decisions(choice.as_ref(), &costs);
    report.overruled(refusal.as_ref());
    for (step, done) in steps.iter().zip(&done) {
        report.gateway_step(step);
        for warning in &done.warnings {
            report.warning(warning);
        }
    }
    if !args.detach {
        for (step, done) in steps.iter().zip(&done) {
            if matches!(step, Step::RemoveService { .. }) {
                continue;
            }
            let wait = Wait { quiet: args.quiet, timeout: Some(args.timeout), back: false };
            converge(engine, &done.id, wait, cancellation, report).await?;
        }
    }
    let after = GatewaySnapshot::observe(engine, &wish.name).await?;
    let leftovers = stale(&wish.name, &contents, &after);
    for leftover in &leftovers {
        // One that is still in use is removed by the next `up`.
        if remove_leftover(engine, leftover).await.is_ok() {
            report.gateway_leftovers(std::slice::from_ref(leftover), false);
        }
    }
    if parts.is_empty() && steps.is_empty() {
        report.result(&format!("the gateway {} is as it should be", wish.name));
    }
    if args.local_image {
        report.gateway_local_image();
    }
    Ok(())
}

/// What the policy leaves of a refusal: it is the end, a warning, or nothing.
fn judged(mut plan: Services, policy: IpBudget) -> Result<Services, Error> {
    match policy {
        IpBudget::Enforce => plan.refusal.take().map_or(Ok(plan), |refusal| Err(Error::Budget(refusal))),
        IpBudget::Warn => Ok(plan),
        IpBudget::Off => Ok(Services { costs: Vec::new(), refusal: None, claim: Claim::none(), ..plan }),
    }
}

/// 32 random bytes, in digits.
fn token() -> Result<String, GatewayError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(no_randomness)?;
    Ok(hex(&bytes))
}

fn no_randomness(error: impl std::fmt::Display) -> GatewayError {
    GatewayError::NoRandomness(error.to_string())
}

/// Waits until the gateway's own network has its addresses.
async fn allocated(engine: &impl Engine, name: &crate::gateway::GatewayName) -> Result<(), Error> {
    let begun = Instant::now();
    loop {
        if GatewaySnapshot::observe(engine, name).await?.control_is_allocated() {
            return Ok(());
        }
        if begun.elapsed() >= ALLOCATION {
            return Err(GatewayError::NotAllocated { network: name.control() }.into());
        }
        sleep(Duration::from_millis(200)).await;
    }
}
