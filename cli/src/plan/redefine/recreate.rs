//! The short way: every service is removed, the network made anew, every service made again.

use super::{Goal, NetworkState, Next, ServiceStand, State, Step, Stop, Wait};
use crate::dump::ServiceRecord;
use crate::service::differing_fields;

/// What to do next. Each case is one that an interruption can leave behind.
pub(super) fn next(goal: &Goal, state: &State) -> Result<Next, Stop> {
    match state.networks.get(goal.network()) {
        Some(network) if goal.to.describes(&network.definition) => fill(goal, network, state),
        Some(network) if goal.from.describes(&network.definition) => empty(goal, network, state),
        Some(network) if !network.allocated => {
            Ok(Next::Wait(Wait::Allocation { network: goal.network().to_owned() }))
        }
        Some(network) => Err(Stop::NetworkChanged {
            network: goal.network().to_owned(),
            differences: goal.from.differences(&network.definition),
        }),
        None => Ok(Next::Do(Step::CreateNetwork { definition: goal.to.clone() })),
    }
}

/// The old network is there: its services go, the youngest first, and then the network itself.
fn empty(goal: &Goal, network: &NetworkState, state: &State) -> Result<Next, Stop> {
    refuse_new_services(goal, state)?;
    for record in &goal.services {
        if let Some(stand) = state.services.get(&record.name) {
            refuse_changed(record, stand)?;
        }
    }
    for record in goal.services.iter().rev() {
        if let Some(stand) = state.services.get(&record.name) {
            return Ok(Next::Do(Step::RemoveService { name: record.name.clone(), id: stand.id.clone() }));
        }
    }
    match state.tasks_on(&network.id) {
        0 => Ok(Next::Do(Step::RemoveNetwork { name: goal.network().to_owned(), id: network.id.clone() })),
        tasks => Ok(Next::Wait(Wait::Release {
            network: goal.network().to_owned(),
            id: network.id.clone(),
            tasks,
        })),
    }
}

/// The new network is there: its services are made, the oldest first, and have to run as they did.
fn fill(goal: &Goal, network: &NetworkState, state: &State) -> Result<Next, Stop> {
    if !network.allocated {
        return Ok(Next::Wait(Wait::Allocation { network: goal.network().to_owned() }));
    }
    let wanted = || goal.services.iter().filter(|record| goal.keeps(record));
    for record in wanted() {
        match state.services.get(&record.name) {
            Some(stand) => refuse_changed(record, stand)?,
            None => {
                return Ok(Next::Do(Step::CreateService {
                    name: record.name.clone(),
                    spec: record.spec.clone(),
                }));
            }
        }
    }
    for record in wanted() {
        if let Some(stand) = state.services.get(&record.name)
            && let Some(wait) = waits_for_tasks(record, stand)
        {
            return Ok(Next::Wait(wait));
        }
    }
    Ok(Next::Done)
}

/// A service of its name that is not as it was recorded is somebody else's work.
fn refuse_changed(record: &ServiceRecord, stand: &ServiceStand) -> Result<(), Stop> {
    let fields = differing_fields(&record.spec, &stand.spec);
    if fields.is_empty() {
        Ok(())
    } else {
        Err(Stop::ServiceChanged { service: record.name.clone(), fields })
    }
}

/// A service that joined the network since would be lost with it.
pub(super) fn refuse_new_services(goal: &Goal, state: &State) -> Result<(), Stop> {
    let known = |name: &str| goal.services.iter().any(|record| record.name == name);
    let services: Vec<String> =
        state.services_on(goal.network()).filter(|name| !known(name)).map(str::to_owned).collect();
    if services.is_empty() {
        Ok(())
    } else {
        Err(Stop::NewServices { network: goal.network().to_owned(), services })
    }
}

/// The wait for the tasks of a service, where it does not run as it did. A job ends by itself.
pub(super) fn waits_for_tasks(record: &ServiceRecord, stand: &ServiceStand) -> Option<Wait> {
    let wanted = if record.state.job.is_some() { 0 } else { record.state.running };
    (stand.running < wanted).then(|| Wait::Tasks {
        service: record.name.clone(),
        running: stand.running,
        wanted,
    })
}
