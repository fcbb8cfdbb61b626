//! Carries out the steps of a plan, and nothing that is not in it.

mod redefinition;

pub use redefinition::{Credentials, StepError, execute_redefinition};

use crate::engine::{Created, Engine, EngineError};
use crate::plan::Step;

/// Makes the one call that a step stands for. `auth` is the `X-Registry-Auth` header.
pub async fn execute(engine: &impl Engine, step: &Step, auth: Option<&str>) -> Result<Created, EngineError> {
    match step {
        Step::CreateService { spec, .. } => engine.create_service(spec, auth).await,
    }
}
