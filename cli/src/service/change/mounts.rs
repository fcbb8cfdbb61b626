//! The mounts: one for each target, sorted by source and target, whether or not a flag is about them.

use serde_json::Value;

use super::ChangeError;
use super::edit::{container, put, take_list, text};
use crate::flags::{Removal, UpdateRequest};
use crate::service::Mount;

/// A mount that is added takes the place of the one with its target.
pub(super) fn update(spec: &mut Value, request: &UpdateRequest) -> Result<(), ChangeError> {
    let mut mounts: Vec<Value> = Vec::new();
    for mount in request.container.mounts.iter().map(Mount::write) {
        if mounts.iter().any(|other| text(other, "Target") == text(&mount, "Target")) {
            return Err(ChangeError::DuplicateMount);
        }
        mounts.push(mount);
    }
    let container = container(spec);
    for mount in take_list(container, "Mounts") {
        if !mounts.iter().any(|other| text(other, "Target") == text(&mount, "Target")) {
            mounts.push(mount);
        }
    }
    let removed = request.removed(Removal::Mount);
    mounts.retain(|mount| !removed.iter().any(|target| target == text(mount, "Target")));
    mounts.sort_by(|one, other| {
        let key = |mount| (text(mount, "Source"), text(mount, "Target"));
        key(one).cmp(&key(other))
    });
    put(container, "Mounts", mounts);
    Ok(())
}
