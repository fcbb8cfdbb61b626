//! Refusals, in the engine's words.

use crate::profile::Release;

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) message: String,
}

impl Refusal {
    pub(super) fn new(status: u16, message: &str) -> Self {
        Self { status, message: message.to_owned() }
    }

    /// A body or a filter that cannot be read.
    pub(super) fn bad(message: &str) -> Self {
        Self::new(400, message)
    }

    /// swarmkit's `InvalidArgument`.
    pub(super) fn invalid(message: &str) -> Self {
        Self::new(400, &format!("rpc error: code = InvalidArgument desc = {message}"))
    }

    /// swarmkit's `FailedPrecondition`.
    pub(super) fn precondition(message: &str) -> Self {
        Self::new(400, &format!("rpc error: code = FailedPrecondition desc = {message}"))
    }

    /// swarmkit's `AlreadyExists`.
    pub(super) fn exists(kind: &str, name: &str) -> Self {
        let words = format!("name conflicts with an existing object: {kind} {name} already exists");
        Self::new(409, &format!("rpc error: code = AlreadyExists desc = {words}"))
    }

    pub(super) fn not_found(kind: &str, name: &str) -> Self {
        Self::new(404, &format!("{kind} {name} not found"))
    }

    /// The version that an update names is not the newest.
    pub(super) fn out_of_sequence() -> Self {
        Self::new(500, "rpc error: code = Unknown desc = update out of sequence")
    }

    pub(super) fn not_a_manager() -> Self {
        Self::new(
            503,
            "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node \
             to swarm and try again.",
        )
    }

    pub(super) fn no_leader() -> Self {
        Self::new(
            500,
            "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are \
             online. Make sure more than half of the managers are online.",
        )
    }

    pub(super) fn already_in_a_swarm() -> Self {
        Self::new(
            503,
            "This node is already part of a swarm. Use \"docker swarm leave\" to leave this swarm and join another one.",
        )
    }

    pub(super) fn version((major, minor): (u16, u16), release: Release) -> Self {
        let (newest, oldest) = (release.api(), release.oldest_api());
        let asked = format!("client version {major}.{minor} is");
        if (major, minor) > newest {
            return Self::bad(&format!(
                "{asked} too new. Maximum supported API version is {}.{}",
                newest.0, newest.1
            ));
        }
        Self::bad(&format!(
            "{asked} too old. Minimum supported API version is {}.{}, please upgrade your client to a newer version",
            oldest.0, oldest.1
        ))
    }
}
