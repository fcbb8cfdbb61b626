//! `docker smsvc sync`, and what other commands do for the rest of a group when they have changed one of its services.

use std::collections::BTreeMap;

use serde_json::Value;

use super::update::changed;
use crate::args::SyncArgs;
use crate::engine::{Engine, RegistryAuthFrom};
use crate::error::{Error, UpdateError};
use crate::lint::Subject;
use crate::plan::Step;
use crate::publish::{PublishError, Way, desired, way_of};
use crate::report::Report;
use crate::service::RawService;

/// How often a change that somebody else came before is tried again, from a new look at the swarm.
const TRIES: usize = 5;

/// Brings the labels of a group up to date, and says whose were not.
pub async fn sync(engine: &impl Engine, args: &SyncArgs, report: Report) -> Result<(), Error> {
    let group = args.group.as_str();
    if args.dry_run {
        let (way, steps) = steps(engine, group, args.way()).await?;
        report.synced_way(group, way);
        report.dry_run(&steps);
        return Ok(());
    }
    let (way, updated) = bring_up_to_date(engine, group, args.way()).await?;
    report.synced_way(group, way);
    report.synced(&updated);
    Ok(())
}

/// Updates the services of a group whose labels are not what they should be: their names. Tasks are not touched, since
/// they do not have the labels of their service.
///
/// Each update names the version that its spec was made from, so that nothing of another client is lost.
pub(super) async fn bring_up_to_date(
    engine: &impl Engine,
    group: &str,
    way: Option<Way>,
) -> Result<(Way, Vec<String>), Error> {
    let mut updated = Vec::new();
    let mut tries = 0;
    loop {
        tries += 1;
        let (way, steps) = steps(engine, group, way).await?;
        match all(engine, steps, &mut updated).await {
            Ok(()) => return Ok((way, updated)),
            Err(Error::Update(UpdateError::OutOfSequence { .. })) if tries < TRIES => {}
            Err(error) => return Err(error),
        }
    }
}

/// The same after a change of one of the group's services. The change itself is made, so that what goes wrong here is only
/// told.
pub(super) async fn follow(engine: &impl Engine, group: &str, way: Option<Way>, report: Report) {
    match bring_up_to_date(engine, group, way).await {
        Ok((_, updated)) => report.synced(&updated),
        Err(Error::Publish(PublishError::NoGroup(_))) => {}
        Err(error) => {
            report.warning(&format!(
                "W405: the labels of the other services of API group {group} are not up to date: {}",
                error.message()
            ));
            report.note(&format!("  hint: docker smsvc sync {group}"));
        }
    }
}

async fn all(engine: &impl Engine, steps: Vec<Step>, updated: &mut Vec<String>) -> Result<(), Error> {
    for step in steps {
        changed(engine, &step, None).await?;
        if let Step::UpdateService { name, .. } = step
            && !updated.contains(&name)
        {
            updated.push(name);
        }
    }
    Ok(())
}

/// The way of the group, and the updates that it takes.
async fn steps(engine: &impl Engine, group: &str, way: Option<Way>) -> Result<(Way, Vec<Step>), Error> {
    let (services, networks) = tokio::try_join!(engine.services(), engine.networks())?;
    let subjects: Vec<Subject> =
        services.iter().map(|service| Subject::of_service(service, &networks)).collect();
    let today = way_of(&subjects, group).ok_or_else(|| PublishError::NoGroup(group.to_owned()))?;
    let way = way.unwrap_or(today);
    let desired = desired(&subjects, group, way)?;
    Ok((way, services.iter().filter_map(|service| step(service, &desired)).collect()))
}

fn step(service: &RawService, desired: &BTreeMap<String, BTreeMap<String, String>>) -> Option<Step> {
    let labels = desired.get(service.name()).filter(|labels| **labels != service.labels())?;
    let mut after = service.spec().clone();
    after["Labels"] =
        labels.iter().map(|(label, value)| (label.clone(), Value::from(value.as_str()))).collect();
    Some(Step::UpdateService {
        id: service.id().to_owned(),
        name: service.name().to_owned(),
        version: service.version(),
        before: service.spec().clone(),
        after: after.clone(),
        spec: after,
        rollback: false,
        auth_from: Some(RegistryAuthFrom::Spec),
    })
}
