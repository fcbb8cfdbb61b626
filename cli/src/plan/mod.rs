//! Decides what to change, from a snapshot alone. No I/O: the source check holds it to that.
//!
//! A plan is the decisions, with their reasons, and the typed steps that follow from them, each one API call. The same
//! plan is shown by `--dry-run` and executed without it.

pub mod advise;
pub mod check;
mod create;
pub mod free_range;
pub mod gateway;
mod publish;
pub mod redefine;
mod refusal;
pub mod restore;
pub mod size;
mod update;

use serde_json::Value;

use crate::engine::RegistryAuthFrom;

pub use create::{Cost, CreatePlan, create};
pub use publish::Publication;
pub use refusal::{BudgetRefusal, RefusingNetwork};
pub use update::{Counted, Moded, UpdateNotice, UpdatePlan, replaces_tasks, roll_back, scale, update};

/// One change: one call to the engine.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// `POST /services/create`.
    CreateService {
        /// The service's name; empty where the engine is to choose one.
        name: String,
        /// The whole spec.
        spec: Value,
    },
    /// `POST /services/{id}/update`.
    UpdateService {
        /// The service's id.
        id: String,
        /// The service's name.
        name: String,
        /// The version that the spec was made from.
        version: u64,
        /// The spec as it is.
        before: Value,
        /// The spec as it will be, apart from what a rollback puts in its place.
        after: Value,
        /// What is sent: `after`, or for a rollback what is to be replaced by it.
        spec: Value,
        /// Whether the engine is to go back to the previous spec.
        rollback: bool,
        /// Whose credentials the engine goes on with.
        auth_from: Option<RegistryAuthFrom>,
    },
    /// `DELETE /services/{name}`.
    RemoveService {
        /// The service as the user calls it.
        name: String,
    },
}

impl Step {
    /// The name of the service; empty where the engine is to choose one.
    pub fn service(&self) -> &str {
        match self {
            Self::CreateService { name, .. }
            | Self::UpdateService { name, .. }
            | Self::RemoveService { name } => name,
        }
    }
}
