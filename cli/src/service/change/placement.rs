//! Which nodes run the tasks, and how many tasks there are.

use serde_json::Value;

use super::ChangeError;
use super::edit::{changed, object, put, take_list, texts};
use crate::flags::{Removal, UpdateRequest};
use crate::service::placement::write_preference;

/// Constraints are sorted; preferences keep their order, which counts.
pub(super) fn update(spec: &mut Value, request: &UpdateRequest) {
    let task = object(spec, "TaskTemplate");
    if request.any_given(&["constraint-add", "constraint-rm"]) {
        let placement = object(task, "Placement");
        let added = &request.placement.constraints;
        let mut constraints = changed(texts(placement, "Constraints"), added, request, Removal::Constraint);
        constraints.sort_unstable();
        put(placement, "Constraints", constraints);
    }
    if request.any_given(&["placement-pref-add", "placement-pref-rm"]) {
        let placement = object(task, "Placement");
        let mut preferences = take_list(placement, "Preferences");
        preferences.retain(|preference| {
            let over = preference["Spread"]["SpreadDescriptor"].as_str();
            !request.removed_preferences.iter().any(|removed| over == Some(removed.as_str()))
        });
        preferences.extend(request.placement.spread_over.iter().map(|over| write_preference(over)));
        put(placement, "Preferences", preferences);
    }
    if request.given.contains(&"replicas-max-per-node") {
        put(object(task, "Placement"), "MaxReplicas", request.placement.max_per_node);
    }
}

/// The number of tasks, of a replicated service only.
pub(super) fn replicas(spec: &mut Value, request: &UpdateRequest) -> Result<(), ChangeError> {
    let Some(replicas) = request.replicas else { return Ok(()) };
    match spec["Mode"].get_mut("Replicated").filter(|mode| mode.is_object()) {
        Some(mode) => mode["Replicas"] = replicas.into(),
        None => return Err(ChangeError::ReplicasOfOther),
    }
    Ok(())
}

/// The number of tasks, of a replicated service or of a job.
pub(super) fn scale(spec: &mut Value, replicas: u64) -> Result<(), ChangeError> {
    for (mode, key) in [("Replicated", "Replicas"), ("ReplicatedJob", "TotalCompletions")] {
        if let Some(mode) = spec["Mode"].get_mut(mode).filter(|mode| mode.is_object()) {
            mode[key] = replicas.into();
            return Ok(());
        }
    }
    Err(ChangeError::ScaleOfOther)
}
