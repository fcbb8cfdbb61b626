//! The body of `POST /services/{id}/update`: the service's own spec, with what the flags are about changed in it.
//!
//! The spec stays the JSON that the engine sent, so that what nobody here understands survives. In what a flag means, in
//! the order in which things are taken away and added, and in the sorting of lists this does what Docker's CLI 28 does
//! (docker/cli `cli/command/service/update.go`), its quirks included: scripts rely on them. Nothing here knows the
//! swarm: networks, configs and secrets come in as ids.

mod capabilities;
mod container;
mod edit;
mod files;
mod health;
mod hosts;
mod image;
mod mounts;
mod networks;
mod placement;
mod ports;
mod resources;
mod rolling;

use std::collections::BTreeMap;

use serde_json::Value;

use super::{EndpointMode, Platform, UnresolvedName};
use crate::flags::values::GenericResourceError;
use crate::flags::{RequestError, UpdateRequest};

/// What has been decided and looked up for an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<'a> {
    /// The id of each network, by what the request calls it.
    pub networks: &'a BTreeMap<String, String>,
    /// The id of each config, by name.
    pub configs: &'a BTreeMap<String, String>,
    /// The id of each secret, by name.
    pub secrets: &'a BTreeMap<String, String>,
    /// The endpoint mode, where it is to change.
    pub endpoint: Option<EndpointMode>,
}

/// Why a spec cannot be changed as it is asked for. The text is Docker's own where Docker has one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// A rollback together with another change.
    #[error("other flags may not be combined with --rollback")]
    MoreThanRollback,
    /// Two mounts at one place.
    #[error("duplicate mount target")]
    DuplicateMount,
    /// A network that the service is on.
    #[error("service is already attached to network {name}")]
    AlreadyAttached {
        /// As it was given.
        name: String,
    },
    /// A number of tasks where the number of nodes, or the job, decides it.
    #[error("replicas can only be used with replicated mode")]
    ReplicasOfOther,
    /// A service that has no number of tasks.
    #[error("scale can only be used with replicated or replicated-job mode")]
    ScaleOfOther,
    /// A generic resource that is to go and is not there.
    #[error("could not find generic-resource `{kind}` to remove it")]
    NoGenericResource {
        /// As it was given.
        kind: String,
    },
    /// Generic resources that are no numbers.
    #[error(transparent)]
    GenericResource(#[from] GenericResourceError),
    /// A name that was not found.
    #[error(transparent)]
    Unresolved(#[from] UnresolvedName),
    /// What the flags say of health checks, files or API groups does not go together.
    #[error(transparent)]
    Request(#[from] RequestError),
}

/// The spec after the update. The image has no digest yet; see [`pin`].
///
/// # Errors
/// The first that Docker would tell.
pub fn updated(spec: &Value, request: &UpdateRequest, found: &Found<'_>) -> Result<Value, ChangeError> {
    if request.roll_back && request.changes_more_than_a_rollback() {
        return Err(ChangeError::MoreThanRollback);
    }
    let mut spec = spec.clone();
    container::labels(&mut spec, request)?;
    container::process(&mut spec, request);
    mounts::update(&mut spec, request)?;
    resources::update(&mut spec, request)?;
    rolling::restart(&mut spec, request);
    placement::update(&mut spec, request);
    if request.any_given(&["network-add", "network-rm"]) {
        networks::update(&mut spec, request, found.networks)?;
    }
    placement::replicas(&mut spec, request)?;
    rolling::update(&mut spec, request)?;
    if let Some(mode) = found.endpoint {
        edit::put(edit::object(&mut spec, "EndpointSpec"), "Mode", mode.to_string());
    }
    container::groups(&mut spec, request);
    ports::update(&mut spec, request);
    hosts::update(&mut spec, request);
    container::log(&mut spec, request);
    health::update(&mut spec, request)?;
    capabilities::update(&mut spec, request);
    image::normalise(&mut spec);
    files::update(&mut spec, request, found)?;
    Ok(spec)
}

/// The spec with this number of tasks, as `docker service scale` sets it.
///
/// # Errors
/// Where the service has no number of tasks.
pub fn scaled(spec: &Value, replicas: u64) -> Result<Value, ChangeError> {
    let mut spec = spec.clone();
    placement::scale(&mut spec, replicas)?;
    image::normalise(&mut spec);
    Ok(spec)
}

/// The spec as Docker's CLI sends it along with a rollback.
#[must_use]
pub fn unchanged(spec: &Value) -> Value {
    let mut spec = spec.clone();
    image::normalise(&mut spec);
    spec
}

/// The spec with the digest of its image, and with what the image was built for.
#[must_use]
pub fn pin(spec: &Value, digest: &str, platforms: &[Platform]) -> Value {
    let mut spec = spec.clone();
    image::pin(&mut spec, digest, platforms);
    spec
}
