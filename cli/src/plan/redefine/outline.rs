//! A redefinition in thought: the steps that it takes if nothing comes between.

use super::{Goal, NetworkState, Next, ServiceStand, State, Step, Stop, UpdateState, Wait, next};

/// Every step and every wait, in order. An error where it would stop.
pub fn outline(goal: &Goal, state: &State) -> Result<Vec<Next>, Stop> {
    let mut state = state.clone();
    let mut steps = Vec::new();
    loop {
        let next = next(goal, &state)?;
        if next == Next::Done {
            return Ok(steps);
        }
        apply(goal, &next, &mut state);
        steps.push(next);
    }
}

/// What a step leaves behind when all goes well.
pub(super) fn apply(goal: &Goal, next: &Next, state: &mut State) {
    match next {
        Next::Done => {}
        Next::Do(step) => change(goal, step, state),
        Next::Wait(Wait::Release { id, .. }) => {
            state.tasks.remove(id);
        }
        Next::Wait(Wait::Allocation { network }) => {
            if let Some(network) = state.networks.get_mut(network) {
                network.allocated = true;
            }
        }
        Next::Wait(Wait::Tasks { service, wanted, .. }) => {
            if let Some(stand) = state.services.get_mut(service) {
                stand.running = *wanted;
                stand.update = UpdateState::Settled;
            }
        }
    }
}

fn change(goal: &Goal, step: &Step, state: &mut State) {
    match step {
        Step::RemoveService { name, .. } => {
            if let Some(stand) = state.services.remove(name) {
                hold(state, &stand.spec, stand.running);
            }
        }
        Step::RemoveNetwork { name, .. } => {
            state.networks.remove(name);
        }
        Step::CreateNetwork { definition } => {
            let id = format!("{} (new)", definition.name());
            let network = NetworkState { id, definition: definition.clone(), allocated: false };
            state.networks.insert(definition.name().to_owned(), network);
        }
        Step::CreateService { name, spec } => {
            let stand = ServiceStand {
                id: format!("{name} (new)"),
                version: 0,
                spec: spec.clone(),
                running: 0,
                update: UpdateState::Settled,
            };
            state.services.insert(name.clone(), stand);
        }
        Step::MoveService { name, spec, .. } => {
            let record = goal.services.iter().find(|record| record.name == *name);
            let running = record.map_or(0, |record| record.state.running);
            if let Some(stand) = state.services.get_mut(name) {
                let left = std::mem::replace(&mut stand.spec, spec.clone());
                stand.running = 0;
                stand.version = stand.version.wrapping_add(1);
                hold(state, &left, running);
            }
        }
    }
}

/// Tasks that are to end hold on to their networks until they have.
fn hold(state: &mut State, spec: &serde_json::Value, tasks: u64) {
    for name in crate::service::network_ids(spec) {
        if let Some(network) = state.networks.get(name)
            && tasks > 0
        {
            let held = state.tasks.entry(network.id.clone()).or_default();
            *held = held.saturating_add(tasks);
        }
    }
}
