//! `docker smsvc gateway status`.
//!
//! Traefik and the provider are on a network of their own, which this process is not on. So what is told of them comes
//! from the managers: the states of the tasks, the logs, and the document, which is made here as the provider makes it.

use jiff::Timestamp;
use serde_json::Value;
use smsvc_core::traefik::{DocumentOptions, Retry};

use super::{GatewayError, readers};
use crate::args::{StatusArgs, StatusFormat};
use crate::commands::unless;
use crate::engine::{Engine, Filters, Listed, Task};
use crate::error::Error;
use crate::gateway::LABEL;
use crate::observe::GatewaySnapshot;
use crate::plugin::Cancellation;
use crate::provider::{Options, publish};
use crate::report::{GatewayPart, GatewayState, Report};
use crate::service::RawService;

/// How much of a log is looked through.
const LINES: usize = 200;

/// Looks, and tells; an error where something is not well.
pub(super) async fn status(
    engine: &impl Engine,
    args: &StatusArgs,
    cancellation: &Cancellation,
    report: Report,
) -> Result<(), Error> {
    let state = unless(cancellation, look(engine, args)).await?;
    match args.format {
        StatusFormat::Table => report.gateway_state(&state),
        StatusFormat::Json => report.json(&state.json()),
    }
    if state.is_well() { Ok(()) } else { Err(GatewayError::Unwell.into()) }
}

async fn look(engine: &impl Engine, args: &StatusArgs) -> Result<GatewayState, Error> {
    let name = &args.name;
    let snapshot = GatewaySnapshot::observe(engine, name).await?;
    let own = |service: &str| {
        let found = snapshot.swarm.service(service)?;
        found.labels().get(LABEL).is_some_and(|value| value == name.as_str()).then_some(found)
    };
    let Some(provider) = own(&name.provider()) else {
        return Err(GatewayError::NoGateway { name: name.to_string() }.into());
    };
    let options = options(provider);
    let published = publish(&snapshot.swarm, &options);
    let document: Value = serde_json::from_slice(&published.document.to_vec()).unwrap_or_default();
    let routers = document["http"]["routers"].as_object();

    let now = Timestamp::now();
    let images = engine.list(Listed::Images, &Filters::none()).await.unwrap_or_default();
    let (log, mut part) = seen(engine, provider, &snapshot, &images).await;
    part.version = readers::provider_version(&log);
    part.troubles = readers::troubles(&log, now, |line| published.problems.iter().any(|it| it == line));
    let mut parts = vec![part];
    let (mut served, mut refused, mut outdated) = (Vec::new(), Vec::new(), None);
    if let Some(traefik) = own(&name.traefik()) {
        let tasks: Vec<&Task> = kept(traefik, &snapshot).filter(|task| runs(task)).collect();
        served = readers::served(&tasks, snapshot.control_id(), &readers::readers(&log));
        let (log, mut part) = seen(engine, traefik, &snapshot, &images).await;
        part.version = readers::traefik_version(&log);
        let repeats = options.document.retry.is_some_and(|retry| retry.repeats > 0);
        outdated = part.version.clone().filter(|version| repeats && readers::cannot_repeat(version));
        // The one that has its document for longest has said all that it says of it.
        let since = served.iter().filter_map(|served| served.got.as_ref().map(|(since, _)| *since)).min();
        if !served.is_empty() {
            let is_router = |name: &str| routers.is_some_and(|routers| routers.contains_key(name));
            refused = readers::refused(&log, since, is_router);
        }
        part.troubles = readers::troubles(&log, now, |line| line.contains("routerName="));
        parts.push(part);
    }
    Ok(GatewayState {
        name: name.to_string(),
        parts,
        guest: snapshot
            .configs
            .keys()
            .filter(|config| config.starts_with(&format!("{name}-guest-")))
            .cloned()
            .collect(),
        groups: published.groups.len(),
        routers: routers.map_or(0, serde_json::Map::len),
        document_bytes: published.document.len(),
        document_digest: published.document.digest(),
        problems: published.problems,
        served,
        refused,
        outdated,
        now,
    })
}

/// What the provider's service tells its program of Traefik.
fn options(provider: &RawService) -> Options {
    let arguments = provider.spec()["TaskTemplate"]["ContainerSpec"]["Args"].as_array();
    let arguments: Vec<&str> = arguments.into_iter().flatten().filter_map(|it| it.as_str()).collect();
    let behind = |flag: &str| {
        let pairs = arguments.windows(2).filter(move |pair| pair[0] == flag);
        pairs.map(|pair| pair[1].to_owned()).collect::<Vec<_>>()
    };
    let number = |flag: &str| behind(flag).pop().and_then(|text| text.parse().ok()).unwrap_or_default();
    Options {
        document: DocumentOptions {
            plugin: "smsvc".to_owned(),
            entry_points: behind("--entrypoint"),
            retry: Some(Retry { repeats: number("--repeat"), ..Retry::default() }),
        },
        network: behind("--network").pop(),
    }
}

fn kept<'s>(service: &'s RawService, snapshot: &'s GatewaySnapshot) -> impl Iterator<Item = &'s Task> {
    let tasks = snapshot.swarm.tasks.iter();
    tasks.filter(|task| task.service == service.id() && task.desired_state == "running")
}

fn runs(task: &Task) -> bool {
    task.status.state == "running"
}

/// A service with what is wrong, and its log.
async fn seen(
    engine: &impl Engine,
    service: &RawService,
    snapshot: &GatewaySnapshot,
    images: &[Value],
) -> (String, GatewayPart) {
    let tasks: Vec<&Task> = kept(service, snapshot).collect();
    let running = tasks.iter().filter(|task| runs(task)).count();
    let spec = service.spec();
    let wanted = spec["Mode"]["Replicated"]["Replicas"].as_u64().and_then(|it| usize::try_from(it).ok());
    // A log that cannot be had is no reason to hide the rest.
    let log = engine.service_log(service.id(), LINES).await.unwrap_or_else(|error| error.to_string());
    let part = GatewayPart {
        service: service.name().to_owned(),
        image: named(spec["TaskTemplate"]["ContainerSpec"]["Image"].as_str().unwrap_or_default(), images),
        version: None,
        running,
        wanted: wanted.unwrap_or_else(|| tasks.len().max(1)),
        troubles: Vec::new(),
    };
    (log, part)
}

/// An image that is named by its id has a name in the engine that made it.
fn named(image: &str, images: &[Value]) -> String {
    let known = images.iter().find(|it| it["Id"] == image);
    let tag = known.and_then(|it| it["RepoTags"].as_array()?.first()?.as_str().map(str::to_owned));
    tag.unwrap_or_else(|| image.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_provider_was_told_is_read_from_its_arguments() {
        let args = "provider --repeat 2 --network front --entrypoint web --entrypoint safe";
        let args: Vec<&str> = args.split(' ').collect();
        let spec = json!({ "TaskTemplate": { "ContainerSpec": { "Args": args } } });
        let options = options(&RawService::new(json!({ "ID": "p", "Spec": spec })).unwrap());
        assert_eq!(options.network.as_deref(), Some("front"));
        assert_eq!(options.document.entry_points, ["web", "safe"]);
        assert_eq!(options.document.retry, Some(Retry { repeats: 2, ..Retry::default() }));
    }
}
