//! The command lines.

mod deviations;
mod everyday;
mod lifecycle;
mod printed;
mod tasks;

use serde_json::Value;

use crate::outcome::Outcome;

pub(crate) use deviations::DEVIATIONS;
pub(crate) use printed::OURS;

/// Every line that has to end as it does with Docker.
pub(crate) fn all() -> impl Iterator<Item = &'static Case> {
    everyday::CASES.iter().chain(tasks::CASES).chain(lifecycle::CASES)
}

/// A line that has to end as it does with Docker.
pub(crate) struct Case {
    pub(crate) line: &'static [&'static str],
    /// Docker keeps a range of ports in a hash map, so that their order changes from run to run.
    any_port_order: bool,
}

/// What Docker always keeps in hash maps.
const UNORDERED: [&str; 3] = [
    "/TaskTemplate/ContainerSpec/Configs",
    "/TaskTemplate/ContainerSpec/Secrets",
    "/TaskTemplate/Resources/Reservations/GenericResources",
];

impl Case {
    /// The outcome without what changes from run to run.
    pub(crate) fn canonical(&self, outcome: Outcome) -> Outcome {
        let outcome = canonical(outcome);
        if self.any_port_order { sorted(outcome, "/EndpointSpec/Ports") } else { outcome }
    }
}

/// The outcome of any line without the order of what an engine takes in any order.
pub(crate) fn by_content(outcome: Outcome) -> Outcome {
    sorted(canonical(outcome), "/EndpointSpec/Ports")
}

/// The outcome of any line without what changes from run to run, ranges of ports apart.
pub(crate) fn canonical(outcome: Outcome) -> Outcome {
    UNORDERED.into_iter().fold(outcome, sorted)
}

fn sorted(mut outcome: Outcome, list: &str) -> Outcome {
    let list = outcome.body.as_mut().and_then(|body| body.pointer_mut(list));
    if let Some(list) = list.and_then(Value::as_array_mut) {
        list.sort_by_key(Value::to_string);
    }
    outcome
}

/// A line on which we differ on purpose.
pub(crate) struct Deviation {
    pub(crate) line: &'static [&'static str],
    /// What our error or our body says.
    pub(crate) ours: &'static str,
}

const fn case(line: &'static [&'static str]) -> Case {
    Case { line, any_port_order: false }
}

const fn ports(line: &'static [&'static str]) -> Case {
    Case { line, any_port_order: true }
}

const fn deviation(line: &'static [&'static str], ours: &'static str) -> Deviation {
    Deviation { line, ours }
}
