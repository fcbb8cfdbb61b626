//! The Docker engine: how it is reached, what is asked of it, what it answers.
//!
//! [`Engine`] is all that the rest of the plugin knows of it. [`Docker`] is the real one; tests put their own
//! behind the same trait. Services stay raw JSON, because typed models lose health checks and whatever a newer engine
//! adds, and tasks are read into a type of ours that has their addresses; networks and nodes go through bollard over
//! the same connections.

mod config_formats;
mod custom_headers;
mod docker;
mod events;
#[cfg(test)]
pub(crate) mod fake;
pub mod host;
mod list;
mod read;
pub mod registry;
mod stream;
mod swarm;
mod transport;

use std::collections::BTreeMap;

use serde_json::Value;
use smsvc_core::budget::{Addresses, Allocator, NodeFact};
use thiserror::Error;

pub use config_formats::ConfigFormats;
pub use custom_headers::CustomHeaderError;
pub use docker::Docker;
pub use events::{Event, Events};
pub use host::{Endpoint, Host, HostError, Surroundings};
pub use list::{Filters, Listed};
pub use swarm::{
    AttachedNetwork, Attachment, Created, Image, JobIteration, Network, Task, TaskStatus, Wanted,
    WantedNetwork,
};

use crate::flags::ApiVersion;
use crate::json::Json;
use crate::service::RawService;

/// What the plugin needs of a swarm manager's API (1.41 or newer).
pub trait Engine: Send + Sync {
    /// The API version that is spoken.
    fn api(&self) -> ApiVersion;

    /// The address allocator that engines of this API version run.
    fn allocator(&self) -> Allocator;

    /// `GET /networks`: every network that the manager knows, node-local ones included.
    fn networks(&self) -> impl Future<Output = Result<Vec<Network>, EngineError>> + Send;

    /// `GET /networks/{name}?scope=swarm`: the network that a service means when it says `name`, which may be an
    /// id or the unambiguous beginning of one. `None` where there is no such network in the swarm.
    fn network(&self, name: &str) -> impl Future<Output = Result<Option<Network>, EngineError>> + Send;

    /// `GET /networks/{name}?scope=swarm`: how many addresses the engine itself counts as free on the network with
    /// this very name. `None` before API 1.52, and for a network that it has not allocated.
    fn available(&self, name: &str) -> impl Future<Output = Result<Option<Addresses>, EngineError>> + Send;

    /// `GET /configs?filters={"name":{…}}`: the ids of the configs with these names. Names that there are not are
    /// left out, and names that only begin with one of these may be among them.
    fn configs(
        &self,
        names: &[&str],
    ) -> impl Future<Output = Result<BTreeMap<String, String>, EngineError>> + Send;

    /// `GET /secrets?filters={"name":{…}}`: as [`Self::configs`].
    fn secrets(
        &self,
        names: &[&str],
    ) -> impl Future<Output = Result<BTreeMap<String, String>, EngineError>> + Send;

    /// `GET /services`.
    fn services(&self) -> impl Future<Output = Result<Vec<RawService>, EngineError>> + Send;

    /// `GET /services/{id}`. `None` where it is gone.
    fn service(&self, id: &str) -> impl Future<Output = Result<Option<RawService>, EngineError>> + Send;

    /// `GET /tasks`, the attachments of standalone containers included.
    fn tasks(&self) -> impl Future<Output = Result<Vec<Task>, EngineError>> + Send;

    /// `GET /tasks` of one service, as far as they are of its present specification.
    fn tasks_of(&self, service: &str) -> impl Future<Output = Result<Vec<Task>, EngineError>> + Send;

    /// `GET /tasks` of one service, or of all: the tasks that the swarm means to keep running, whatever they do now.
    fn kept_tasks(
        &self,
        service: Option<&str>,
    ) -> impl Future<Output = Result<Vec<Task>, EngineError>> + Send;

    /// `GET /events`: what happens from now on to services, networks and nodes of the swarm, and to containers of the
    /// engine that is asked. The API tells nothing of tasks on other nodes.
    fn events(&self) -> impl Future<Output = Result<Events, EngineError>> + Send;

    /// `GET /nodes`.
    fn nodes(&self) -> impl Future<Output = Result<Vec<NodeFact>, EngineError>> + Send;

    /// `GET /distribution/{reference}/json`: digest and platforms, as the image's registry tells them.
    fn image(
        &self,
        reference: &str,
        auth: Option<&str>,
    ) -> impl Future<Output = Result<Image, EngineError>> + Send;

    /// `GET /images/{reference}/json`: whether the engine that is asked has the image itself.
    fn has_image(&self, reference: &str) -> impl Future<Output = Result<bool, EngineError>> + Send;

    /// One of the engine's lists, each entry as the engine describes it, narrowed down by the engine.
    fn list(
        &self,
        what: Listed,
        filters: &Filters,
    ) -> impl Future<Output = Result<Vec<Value>, EngineError>> + Send;

    /// `GET /services/{id}?insertDefaults=true`, with its members in the engine's order: the service with this
    /// id, name, or beginning of an id. `None` where there is none.
    fn service_text(&self, name: &str) -> impl Future<Output = Result<Option<Json>, EngineError>> + Send;

    /// `GET /info`: what the engine says of itself and of its place in the swarm.
    fn info(&self) -> impl Future<Output = Result<Value, EngineError>> + Send;

    /// `GET /networks/{id}`, as the engine describes it: by id, or by a name. `None` where there is none.
    fn network_inspected(&self, id: &str) -> impl Future<Output = Result<Option<Value>, EngineError>> + Send;

    /// `POST /networks/create`: the id of the new network. The engine gives it its address ranges a moment later.
    fn create_network(&self, body: &Value) -> impl Future<Output = Result<String, EngineError>> + Send;

    /// `DELETE /networks/{id}`. One that is gone already is not an error.
    fn remove_network(&self, id: &str) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// `POST /configs/create`: the id of the new config. The engine refuses a name that is taken (409), and that is
    /// atomic over the whole swarm.
    fn create_config(&self, spec: &Value) -> impl Future<Output = Result<String, EngineError>> + Send;

    /// `DELETE /configs/{id}`. One that is gone already is not an error.
    fn remove_config(&self, id: &str) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// `POST /secrets/create`: the id of the new secret. The engine refuses a name that is taken (409).
    fn create_secret(&self, spec: &Value) -> impl Future<Output = Result<String, EngineError>> + Send;

    /// `DELETE /secrets/{id}`. One that is gone already is not an error.
    fn remove_secret(&self, id: &str) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// `GET /images/{reference}/json`: the id of an image that the engine which is asked has itself.
    fn image_id(&self, reference: &str) -> impl Future<Output = Result<Option<String>, EngineError>> + Send;

    /// `POST /images/load`: an archive as `docker save` writes it.
    fn load_image(&self, archive: Vec<u8>) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// `DELETE /images/{reference}`. One that is gone already is not an error.
    fn remove_image(&self, reference: &str) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// `GET /services/{id}/logs`: the last lines of what its tasks have written, with the time of each.
    fn service_log(&self, id: &str, lines: usize)
    -> impl Future<Output = Result<String, EngineError>> + Send;

    /// `POST /services/create`. `spec` is sent as it is; `auth` becomes the `X-Registry-Auth` header.
    fn create_service(
        &self,
        spec: &Value,
        auth: Option<&str>,
    ) -> impl Future<Output = Result<Created, EngineError>> + Send;

    /// `POST /services/{id}/update`: the engine's warnings. `spec` is sent as it is.
    fn change_service(
        &self,
        id: &str,
        spec: &Value,
        change: ServiceChange<'_>,
    ) -> impl Future<Output = Result<Vec<String>, EngineError>> + Send;

    /// `DELETE /services/{id}`. Its tasks stop after that.
    fn remove_service(&self, id: &str) -> impl Future<Output = Result<(), EngineError>> + Send;
}

/// Which of the specs that the engine keeps of a service has the credentials to go on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegistryAuthFrom {
    /// `registryAuthFrom=spec`: the current one.
    Spec,
}

/// How a service is changed (`POST /services/{id}/update`).
#[derive(Debug, Clone, Copy, Default)]
pub struct ServiceChange<'a> {
    /// The version index that the change was made from. The engine refuses one that is out of date.
    pub version: u64,
    /// The `X-Registry-Auth` header. Without one the service keeps the credentials that it has.
    pub auth: Option<&'a str>,
    /// Whose credentials the engine goes on with where it gets none; its own choice where this is `None`.
    pub auth_from: Option<RegistryAuthFrom>,
    /// `rollback=previous`: the engine takes the spec before this one, whatever is sent.
    pub rollback: bool,
}

/// Why the engine gave no answer, or not the one that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EngineError {
    /// No connection.
    #[error("cannot connect to the Docker engine at {address}: {reason}")]
    Unreachable {
        /// Where it was looked for.
        address: String,
        /// What the operating system says.
        reason: String,
    },
    /// The engine refused: its own words.
    #[error("{message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The engine's message.
        message: String,
    },
    /// The engine is in no swarm, or is a worker.
    #[error("this node is not a swarm manager")]
    NotAManager,
    /// An engine too old for what is asked of it.
    #[error("the engine speaks API {version}, at least {minimum} is needed")]
    TooOld {
        /// The engine's newest API version.
        version: String,
        /// The lowest that will do.
        minimum: &'static str,
    },
    /// An answer that is not what the API documents.
    #[error("{call}: {reason}")]
    Malformed {
        /// The call, as `GET /tasks`.
        call: String,
        /// What is wrong with the answer.
        reason: String,
    },
}

impl EngineError {
    /// Whether a change was made from a version that is not that of the object any more (swarmkit `manager/state/store`,
    /// `ErrSequenceConflict`).
    pub fn is_out_of_sequence(&self) -> bool {
        matches!(self, Self::Refused { message, .. } if message.contains("out of sequence"))
    }
}
