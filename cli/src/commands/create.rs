//! `docker smsvc create`.

use super::sync::follow;
use super::{Wait, converge, unless};
use crate::engine::{Engine, Image};
use crate::error::Error;
use crate::execute::execute;
use crate::flags::{CREATE, CreateRequest, DockerLine, Instead};
use crate::observe::CreateSnapshot;
use crate::plan;
use crate::plugin::Cancellation;
use crate::publish::Way;
use crate::report::Report;
use crate::reserve::{Reservation, within};

/// Observes, plans, creates, waits. `auth` is the `X-Registry-Auth` header. Until the service is sent to the engine the
/// user can stop it without a trace.
///
/// What is slow comes before the reservation, and the look at the swarm after it: see [`crate::reserve`].
pub async fn create(
    engine: &impl Engine,
    request: &CreateRequest,
    auth: Option<&str>,
    cancellation: &Cancellation,
    report: Report,
) -> Result<(), Error> {
    report.create_notices(request);
    request.check_api(engine.api()).map_err(|error| Error::request(&CREATE, error))?;
    let names = unless(cancellation, CreateSnapshot::look_up(engine, request)).await?;
    // What is refused whatever the swarm looks like need not wait for a registry.
    let claim = plan::create(request, &names)?.claim;
    let image = if request.resolve_image && request.run.instead != Some(Instead::PrintDocker) {
        unless(cancellation, image(engine, request, auth)).await?
    } else {
        None
    };
    if let Some(instead) = request.run.instead {
        let snapshot = unless(cancellation, names.with_swarm(engine, request)).await?;
        let plan = plan::create(request, &snapshot)?;
        report.create_decisions(request, &plan);
        report.create_warnings(&plan);
        match instead {
            Instead::DryRun => report.dry_run(&plan.steps(request, &snapshot, image.as_ref())?),
            Instead::PrintDocker => {
                let mut request = request.clone();
                if let Some(labels) = plan.publication.as_ref().and_then(|it| it.labels_of(&request.name)) {
                    request.labels.clone_from(labels);
                }
                report.result(&DockerLine::create(&request, plan.choice.mode).text());
            }
        }
        return Ok(());
    }
    let work = async |reservation: &Reservation<'_, _>| {
        let snapshot = unless(cancellation, names.with_swarm(engine, request)).await?;
        let plan = plan::create(request, &snapshot)?;
        let steps = plan.steps(request, &snapshot, image.as_ref())?;
        if !unless(cancellation, reservation.confirm()).await? {
            return Ok(None);
        }
        let mut created = Vec::new();
        for step in &steps {
            created.push(execute(engine, step, auth).await?);
        }
        Ok(Some((plan, created)))
    };
    let (plan, created) = within(engine, &claim, cancellation, report, work).await?;
    // Only now: whoever reads what we print may take its time, and the reservation has none.
    if !request.run.quiet {
        report.create_decisions(request, &plan);
    }
    report.create_warnings(&plan);
    for created in created {
        for warning in &created.warnings {
            report.warning(warning);
        }
        // As docker does: what is refused says nothing of its image.
        if request.resolve_image && image.is_none() {
            report.image_unresolved(&request.image.tagged());
        }
        if let Some(publication) = plan.publication.as_ref().filter(|it| it.way == Way::Labels) {
            follow(engine, &publication.group, Some(publication.way), report).await;
        }
        report.result(&created.id);
        if !request.run.detach {
            let wait = Wait { quiet: request.run.quiet, timeout: request.run.timeout, back: false };
            converge(engine, &created.id, wait, cancellation, report).await?;
        }
    }
    Ok(())
}

/// Asks for the image. One that no registry knows may still be on every node, so that is only said.
async fn image(
    engine: &impl Engine,
    request: &CreateRequest,
    auth: Option<&str>,
) -> Result<Option<Image>, Error> {
    Ok(engine.image(&request.image.tagged(), auth).await.ok())
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

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

    /// 13 addresses, 1 for the node, and 12 for services of 2 or of 1.
    #[tokio::test(start_paused = true)]
    async fn of_many_at_once_exactly_as_many_are_created_as_fit() {
        for (mode, fits) in [("vip", 6), ("dnsrr", 12)] {
            let engine = Rc::new(Fake::of(Swarm::sample().with_network("front", "10.1.0.0/28")));
            let clients = tokio::task::LocalSet::new();
            for number in 0..20 {
                let engine = Rc::clone(&engine);
                clients.spawn_local(async move {
                    let name = format!("s{number}");
                    let line = ["-d", "--name", &name, "--network", "front", "--endpoint-mode", mode, "img"];
                    match try_create(&engine, &line).await {
                        Ok(()) | Err(Error::Budget(_)) => {}
                        Err(error) => panic!("{error:?}"),
                    }
                });
            }
            clients.await;
            assert_eq!(engine.created().len(), fits, "{mode}");
        }
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
        assert!(matches!(error, Error::Flags { .. }), "{error:?}");
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
