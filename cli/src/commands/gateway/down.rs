//! `docker smsvc gateway down`.

use std::time::Duration;

use smsvc_core::budget::Stage;
use tokio::time::{Instant, sleep};

use super::GatewayError;
use super::failure::half_way;
use crate::args::DownArgs;
use crate::commands::unless;
use crate::engine::{Engine, EngineError, Filters, Listed};
use crate::error::Error;
use crate::execute::remove_leftover;
use crate::gateway::LABEL;
use crate::observe::GatewaySnapshot;
use crate::plan::gateway::{Leftover, everything};
use crate::plugin::Cancellation;
use crate::report::Report;

/// How long the tasks may take to end, and the engine to let go of what they had.
const PATIENCE: Duration = Duration::from_mins(1);

/// The same for an image, which may be another gateway's, too.
const IMAGE_PATIENCE: Duration = Duration::from_secs(10);

/// How often is looked.
const INTERVAL: Duration = Duration::from_millis(500);

/// Removes services, waits for their tasks, removes the rest: a network must outlive the tasks that hold its addresses.
pub(super) async fn down(
    engine: &impl Engine,
    args: &DownArgs,
    cancellation: &Cancellation,
    report: Report,
) -> Result<(), Error> {
    let snapshot = unless(cancellation, GatewaySnapshot::observe(engine, &args.name)).await?;
    let all = everything(&args.name, &snapshot);
    if all.is_empty() {
        return Err(GatewayError::NoGateway { name: args.name.to_string() }.into());
    }
    if args.dry_run {
        report.gateway_leftovers(&all, true);
        return Ok(());
    }
    let images = images(engine, &snapshot, args).await?;
    let (services, rest): (Vec<Leftover>, Vec<Leftover>) =
        all.into_iter().partition(|one| matches!(one, Leftover::Service { .. }));
    for service in &services {
        unless(cancellation, remove_leftover(engine, service)).await.map_err(half_way)?;
        report.gateway_leftovers(std::slice::from_ref(service), false);
    }
    unless(cancellation, tasks_ended(engine, &services)).await.map_err(half_way)?;
    let mut left = Vec::new();
    for one in &rest {
        match unless(cancellation, async { Ok::<_, Error>(persist(engine, one).await) })
            .await
            .map_err(half_way)?
        {
            Ok(()) => report.gateway_leftovers(std::slice::from_ref(one), false),
            Err(error) => left.push(Error::from(error).message()),
        }
    }
    for image in images {
        // Containers that have ended hold their image for a moment. One that another gateway runs from is kept.
        let begun = Instant::now();
        while let Err(EngineError::Refused { .. }) = engine.remove_image(&image).await
            && begun.elapsed() < IMAGE_PATIENCE
        {
            sleep(INTERVAL).await;
        }
    }
    if left.is_empty() { Ok(()) } else { Err(GatewayError::Left(left).into()) }
}

/// The images that `up --local-image` has made in this engine, where this gateway was made so.
async fn images(
    engine: &impl Engine,
    snapshot: &GatewaySnapshot,
    args: &DownArgs,
) -> Result<Vec<String>, EngineError> {
    let provider = snapshot.swarm.service(&args.name.provider());
    let image = provider.and_then(|it| it.spec().pointer("/TaskTemplate/ContainerSpec/Image")?.as_str());
    if !image.is_some_and(|image| image.starts_with("sha256:")) {
        return Ok(Vec::new());
    }
    let filters = Filters::none().with("label", &format!("{LABEL}=provider"));
    let images = engine.list(Listed::Images, &filters).await?;
    Ok(images.iter().filter_map(|image| image["Id"].as_str().map(str::to_owned)).collect())
}

async fn tasks_ended(engine: &impl Engine, services: &[Leftover]) -> Result<(), EngineError> {
    let begun = Instant::now();
    loop {
        let tasks = engine.tasks().await?;
        let of_them = |service: &str| {
            services.iter().any(|one| matches!(one, Leftover::Service { id, .. } if id == service))
        };
        let holding = |state: &str| Stage::of(state) == Stage::Holding;
        if !tasks.iter().any(|task| of_them(&task.service) && holding(&task.status.state))
            || begun.elapsed() >= PATIENCE
        {
            return Ok(());
        }
        sleep(INTERVAL).await;
    }
}

/// Tries until the engine has let go of it.
async fn persist(engine: &impl Engine, one: &Leftover) -> Result<(), EngineError> {
    let begun = Instant::now();
    loop {
        match remove_leftover(engine, one).await {
            Err(EngineError::Refused { .. }) if begun.elapsed() < PATIENCE => sleep(INTERVAL).await,
            outcome => return outcome,
        }
    }
}
