//! `docker smsvc create`.

use super::converge::converge;
use super::unless;
use crate::engine::{Engine, Image};
use crate::error::Error;
use crate::execute::execute;
use crate::flags::CreateRequest;
use crate::observe::CreateSnapshot;
use crate::plan;
use crate::plugin::Cancellation;
use crate::report::Report;

/// Observes, plans, creates, waits. `auth` is the `X-Registry-Auth` header. Until the service is sent to the engine the
/// user can stop it without a trace.
pub async fn create(
    engine: &impl Engine,
    request: &CreateRequest,
    auth: Option<&str>,
    cancellation: &Cancellation,
    report: Report,
) -> Result<(), Error> {
    report.create_notices(request);
    request.check_api(engine.api()).map_err(|error| Error::Flags(error.into()))?;
    let snapshot = unless(cancellation, CreateSnapshot::observe(engine, request)).await?;
    // What is refused need not wait for a registry.
    let plan = plan::create(request, &snapshot)?;
    let image = if request.resolve_image {
        unless(cancellation, image(engine, request, auth, report)).await?
    } else {
        None
    };
    let steps = plan.steps(request, &snapshot, image.as_ref())?;
    if !request.run.quiet || request.run.dry_run {
        report.create_decisions(request, &plan);
    }
    report.create_warnings(&plan);
    if request.run.dry_run {
        report.dry_run(&steps);
        return Ok(());
    }
    for step in &steps {
        let created = execute(engine, step, auth).await?;
        if let Some(warning) = &created.warning {
            report.warning(warning);
        }
        report.result(&created.id);
        if !request.run.detach {
            converge(engine, &created.id, request.run.quiet, cancellation, report).await?;
        }
    }
    Ok(())
}

/// Asks for the image. One that no registry knows may still be on every node, so that is only said.
async fn image(
    engine: &impl Engine,
    request: &CreateRequest,
    auth: Option<&str>,
    report: Report,
) -> Result<Option<Image>, Error> {
    let reference = request.image.tagged();
    let image = engine.image(&reference, auth).await.ok();
    if image.is_none() {
        report.image_unresolved(&reference);
    }
    Ok(image)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fake::Fake;
    use crate::flags::request_of;
    use crate::observe::Swarm;

    async fn try_create(engine: &Fake, line: &[&str]) -> Result<(), Error> {
        create(engine, &request_of(line), None, &Cancellation::never(), Report::new()).await
    }

    fn engine() -> Fake {
        Fake::of(Swarm::sample().with_network("front", "10.1.0.0/29"))
    }

    #[tokio::test]
    async fn a_service_that_fits_is_created_once_with_the_planned_spec() {
        let engine = engine();
        try_create(&engine, &["-d", "--name", "web", "--network", "front", "img"]).await.unwrap();
        let created = engine.created();
        assert_eq!(created.len(), 1);
        assert_eq!(
            (&created[0]["Name"], &created[0]["EndpointSpec"]["Mode"]),
            (&"web".into(), &"dnsrr".into())
        );
    }

    #[tokio::test]
    async fn what_is_refused_or_only_tried_creates_nothing() {
        let engine = engine();
        for line in [
            &["-d", "--name", "big", "--network", "front", "--replicas", "9", "img"][..],
            &["-d", "--name", "web", "--network", "nope", "img"],
            &["-d", "--name", "web", "--endpoint-mode", "dnsrr", "-p", "80:80", "img"],
            &["-d", "--name", "web", "--api-group", "g", "--route", "/x", "img"],
        ] {
            assert!(try_create(&engine, line).await.is_err(), "{line:?}");
        }
        try_create(&engine, &["--dry-run", "--name", "web", "--network", "front", "img"]).await.unwrap();
        assert!(engine.created().is_empty());
    }

    #[tokio::test]
    async fn who_stops_before_the_service_is_sent_leaves_no_trace() {
        let engine = engine();
        let request = request_of(&["-d", "--name", "web", "--network", "front", "img"]);
        let outcome = create(&engine, &request, None, &Cancellation::already(), Report::new()).await;
        assert!(matches!(outcome, Err(Error::Interrupted)), "{outcome:?}");
        assert!(engine.created().is_empty());
    }

    #[tokio::test]
    async fn configs_and_secrets_are_looked_up_by_name() {
        let engine = engine();
        let off = ["-d", "--endpoint-mode", "vip", "--ip-budget", "off", "--no-resolve-image"];
        let line = [&off[..], &["--secret", "s", "--config", "c", "img"]].concat();
        try_create(&engine, &line).await.unwrap();
        assert_eq!(engine.calls(), ["GET /secrets", "GET /configs", "POST /services/create"]);
        let secrets = &engine.created()[0]["TaskTemplate"]["ContainerSpec"]["Secrets"];
        assert_eq!(secrets[0]["SecretID"], "id-of-s");
        let line = [&off[..], &["--secret", "missing", "img"]].concat();
        let error = try_create(&engine, &line).await.unwrap_err();
        assert!(matches!(error, Error::Flags(_)), "{error:?}");
        assert_eq!(engine.created().len(), 1);
    }

    #[tokio::test]
    async fn nothing_is_asked_of_the_swarm_that_the_request_does_not_need() {
        let engine = engine();
        try_create(
            &engine,
            &["-d", "--endpoint-mode", "vip", "--ip-budget", "off", "--no-resolve-image", "img"],
        )
        .await
        .unwrap();
        assert_eq!(engine.calls(), ["POST /services/create"]);
    }
}
