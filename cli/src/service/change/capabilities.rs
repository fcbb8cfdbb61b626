//! Capabilities: what is added is first taken out of what was dropped, and the other way round.

use std::collections::BTreeSet;

use serde_json::Value;

use super::edit::{container, put, texts};
use crate::flags::UpdateRequest;
use crate::flags::values::{ALL, RESET, normal_capabilities};

/// `RESET` forgets one of the lists. A capability that is both added and dropped on one line is added. Lists are
/// sorted, and `ALL` stands for any other.
pub(super) fn update(spec: &mut Value, request: &UpdateRequest) {
    if !request.any_given(&["cap-add", "cap-drop"]) {
        return;
    }
    let container = container(spec);
    let mut added = normal_capabilities(&texts(container, "CapabilityAdd"));
    let mut dropped = normal_capabilities(&texts(container, "CapabilityDrop"));
    let mut to_add = normal_capabilities(&request.capabilities_added);
    let mut to_drop = normal_capabilities(&request.capabilities_dropped);
    if to_add.remove(RESET) {
        added.clear();
    }
    if to_drop.remove(RESET) {
        dropped.clear();
    }
    for capability in to_drop.difference(&to_add) {
        if !added.remove(capability) {
            dropped.insert(capability.clone());
        }
    }
    for capability in &to_add {
        if !dropped.remove(capability) {
            added.insert(capability.clone());
        }
    }
    put(container, "CapabilityDrop", listed(dropped));
    put(container, "CapabilityAdd", listed(added));
}

fn listed(capabilities: BTreeSet<String>) -> Vec<String> {
    if capabilities.contains(ALL) { vec![ALL.to_owned()] } else { capabilities.into_iter().collect() }
}
