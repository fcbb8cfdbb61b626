//! An engine for unit tests: a snapshot that answers, or a refusal to answer at all.

use serde_json::Value;
use smsvc_core::budget::{Allocator, NodeFact};

use super::{Created, Engine, EngineError, Image, Network, Task};
use crate::observe::Swarm;
use crate::service::RawService;

/// Answers from a snapshot; without one every call fails as if the engine were gone.
pub(crate) struct Fake(pub(crate) Option<Swarm>);

impl Fake {
    fn swarm(&self) -> Result<&Swarm, EngineError> {
        self.0.as_ref().ok_or_else(|| EngineError::Unreachable {
            address: "unix:///gone".to_owned(),
            reason: "Connection refused".to_owned(),
        })
    }
}

impl Engine for Fake {
    fn allocator(&self) -> Allocator {
        Allocator::of_api(1, 41)
    }

    async fn networks(&self) -> Result<Vec<Network>, EngineError> {
        Ok(self.swarm()?.networks.clone())
    }

    async fn network(&self, name: &str) -> Result<Option<Network>, EngineError> {
        Ok(self.swarm()?.networks.iter().find(|network| network.name == name).cloned())
    }

    async fn services(&self) -> Result<Vec<RawService>, EngineError> {
        Ok(self.swarm()?.services.clone())
    }

    async fn service(&self, id: &str) -> Result<Option<RawService>, EngineError> {
        Ok(self.swarm()?.services.iter().find(|service| service.id() == id).cloned())
    }

    async fn tasks(&self) -> Result<Vec<Task>, EngineError> {
        Ok(self.swarm()?.tasks.clone())
    }

    async fn tasks_of(&self, service: &str) -> Result<Vec<Task>, EngineError> {
        Ok(self.swarm()?.tasks.iter().filter(|task| task.service == service).cloned().collect())
    }

    async fn nodes(&self) -> Result<Vec<NodeFact>, EngineError> {
        Ok(self.swarm()?.nodes.clone())
    }

    async fn image(&self, _reference: &str, _auth: Option<&str>) -> Result<Image, EngineError> {
        self.swarm().map(|_| Image::default())
    }

    async fn create_service(&self, _spec: &Value, _auth: Option<&str>) -> Result<Created, EngineError> {
        self.swarm().map(|_| Created { id: "created".to_owned(), warning: None })
    }
}
