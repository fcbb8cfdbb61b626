//! Carries out the steps of a plan, and nothing that is not in it.

mod gateway;
mod redefinition;

pub use gateway::{Drawn, make_part, remove_leftover};
pub use redefinition::{Credentials, StepError, execute_redefinition};

use crate::engine::{Engine, EngineError, ServiceChange};
use crate::plan::Step;

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The service's id.
    pub id: String,
    /// The engine's own warnings.
    pub warnings: Vec<String>,
}

/// Makes the one call that a step stands for. `auth` is the `X-Registry-Auth` header.
pub async fn execute(engine: &impl Engine, step: &Step, auth: Option<&str>) -> Result<Done, EngineError> {
    match step {
        Step::CreateService { spec, .. } => {
            let created = engine.create_service(spec, auth).await?;
            Ok(Done { id: created.id, warnings: created.warning.into_iter().collect() })
        }
        Step::UpdateService { id, version, spec, rollback, auth_from, .. } => {
            let change =
                ServiceChange { version: *version, auth, auth_from: *auth_from, rollback: *rollback };
            let warnings = engine.change_service(id, spec, change).await?;
            Ok(Done { id: id.clone(), warnings })
        }
        Step::RemoveService { name } => {
            engine.remove_service(name).await?;
            Ok(Done { id: name.clone(), warnings: Vec::new() })
        }
    }
}
