//! The calls of a redefinition.

use std::collections::BTreeMap;

use crate::dump::{Missing, Names};
use crate::engine::{Engine, EngineError, ServiceChange};
use crate::plan::redefine::Step;

/// `X-Registry-Auth` headers by image, for services that are made anew.
pub type Credentials = BTreeMap<String, String>;

/// Why a step was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepError {
    /// The engine refused, or is away.
    Engine(EngineError),
    /// A spec names what the swarm does not have.
    Missing(Vec<Missing>),
}

impl From<EngineError> for StepError {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

/// Makes the one call that a step stands for; the engine's warnings.
pub async fn execute_redefinition(
    engine: &impl Engine,
    step: &Step,
    names: &Names,
    credentials: &Credentials,
) -> Result<Vec<String>, StepError> {
    match step {
        // One that went between the look and the call is gone as it should be.
        Step::RemoveService { id, .. } => match engine.remove_service(id).await {
            Err(EngineError::Refused { status: 404, .. }) => Ok(Vec::new()),
            outcome => Ok(outcome.map(|()| Vec::new())?),
        },
        Step::RemoveNetwork { id, .. } => Ok(engine.remove_network(id).await.map(|()| Vec::new())?),
        Step::CreateNetwork { definition } => {
            Ok(engine.create_network(definition.body()).await.map(|_| Vec::new())?)
        }
        Step::CreateService { spec, .. } => {
            let spec = names.by_id(spec).map_err(StepError::Missing)?;
            let image = spec.pointer("/TaskTemplate/ContainerSpec/Image").and_then(serde_json::Value::as_str);
            let auth = image.and_then(|image| credentials.get(image)).map(String::as_str);
            Ok(engine.create_service(&spec, auth).await?.warning.into_iter().collect())
        }
        // The service keeps the credentials that it has.
        Step::MoveService { id, version, spec, .. } => {
            let spec = names.by_id(spec).map_err(StepError::Missing)?;
            let change = ServiceChange { version: *version, ..ServiceChange::default() };
            Ok(engine.change_service(id, &spec, change).await?)
        }
    }
}
