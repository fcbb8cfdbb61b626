//! `docker smsvc update` and `docker smsvc rollback`.

use super::converge::{Wait, converge};
use super::moded;
use super::sync::follow;
use super::unless;
use crate::engine::{Engine, Image};
use crate::error::{Error, UpdateError};
use crate::execute::{Done, execute};
use crate::flags::{DockerLine, Instead, Line, UPDATE, UpdateRequest};
use crate::observe::UpdateSnapshot;
use crate::plan::{self, Step, UpdatePlan};
use crate::plugin::Cancellation;
use crate::report::Report;
use crate::reserve::{Reservation, within};
use crate::service::ImageReference;

/// The `X-Registry-Auth` header for an image, read from the user's credentials.
pub(super) type Credentials<'a> = &'a (dyn Fn(&ImageReference) -> Result<String, Error> + Sync);

/// Observes, plans, updates, waits. Until the new spec is sent to the engine the user can stop it without a trace.
pub async fn update(
    engine: &impl Engine,
    line: &'static Line,
    request: &UpdateRequest,
    credentials: Credentials<'_>,
    cancellation: &Cancellation,
    report: Report,
) -> Result<(), Error> {
    line.check_api(&request.given, engine.api()).map_err(|error| Error::request(line, error))?;
    report.update_notices(request);
    let make = if *line == UPDATE { plan::update } else { plan::roll_back };
    let names = unless(cancellation, UpdateSnapshot::look_up(engine, request)).await?;
    // What is refused whatever the swarm looks like need not wait for a registry.
    let draft = make(request, &names)?;
    let reference = draft.image();
    if request.registry.auth {
        reference.check().map_err(|error| Error::request(line, error.into()))?;
    }
    let auth = request.registry.auth.then(|| credentials(&reference)).transpose()?;
    let asks = request.registry.resolve && request.run.instead != Some(Instead::PrintDocker);
    let image = if request.image.is_some() && asks && !reference.as_given().is_empty() {
        unless(cancellation, image(engine, &reference, auth.as_deref(), report)).await?
    } else {
        None
    };
    let snapshot = unless(cancellation, names.with_swarm(engine, request)).await?;
    let plan = make(request, &snapshot)?.with_image(image.as_ref());
    if let Some(instead) = request.run.instead {
        report.update_decisions(&plan);
        match (instead, &plan.step) {
            (Instead::PrintDocker, Step::UpdateService { before, after, .. }) => {
                report.result(&DockerLine::update(request, before, after).text());
            }
            (Instead::DryRun | Instead::PrintDocker, step) => report.dry_run(std::slice::from_ref(step)),
        }
        return Ok(());
    }
    let work = async |reservation: &Reservation<'_, _>| {
        let snapshot = unless(cancellation, names.with_swarm(engine, request)).await?;
        let plan = make(request, &snapshot)?.with_image(image.as_ref());
        if !unless(cancellation, reservation.confirm()).await? {
            return Ok(None);
        }
        let done = changed(engine, &plan.step, auth.as_deref()).await?;
        Ok(Some((plan, done)))
    };
    let (plan, done) = within(engine, &plan.claim, cancellation, report, work).await?;
    if !request.run.quiet {
        report.update_decisions(&plan);
    }
    for warning in &done.warnings {
        report.note(warning);
    }
    for (group, way) in &plan.groups {
        follow(engine, group, *way, report).await;
    }
    report.result(&request.service);
    if request.run.detach {
        return Ok(());
    }
    let back = matches!(plan.step, Step::UpdateService { rollback: true, .. });
    let wait = Wait { quiet: request.run.quiet, timeout: request.run.timeout, back };
    converge(engine, &done.id, wait, cancellation, report).await?;
    let Some(change) = plan.moded else { return Ok(()) };
    tokio::select! {
        outcome = moded::verify(engine, &done.id, change) => outcome,
        () = cancellation.requested() => {
            report.note("the endpoint mode was changed; whether the virtual IP has followed was not looked at");
            Ok(())
        }
    }
}

/// Makes the call, and says so where somebody else was faster.
pub(super) async fn changed(engine: &impl Engine, step: &Step, auth: Option<&str>) -> Result<Done, Error> {
    let outcome = execute(engine, step, auth).await;
    outcome.map_err(|error| match (error, step) {
        (error, Step::UpdateService { name, .. }) if error.is_out_of_sequence() => {
            UpdateError::OutOfSequence { name: name.clone(), message: error.to_string() }.into()
        }
        (error, _) => error.into(),
    })
}

/// Asks for the image. One that no registry knows may still be on every node, so that is only said.
async fn image(
    engine: &impl Engine,
    reference: &ImageReference,
    auth: Option<&str>,
    report: Report,
) -> Result<Option<Image>, Error> {
    let image = engine.image(reference.as_given(), auth).await.ok();
    if image.is_none() {
        report.image_unresolved(reference.as_given());
    }
    Ok(image)
}

impl UpdatePlan {
    /// The image of the spec that is sent.
    fn image(&self) -> ImageReference {
        let Step::UpdateService { spec, .. } = &self.step else { return ImageReference::new("") };
        ImageReference::new(spec["TaskTemplate"]["ContainerSpec"]["Image"].as_str().unwrap_or_default())
    }
}
