//! `docker smsvc network redefine`.

use std::collections::BTreeMap;

use smsvc_core::budget::Subnet;

use super::NetworkError;
use super::ask::agree;
use super::drive::{Drive, credentials, folder};
use super::dump::{cluster, find};
use crate::args::{CompletedJobsChoice, RedefineArgs, StrategyName};
use crate::engine::{Engine, EngineError, Surroundings};
use crate::error::Error;
use crate::execute::Credentials;
use crate::journal::Header;
use crate::observe::{NamedSwarm, is_updating};
use crate::plan::free_range::{FreeRanges, routes};
use crate::plan::redefine::{CompletedJobs, Redefinition, Request, Snapshot, Way, prepare};
use crate::plugin::Cancellation;
use crate::report::Report;

/// Checks, shows the plan, asks, and walks the way.
pub(super) async fn redefine(
    engine: &impl Engine,
    args: &RedefineArgs,
    around: &Surroundings,
    cancellation: &Cancellation,
    report: Report,
) -> Result<(), Error> {
    let request = request(args)?;
    let (swarm, info) = tokio::try_join!(NamedSwarm::observe(engine), engine.info())?;
    let cluster = cluster(&info);
    let id = find(&swarm, &args.network)?;
    let journals = folder(&args.road, around)?;
    let unfinished =
        journals.unfinished(cluster).map_err(|error| NetworkError::Journal { error, begun: false })?;
    if let Some((journal, recorded)) = unfinished.into_iter().next() {
        let network = recorded.header.goal.network().to_owned();
        return Err(NetworkError::Unfinished { network, journal }.into());
    }
    // There is no such file where the host is not a Linux one. Where the engine is elsewhere, this avoids more than it has to.
    let own = routes(&std::fs::read_to_string("/proc/net/route").unwrap_or_default());
    let free = |swarm: &NamedSwarm| {
        FreeRanges::beside(&swarm.swarm.networks).in_pools_of(&info).avoiding(own.iter().copied())
    };
    let (plan, credentials) = plan(engine, &swarm, &id, free(&swarm), &request, args, around).await?;
    report.redefinition_plan(&plan, args.road.format);
    if args.dry_run {
        report.redefinition_steps(&plan, args.road.format);
        return Ok(());
    }
    if !args.yes {
        agree(&format!("Redefine the network {} now?", plan.goal.network()), report)?;
        // People take their time, and swarms go on.
        let now = NamedSwarm::observe(engine).await?;
        if self::plan(engine, &now, &id, free(&now), &request, args, around).await?.0.goal != plan.goal {
            return Err(NetworkError::ChangedMeanwhile.into());
        }
    }
    let begun = info["SystemTime"].as_str().unwrap_or_default();
    let header = Header::new(cluster, begun, plan.goal);
    let journal = journals.begin(&header).map_err(|error| NetworkError::Journal { error, begun: false })?;
    let drive = Drive {
        engine,
        goal: &header.goal,
        credentials: &credentials,
        road: &args.road,
        cancellation,
        report,
    };
    drive.walk(journal).await
}

/// Checks everything on what was observed; with the credentials for the services.
async fn plan(
    engine: &impl Engine,
    swarm: &NamedSwarm,
    network: &str,
    free: FreeRanges,
    request: &Request,
    args: &RedefineArgs,
    around: &Surroundings,
) -> Result<(Redefinition, Credentials), Error> {
    let mut snapshot = snapshot(swarm, network, free)?;
    let credentials = credentials(&snapshot.services, args.road.with_registry_auth, around)?;
    snapshot.images = images(engine, &snapshot, &credentials).await?;
    let plan = prepare(request, &snapshot).map_err(NetworkError::Refused)?;
    Ok((plan, credentials))
}

/// What was asked for, with ranges and gateways put to the subnets that they belong to, as `docker network create` does.
fn request(args: &RedefineArgs) -> Result<Request, NetworkError> {
    let mut ranges = args.ip_range.clone();
    let mut gateways = args.gateway.clone();
    let mut subnets = Vec::new();
    for subnet in &args.subnet {
        let range = ranges.iter().position(|range| subnet.contains(range)).map(|at| ranges.remove(at));
        let gateway =
            gateways.iter().position(|gateway| subnet.contains(gateway)).map(|at| gateways.remove(at));
        subnets.push(Subnet::new(*subnet, range, gateway).map_err(NetworkError::Subnet)?);
    }
    let outside =
        ranges.iter().map(ToString::to_string).chain(gateways.iter().map(ToString::to_string)).next();
    if let Some(outside) = outside {
        return Err(NetworkError::OutsideRanges(outside));
    }
    // As docker reads them: `--opt encrypted` is a name alone.
    let option = |text: &String| match text.split_once('=').unwrap_or((text, "")) {
        ("", _) => Err(NetworkError::Option(text.clone())),
        (key, value) => Ok((key.to_owned(), value.to_owned())),
    };
    let transit = args.transit_subnet.map(|range| Subnet::new(range, None, None)).transpose();
    Ok(Request {
        ranges: subnets,
        options: args.options.iter().map(option).collect::<Result<_, _>>()?,
        way: match args.strategy {
            StrategyName::Recreate if args.transit_subnet.is_some() => {
                return Err(NetworkError::NotInTransit);
            }
            StrategyName::Recreate => Way::Recreate,
            StrategyName::Rolling => Way::Rolling { transit: transit.map_err(NetworkError::Subnet)? },
        },
        completed_jobs: args.completed_jobs.map(|choice| match choice {
            CompletedJobsChoice::Run => CompletedJobs::RunAgain,
            CompletedJobsChoice::LeaveOut => CompletedJobs::LeaveOut,
        }),
        unverified_images: args.unverified_images,
    })
}

fn snapshot(swarm: &NamedSwarm, id: &str, free: FreeRanges) -> Result<Snapshot, Error> {
    let gone = || Error::NetworkUnknown { name: id.to_owned() };
    let services = swarm.records_on(id);
    let on = |name: &str| services.iter().any(|record| record.name == name);
    let updating = swarm.swarm.services.iter().filter(|service| is_updating(service) && on(service.name()));
    Ok(Snapshot {
        network: swarm.swarm.networks.iter().find(|network| network.id == id).ok_or_else(gone)?.clone(),
        definition: swarm.definition(id).ok_or_else(gone)?,
        state: swarm.state(&services),
        networks: swarm.swarm.networks.clone(),
        free,
        facts: swarm.swarm.facts(),
        containers: swarm.containers_on(id),
        updating: updating.map(|service| service.name().to_owned()).collect(),
        images: BTreeMap::new(),
        services,
    })
}

/// Whether the images can be had again: from their registries, or from this engine, side by side.
async fn images(
    engine: &impl Engine,
    snapshot: &Snapshot,
    credentials: &Credentials,
) -> Result<BTreeMap<String, bool>, EngineError> {
    let mut images = BTreeMap::new();
    for record in &snapshot.services {
        let image =
            record.spec.pointer("/TaskTemplate/ContainerSpec/Image").and_then(serde_json::Value::as_str);
        let Some(image) = image.filter(|_| record.state.running > 0) else { continue };
        if images.contains_key(image) {
            continue;
        }
        // The engine that has it answers at once; a registry may take its time.
        let known = engine.has_image(image).await?
            || engine.image(image, credentials.get(image).map(String::as_str)).await.is_ok();
        images.insert(image.to_owned(), known);
    }
    Ok(images)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{Action, NetworkCommand, parse};

    fn asked(line: &str) -> Result<Request, NetworkError> {
        let words: Vec<String> =
            format!("network redefine front {line}").split(' ').map(str::to_owned).collect();
        let Ok(Action::Network(args)) = parse(&words) else { panic!("{line}") };
        let NetworkCommand::Redefine(args) = args.command else { panic!("{line}") };
        request(&args)
    }

    #[test]
    fn ranges_and_gateways_go_to_the_subnet_that_they_are_in() {
        let line = "--subnet 10.1.0.0/24 --subnet 10.2.0.0/24 --gateway 10.2.0.9 --ip-range 10.1.0.128/25 -o encrypted=";
        let request = asked(line).unwrap();
        assert_eq!(
            request.ranges,
            [
                Subnet::parse("10.1.0.0/24", "10.1.0.128/25", "").unwrap(),
                Subnet::parse("10.2.0.0/24", "", "10.2.0.9").unwrap(),
            ]
        );
        assert_eq!(request.options, [("encrypted".to_owned(), String::new())]);
    }

    #[test]
    fn what_belongs_to_no_subnet_is_refused() {
        for line in ["--subnet 10.1.0.0/24 --gateway 10.9.0.1", "--subnet 10.1.0.0/24 --ip-range 10.1.0.0/16"]
        {
            assert!(matches!(asked(line), Err(NetworkError::OutsideRanges(_))), "{line}");
        }
        assert!(matches!(asked("--subnet 10.1.0.0/24 -o =value"), Err(NetworkError::Option(_))));
    }

    #[test]
    fn a_range_in_transit_needs_the_way_that_has_one() {
        let line = "--subnet 10.1.0.0/24 --transit-subnet 10.9.0.0/24";
        assert!(matches!(asked(line), Err(NetworkError::NotInTransit)));
        assert!(asked(&format!("{line} --strategy rolling")).is_ok());
    }

    #[test]
    fn a_driver_option_may_be_a_name_alone() {
        let request = asked("--subnet 10.1.0.0/24 -o encrypted -o a=b=c").unwrap();
        let expected =
            [("encrypted", ""), ("a", "b=c")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert!(request.options.iter().cloned().eq(expected), "{:?}", request.options);
    }
}
