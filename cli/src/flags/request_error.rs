//! What can be wrong between values that are right on their own.

use smsvc_core::labels::{LabelError, RouteOptionError};
use smsvc_core::name::NameError;

use super::error::all;
use super::flag::ApiVersion;
use super::group_change::GroupChangeError;
use super::values::{EnvFileError, FileKind, GenericResourceError};
use crate::error::OpenApiFileError;
use crate::service::{ReferenceError, UnresolvedName};

/// Values that are well-formed and do not go together. The text is Docker's own where Docker has one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// No such mode.
    #[error("Unknown mode: {mode}, only replicated and global supported")]
    UnknownMode {
        /// What was given.
        mode: String,
    },
    /// A number of tasks where the number of nodes decides it.
    #[error("replicas can only be used with replicated or replicated-job mode")]
    ReplicasOfGlobal,
    /// A number of tasks for each node where there is one on each.
    #[error("replicas-max-per-node can only be used with replicated or replicated-job mode")]
    MaxPerNodeOfGlobal,
    /// A number of tasks at the same time where all run.
    #[error("max-concurrent can only be used with replicated-job mode")]
    ConcurrentOfNoJob,
    /// A job, which does not change while it runs.
    #[error("update and rollback configuration is not supported for jobs")]
    UpdateOfJob,
    /// A share that is no number. JSON has no notation for it.
    #[error("json: unsupported value: {value}")]
    Ratio {
        /// `NaN`, `+Inf` or `-Inf`.
        value: &'static str,
    },
    /// No health check, and what it should be like.
    #[error("--no-healthcheck conflicts with --health-* options")]
    HealthConflict,
    /// Generic resources that are no numbers.
    #[error(transparent)]
    GenericResource(#[from] GenericResourceError),
    /// A file of variables that cannot be opened.
    #[error("open {path}: {reason}")]
    EnvFileClosed {
        /// The file, as it was given.
        path: String,
        /// What the operating system says.
        reason: String,
    },
    /// A folder in place of a file of variables.
    #[error("invalid env file ({path}): read {path}: is a directory")]
    EnvFileFolder {
        /// The folder, as it was given.
        path: String,
    },
    /// A file of variables that holds something else.
    #[error("invalid env file ({path}): {error}")]
    EnvFile {
        /// The file, as it was given.
        path: String,
        /// What is wrong with it.
        error: EnvFileError,
    },
    /// Two secrets, or two configs, for one file.
    #[error("duplicate {kind} target for {source_name} not allowed")]
    DuplicateTarget {
        /// Which of the two they are.
        kind: FileKind,
        /// The second one.
        source_name: String,
    },
    /// A name that the engine does not know.
    #[error(transparent)]
    Unresolved(#[from] UnresolvedName),
    /// A network without a name.
    #[error("invalid network name or ID: value is empty")]
    EmptyNetwork,
    /// An image for which no registry can be told, and credentials are to be sent to it.
    #[error(transparent)]
    Image(#[from] ReferenceError),
    /// `--group` that may mean either.
    #[error("--group {} may mean an API group or a user group of the container", .groups.join(", "))]
    AmbiguousGroup {
        /// The words, in order.
        groups: Vec<String>,
    },
    /// An API group with a name that it cannot have.
    #[error("API group: {0}")]
    GroupName(NameError),
    /// A flag of an API group without the group.
    #[error("--{flag} needs an API group")]
    GroupMissing {
        /// The flag.
        flag: &'static str,
    },
    /// A member of an API group that has no name of its own.
    #[error("a service of an API group needs a name")]
    NameMissing,
    /// A member of an API group with a name that it cannot have.
    #[error("{0}")]
    ServiceName(NameError),
    /// Routes that are fine on their own.
    #[error("{}", all(.0))]
    Routes(Vec<RouteOptionError>),
    /// A label and a flag that stands for the same label.
    #[error("label {label} is {by_label:?}, but the flags say {by_flag:?}")]
    LabelConflict {
        /// The label.
        label: String,
        /// Its value.
        by_label: String,
        /// The value that the flag stands for.
        by_flag: String,
    },
    /// Nothing to take away.
    #[error(transparent)]
    GroupChange(#[from] GroupChangeError),
    /// Labels that begin with `smsvc.` and are wrong.
    #[error("{}", all(.0))]
    Labels(Vec<LabelError>),
    /// A description that gives no routes.
    #[error(transparent)]
    OpenApi(OpenApiFileError),
    /// A flag about a description that is not named.
    #[error("--{flag} is about a description, and --openapi names none")]
    OpenApiMissing {
        /// The flag.
        flag: &'static str,
    },
    /// Two endpoint modes.
    #[error("label smsvc.endpoint and --endpoint-mode ask for different endpoint modes")]
    EndpointConflict,
    /// A flag that the engine is too old for.
    #[error("\"--{flag}\" requires API version {needs}, but the Docker daemon API version is {has}")]
    ApiTooOld {
        /// The flag.
        flag: &'static str,
        /// The version that it needs.
        needs: ApiVersion,
        /// The engine's version.
        has: ApiVersion,
    },
}

impl RequestError {
    /// What would help.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::AmbiguousGroup { groups } => {
                let group = groups.first().map_or("NAME", String::as_str);
                Some(format!("write --user-group {group} or --api-group {group}"))
            }
            Self::OpenApi(error) => error.hint(),
            Self::OpenApiMissing { .. } => Some("add --openapi FILE".to_owned()),
            Self::GroupMissing { .. } => Some("add --api-group NAME".to_owned()),
            Self::NameMissing => Some("add --name NAME".to_owned()),
            Self::LabelConflict { .. } | Self::EndpointConflict => Some("give one of them only".to_owned()),
            _ => None,
        }
    }

    /// The stable code, where what is wrong has one.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::GroupName(_) | Self::ServiceName(_) => Some("E102"),
            Self::OpenApi(error) => Some(error.code()),
            Self::GroupChange(_) => Some("E306"),
            Self::Routes(errors) => errors.first().map(|error| error.error.problem.code()),
            Self::Labels(errors) => errors.first().map(LabelError::code),
            _ => None,
        }
    }
}
