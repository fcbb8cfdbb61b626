//! Decides what to change, from a snapshot alone. No I/O: the source check holds it to that.
//!
//! A plan is the decisions, with their reasons, and the typed steps that follow from them, each one API call. The same
//! plan is shown by `--dry-run` and executed without it.

pub mod check;
mod create;
pub mod redefine;
mod refusal;
pub mod restore;

use serde_json::Value;

pub use create::{Cost, CreatePlan, create};
pub use refusal::{BudgetRefusal, RefusingNetwork};

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
}
