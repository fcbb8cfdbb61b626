//! The networks, sorted by id. Specs written before API 1.25 have them beside the task template; they move into it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::ChangeError;
use super::edit::{object, put, take_list, text};
use crate::flags::{Removal, UpdateRequest};
use crate::service::UnresolvedName;

/// Networks go by name or id; what is removed goes before anything is added.
pub(super) fn update(
    spec: &mut Value,
    request: &UpdateRequest,
    ids: &BTreeMap<String, String>,
) -> Result<(), ChangeError> {
    let id_of = |name: &String| {
        let unresolved = || UnresolvedName::Network { name: name.clone() };
        ids.get(name).ok_or_else(unresolved)
    };
    let outdated = take_list(spec, "Networks");
    put(spec, "Networks", Value::Null);
    let task = object(spec, "TaskTemplate");
    let mut networks = take_list(task, "Networks");
    if networks.is_empty() {
        networks = outdated;
    }
    let removed =
        request.removed(Removal::Network).iter().map(id_of).collect::<Result<Vec<_>, UnresolvedName>>()?;
    networks.retain(|network| !removed.iter().any(|id| *id == text(network, "Target")));
    for attachment in &request.networks {
        let id = id_of(&attachment.network)?;
        if networks.iter().any(|network| text(network, "Target") == id) {
            return Err(ChangeError::AlreadyAttached { name: attachment.network.clone() });
        }
        networks.push(attachment.write(id));
    }
    networks.sort_by(|one, other| text(one, "Target").cmp(text(other, "Target")));
    put(task, "Networks", networks);
    Ok(())
}
