//! What the tasks may use and are promised.

use std::collections::BTreeMap;

use serde_json::Value;

use super::ChangeError;
use super::edit::{object, put, take_list};
use crate::flags::values::generic_resources;
use crate::flags::{Removal, UpdateRequest};
use crate::service::resources::write_generic;

/// Both blocks are there as soon as a flag is about one of them.
pub(super) fn update(spec: &mut Value, request: &UpdateRequest) -> Result<(), ChangeError> {
    let given = |flag: &str| request.given.contains(&flag);
    let wanted = &request.resources;
    let numbers = [
        ("limit-cpu", "Limits", "NanoCPUs", wanted.limit_nano_cpus),
        ("limit-memory", "Limits", "MemoryBytes", wanted.limit_memory),
        ("limit-pids", "Limits", "Pids", wanted.limit_pids),
        ("reserve-cpu", "Reservations", "NanoCPUs", wanted.reserve_nano_cpus),
        ("reserve-memory", "Reservations", "MemoryBytes", wanted.reserve_memory),
    ];
    let task = object(spec, "TaskTemplate");
    for (_, block, key, number) in numbers.into_iter().filter(|(flag, ..)| given(flag)) {
        let resources = object(task, "Resources");
        object(resources, "Limits");
        object(resources, "Reservations");
        put(object(resources, block), key, number);
    }
    for (flag, key, number) in [
        ("memory-swap", "SwapBytes", wanted.swap),
        ("memory-swappiness", "MemorySwappiness", wanted.swappiness),
    ] {
        if let Some(number) = number.filter(|_| given(flag)) {
            object(task, "Resources")[key] = number.into();
        }
    }
    generic(task, request)
}

/// Generic resources, sorted by kind. Docker's own order is that of a hash map.
fn generic(task: &mut Value, request: &UpdateRequest) -> Result<(), ChangeError> {
    if !request.any_given(&["generic-resource-add", "generic-resource-rm"]) {
        return Ok(());
    }
    let reservations = object(object(task, "Resources"), "Reservations");
    let added = generic_resources(&request.generic_resources)?;
    let kind = |entry: &Value| entry["DiscreteResourceSpec"]["Kind"].as_str().unwrap_or_default().to_owned();
    let mut resources: BTreeMap<String, Value> =
        take_list(reservations, "GenericResources").into_iter().map(|entry| (kind(&entry), entry)).collect();
    resources.extend(added.iter().map(|(kind, count)| (kind.clone(), write_generic(kind, *count))));
    for kind in request.removed(Removal::GenericResource) {
        if resources.remove(kind).is_none() {
            return Err(ChangeError::NoGenericResource { kind: kind.clone() });
        }
    }
    put(reservations, "GenericResources", resources.into_values().collect::<Vec<_>>());
    Ok(())
}
