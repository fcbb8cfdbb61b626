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

/// How often a change is sent whose service gets another version meanwhile, and no other spec.
const TRIES: usize = 3;

/// Makes the one call that a step stands for. `auth` is the `X-Registry-Auth` header.
///
/// While a service is updated the engine notes in it how far it is, which gives it another version each time. What a plan was
/// made from is its spec: as long as that is the same, the change is sent again for the version of now.
pub async fn execute(engine: &impl Engine, step: &Step, auth: Option<&str>) -> Result<Done, EngineError> {
    match step {
        Step::CreateService { spec, .. } => {
            let created = engine.create_service(spec, auth).await?;
            Ok(Done { id: created.id, warnings: created.warning.into_iter().collect() })
        }
        Step::UpdateService { id, version, before, spec, rollback, auth_from, .. } => {
            let mut version = *version;
            let mut tries = 1;
            loop {
                let change = ServiceChange { version, auth, auth_from: *auth_from, rollback: *rollback };
                match engine.change_service(id, spec, change).await {
                    Ok(warnings) => return Ok(Done { id: id.clone(), warnings }),
                    Err(error) if error.is_out_of_sequence() && tries < TRIES => {
                        let now = engine.service(id).await?.filter(|now| now.spec() == before);
                        version = now.ok_or(error)?.version();
                        tries += 1;
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        Step::RemoveService { name } => {
            engine.remove_service(name).await?;
            Ok(Done { id: name.clone(), warnings: Vec::new() })
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::engine::fake::Fake;
    use crate::observe::Swarm;

    fn update(swarm: &Swarm, change: impl Fn(&mut Step)) -> Step {
        let service = &swarm.services[0];
        let mut step = Step::UpdateService {
            id: service.id().to_owned(),
            name: service.name().to_owned(),
            version: service.version() + 1,
            before: service.spec().clone(),
            after: json!({}),
            spec: json!({}),
            rollback: false,
            auth_from: None,
        };
        change(&mut step);
        step
    }

    #[tokio::test]
    async fn a_service_whose_version_alone_has_moved_on_is_changed() {
        let swarm =
            Swarm::sample().with_network("front", "10.1.0.0/24").with_service("s", "vip", 1, "front", &[]);
        let step = update(&swarm, |_| ());
        let engine = Fake::of(swarm);
        assert!(execute(&engine, &step, None).await.is_ok());
        let calls = ["POST /services/{id}/update", "GET /services/{id}", "POST /services/{id}/update"];
        assert_eq!(engine.calls(), calls);
    }

    #[tokio::test]
    async fn a_service_that_somebody_else_has_changed_is_left_alone() {
        let swarm =
            Swarm::sample().with_network("front", "10.1.0.0/24").with_service("s", "vip", 1, "front", &[]);
        let step = update(&swarm, |step| {
            if let Step::UpdateService { before, .. } = step {
                before["Labels"]["theirs"] = "1".into();
            }
        });
        let error = execute(&Fake::of(swarm), &step, None).await.unwrap_err();
        assert!(error.is_out_of_sequence(), "{error}");
    }
}
