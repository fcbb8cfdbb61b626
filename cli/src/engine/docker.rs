//! The real engine.

use std::collections::BTreeMap;

use bollard::errors::Error as BollardError;
use bollard::models;
use bollard::query_parameters::InspectNetworkOptionsBuilder;
use bollard::{API_DEFAULT_VERSION, Docker as Bollard};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request, Response};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use smsvc_core::budget::{Addresses, Allocator, NodeFact};

use super::read::{
    available, escape, load_error, log_lines, malformed, message, network, node, parse_version, raw_service,
    refused,
};
use super::stream::Entries;
use super::transport::Transport;
use super::{
    Created, Endpoint, Engine, EngineError, Events, Filters, Image, Listed, Network, RegistryAuthFrom,
    ServiceChange, Task,
};
use crate::flags::ApiVersion;
use crate::json::Json;
use crate::service::{Platform, RawService};

/// The newest API version that we speak, as major and minor.
const NEWEST: (u16, u16) = (1, 52);
/// The oldest: engine 20.10.
const OLDEST: (u16, u16) = (1, 41);

/// The first API version in which the engine tells how many addresses of a network are free.
const COUNTING: (u16, u16) = (1, 52);

/// How long one call may take.
const TIMEOUT_SECONDS: u64 = 120;

/// All kinds of tasks: `GET /tasks` leaves the attachments of standalone containers out unless they are asked for.
const EVERY_TASK: &str =
    "/tasks?filters=%7B%22runtime%22%3A%5B%22container%22%2C%22%22%2C%22attachment%22%5D%7D";

/// A connection to an engine whose API version is agreed upon.
#[derive(Clone)]
pub struct Docker {
    transport: Transport,
    bollard: Bollard,
    address: String,
    /// The engine's newest API version.
    engine: (u16, u16),
    /// The API version that is spoken.
    spoken: (u16, u16),
}

impl Docker {
    /// Connects and agrees on an API version: the engine's newest, ours, or the one that the user wants.
    pub async fn connect(Endpoint { host, headers, version: wanted }: Endpoint) -> Result<Self, EngineError> {
        let address = host.address();
        let transport = Transport::new(host, headers);
        let bollard = Bollard::connect_with_custom_transport(
            transport.for_bollard(),
            Some("http://docker"),
            TIMEOUT_SECONDS,
            API_DEFAULT_VERSION,
        )
        .map_err(|error| EngineError::Unreachable { address: address.clone(), reason: error.to_string() })?;
        let mut docker = Self { transport, bollard, address, engine: NEWEST, spoken: NEWEST };
        docker.engine = docker.engine_version().await?;
        // As docker does, the variable may say `v1.44`.
        let wanted = wanted.as_deref().map(|version| version.trim_start_matches('v'));
        docker.spoken = wanted.and_then(parse_version).unwrap_or_else(|| docker.engine.min(NEWEST));
        let (major, minor) = docker.spoken;
        docker.transport.pin_version(format!("{major}.{minor}"));
        Ok(docker)
    }

    /// The newest API version of the engine, as major and minor: what its greeting says. As docker does, the greeting is
    /// asked for again in full where something between us and the engine does not pass a `HEAD` on.
    async fn engine_version(&self) -> Result<(u16, u16), EngineError> {
        let mut version = String::new();
        for method in [Method::HEAD, Method::GET] {
            let request = Request::builder()
                .method(method)
                .uri("/_ping")
                .body(Full::<Bytes>::default())
                .map_err(|error| malformed("GET /_ping", &error))?;
            let response = self.transport.send(request).await.map_err(|error| self.unreachable(&error))?;
            let header = response.headers().get("Api-Version").and_then(|value| value.to_str().ok());
            if let Some(told) = header {
                told.clone_into(&mut version);
                break;
            }
        }
        let Some(theirs) = parse_version(&version) else {
            return Err(EngineError::Malformed {
                call: "GET /_ping".to_owned(),
                reason: format!("no Api-Version header from {}; is this a Docker engine?", self.address),
            });
        };
        if theirs < OLDEST {
            return Err(EngineError::TooOld { version, minimum: "1.41 (Docker 20.10)" });
        }
        Ok(theirs)
    }

    /// One raw call; the answer's JSON.
    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        auth: Option<&str>,
    ) -> Result<T, EngineError> {
        let name = name_of(&method, path);
        let response = self.send(method, path, body, auth).await?;
        let body = self.whole(response).await?;
        // A removal is answered without a body.
        let body = if body.is_empty() { Bytes::from_static(b"null") } else { body };
        serde_json::from_slice(&body).map_err(|error| malformed(&name, &error))
    }

    /// A list that may be long: as [`Self::call`], read while it arrives.
    async fn entries<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, EngineError> {
        let name = name_of(&Method::GET, path);
        let mut body = self.send(Method::GET, path, None, None).await?.into_body();
        let mut entries = Entries::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| self.unreachable(&error))?;
            let arrived = frame.data_ref().map_or(&[][..], |data| data);
            entries.take(arrived).map_err(|error| malformed(&name, &error))?;
        }
        entries.end().map_err(|error| malformed(&name, &error))
    }

    /// Sends one raw call; an answer that is no refusal.
    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        auth: Option<&str>,
    ) -> Result<Response<Incoming>, EngineError> {
        let name = name_of(&method, path);
        let bytes = body.map(|value| Bytes::from(value.to_string())).unwrap_or_default();
        let mut request =
            Request::builder().method(method).uri(path).header(CONTENT_TYPE, "application/json");
        if let Some(auth) = auth {
            request = request.header("X-Registry-Auth", auth);
        }
        let request = request.body(Full::new(bytes)).map_err(|error| malformed(&name, &error))?;
        self.accepted(request).await
    }

    /// Sends one request; an answer that is no refusal.
    async fn accepted(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, EngineError> {
        let response = self.transport.send(request).await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        Err(refused(status.as_u16(), &message(&self.whole(response).await?)))
    }

    /// All bytes of an answer.
    async fn whole(&self, response: Response<Incoming>) -> Result<Bytes, EngineError> {
        let body = response.into_body().collect().await.map_err(|error| self.unreachable(&error))?;
        Ok(body.to_bytes())
    }

    /// Removes; what is gone already is as good as removed.
    async fn remove(&self, path: &str) -> Result<(), EngineError> {
        match self.call::<Value>(Method::DELETE, path, None, None).await {
            Err(EngineError::Refused { status: 404, .. }) => Ok(()),
            outcome => outcome.map(drop),
        }
    }

    /// Configs or secrets by name: the list that the engine's filter lets through.
    async fn named(&self, kind: &str, names: &[&str]) -> Result<BTreeMap<String, String>, EngineError> {
        let wanted: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), true.into())).collect();
        let filters = escape(&json!({ "name": wanted }).to_string());
        let found: Vec<Value> =
            self.call(Method::GET, &format!("/{kind}?filters={filters}"), None, None).await?;
        let text = |entry: &Value, path: &str| entry.pointer(path)?.as_str().map(str::to_owned);
        let pairs = found.iter().filter_map(|entry| Some((text(entry, "/Spec/Name")?, text(entry, "/ID")?)));
        Ok(pairs.collect())
    }

    fn unreachable(&self, error: &dyn std::error::Error) -> EngineError {
        let mut cause = error;
        while let Some(next) = cause.source() {
            cause = next;
        }
        EngineError::Unreachable { address: self.address.clone(), reason: cause.to_string() }
    }

    fn bollard_error(&self, call: &str, error: &BollardError) -> EngineError {
        match error {
            BollardError::DockerResponseServerError { status_code, message } => {
                refused(*status_code, message)
            }
            BollardError::IOError { err } => self.unreachable(err),
            error => malformed(call, error),
        }
    }
}

/// A call as messages name it.
fn name_of(method: &Method, path: &str) -> String {
    format!("{method} {}", path.split('?').next().unwrap_or(path))
}

impl Engine for Docker {
    fn api(&self) -> ApiVersion {
        let (major, minor) = self.spoken;
        ApiVersion { major, minor }
    }

    fn allocator(&self) -> Allocator {
        Allocator::of_api(self.engine.0.into(), self.engine.1.into())
    }

    async fn networks(&self) -> Result<Vec<Network>, EngineError> {
        let networks = self
            .bollard
            .list_networks(None)
            .await
            .map_err(|error| self.bollard_error("GET /networks", &error))?;
        Ok(networks.into_iter().filter_map(network).collect())
    }

    async fn network(&self, name: &str) -> Result<Option<Network>, EngineError> {
        let options = InspectNetworkOptionsBuilder::default().scope("swarm").build();
        match self.bollard.inspect_network(&escape(name), Some(options)).await {
            Ok(found) => Ok(network(models::Network {
                name: found.name,
                id: found.id,
                scope: found.scope,
                driver: found.driver,
                ipam: found.ipam,
                ingress: found.ingress,
                ..models::Network::default()
            })),
            Err(BollardError::DockerResponseServerError { status_code: 404, .. }) => Ok(None),
            Err(error) => Err(self.bollard_error("GET /networks", &error)),
        }
    }

    async fn available(&self, name: &str) -> Result<Option<Addresses>, EngineError> {
        if self.spoken < COUNTING {
            return Ok(None);
        }
        let path = format!("/networks/{}?scope=swarm", escape(name));
        match self.call::<Value>(Method::GET, &path, None, None).await {
            Ok(answer) => Ok(available(&answer, name)),
            Err(EngineError::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn configs(&self, names: &[&str]) -> Result<BTreeMap<String, String>, EngineError> {
        self.named("configs", names).await
    }

    async fn secrets(&self, names: &[&str]) -> Result<BTreeMap<String, String>, EngineError> {
        self.named("secrets", names).await
    }

    async fn services(&self) -> Result<Vec<RawService>, EngineError> {
        let services: Vec<Value> = self.entries("/services").await?;
        services.into_iter().map(|value| raw_service("GET /services", value)).collect()
    }

    async fn service(&self, id: &str) -> Result<Option<RawService>, EngineError> {
        match self.call::<Value>(Method::GET, &format!("/services/{}", escape(id)), None, None).await {
            Ok(value) => raw_service("GET /services", value).map(Some),
            Err(EngineError::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn tasks(&self) -> Result<Vec<Task>, EngineError> {
        self.entries(EVERY_TASK).await
    }

    async fn tasks_of(&self, service: &str) -> Result<Vec<Task>, EngineError> {
        let filters = serde_json::json!({ "service": [service], "_up-to-date": ["true"] }).to_string();
        self.call(Method::GET, &format!("/tasks?filters={}", escape(&filters)), None, None).await
    }

    async fn kept_tasks(&self, service: Option<&str>) -> Result<Vec<Task>, EngineError> {
        let mut filters = json!({ "desired-state": ["running"] });
        if let Some(service) = service {
            filters["service"] = json!([service]);
        }
        let path = format!("/tasks?filters={}", escape(&filters.to_string()));
        match self.entries(&path).await {
            // The service is gone, and its tasks are not kept.
            Err(EngineError::Refused { status: 404, .. }) if service.is_some() => Ok(Vec::new()),
            answer => answer,
        }
    }

    async fn events(&self) -> Result<Events, EngineError> {
        let path = format!("/events?filters={}", escape(&Events::filters().to_string()));
        Ok(Events::read(self.send(Method::GET, &path, None, None).await?.into_body()))
    }

    async fn nodes(&self) -> Result<Vec<NodeFact>, EngineError> {
        let nodes =
            self.bollard.list_nodes(None).await.map_err(|error| self.bollard_error("GET /nodes", &error))?;
        Ok(nodes.into_iter().filter_map(node).collect())
    }

    async fn image(&self, reference: &str, auth: Option<&str>) -> Result<Image, EngineError> {
        // A reference's slashes are part of the path; bollard's call can send no registry token of ours.
        let found: models::DistributionInspect =
            self.call(Method::GET, &format!("/distribution/{reference}/json"), None, auth).await?;
        let platforms = found.platforms.into_iter().map(|platform| Platform {
            architecture: platform.architecture.unwrap_or_default(),
            os: platform.os.unwrap_or_default(),
        });
        Ok(Image { digest: found.descriptor.digest.unwrap_or_default(), platforms: platforms.collect() })
    }

    async fn has_image(&self, reference: &str) -> Result<bool, EngineError> {
        match self.call::<Value>(Method::GET, &format!("/images/{reference}/json"), None, None).await {
            Ok(_) => Ok(true),
            Err(EngineError::Refused { status: 404, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn list(&self, what: Listed, filters: &Filters) -> Result<Vec<Value>, EngineError> {
        self.entries(&what.path(filters)).await
    }

    async fn service_text(&self, name: &str) -> Result<Option<Json>, EngineError> {
        let path = format!("/services/{}?insertDefaults=true", escape(name));
        match self.call(Method::GET, &path, None, None).await {
            Ok(service) => Ok(Some(service)),
            Err(EngineError::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn info(&self) -> Result<Value, EngineError> {
        self.call(Method::GET, "/info", None, None).await
    }

    async fn network_inspected(&self, id: &str) -> Result<Option<Value>, EngineError> {
        match self.call(Method::GET, &format!("/networks/{}", escape(id)), None, None).await {
            Ok(network) => Ok(Some(network)),
            Err(EngineError::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn create_network(&self, body: &Value) -> Result<String, EngineError> {
        let answer: Value = self.call(Method::POST, "/networks/create", Some(body), None).await?;
        answer["Id"].as_str().map(str::to_owned).ok_or_else(|| EngineError::Malformed {
            call: "POST /networks/create".to_owned(),
            reason: "no Id".to_owned(),
        })
    }

    async fn remove_network(&self, id: &str) -> Result<(), EngineError> {
        self.remove(&format!("/networks/{}", escape(id))).await
    }

    async fn create_config(&self, spec: &Value) -> Result<String, EngineError> {
        let answer: Value = self.call(Method::POST, "/configs/create", Some(spec), None).await?;
        answer["ID"].as_str().map(str::to_owned).ok_or_else(|| EngineError::Malformed {
            call: "POST /configs/create".to_owned(),
            reason: "no ID".to_owned(),
        })
    }

    async fn remove_config(&self, id: &str) -> Result<(), EngineError> {
        self.remove(&format!("/configs/{}", escape(id))).await
    }

    async fn create_secret(&self, spec: &Value) -> Result<String, EngineError> {
        let answer: Value = self.call(Method::POST, "/secrets/create", Some(spec), None).await?;
        answer["ID"].as_str().map(str::to_owned).ok_or_else(|| EngineError::Malformed {
            call: "POST /secrets/create".to_owned(),
            reason: "no ID".to_owned(),
        })
    }

    async fn remove_secret(&self, id: &str) -> Result<(), EngineError> {
        self.remove(&format!("/secrets/{}", escape(id))).await
    }

    async fn image_id(&self, reference: &str) -> Result<Option<String>, EngineError> {
        match self.call::<Value>(Method::GET, &format!("/images/{reference}/json"), None, None).await {
            Ok(image) => Ok(image["Id"].as_str().map(str::to_owned)),
            Err(EngineError::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn load_image(&self, archive: Vec<u8>) -> Result<(), EngineError> {
        let call = "POST /images/load";
        let request = Request::post("/images/load?quiet=1")
            .header(CONTENT_TYPE, "application/x-tar")
            .body(Full::new(Bytes::from(archive)))
            .map_err(|error| malformed(call, &error))?;
        let answer = self.whole(self.accepted(request).await?).await?;
        // The engine answers 200 before it reads the archive, and says in the answer what is wrong with it.
        match load_error(&answer) {
            None => Ok(()),
            Some(message) => Err(EngineError::Refused { status: 200, message }),
        }
    }

    async fn remove_image(&self, reference: &str) -> Result<(), EngineError> {
        self.remove(&format!("/images/{reference}")).await
    }

    async fn service_log(&self, id: &str, lines: usize) -> Result<String, EngineError> {
        let path =
            format!("/services/{}/logs?stdout=true&stderr=true&timestamps=true&tail={lines}", escape(id));
        let request = Request::get(&path)
            .body(Full::default())
            .map_err(|error| malformed(&name_of(&Method::GET, &path), &error))?;
        Ok(log_lines(&self.whole(self.accepted(request).await?).await?))
    }

    async fn change_service(
        &self,
        id: &str,
        spec: &Value,
        change: ServiceChange<'_>,
    ) -> Result<Vec<String>, EngineError> {
        let mut path = format!("/services/{}/update?version={}", escape(id), change.version);
        if let Some(RegistryAuthFrom::Spec) = change.auth_from {
            path.push_str("&registryAuthFrom=spec");
        }
        if change.rollback {
            path.push_str("&rollback=previous");
        }
        let answer: Value = self.call(Method::POST, &path, Some(spec), change.auth).await?;
        let warnings = answer["Warnings"].as_array().into_iter().flatten();
        Ok(warnings.filter_map(Value::as_str).map(str::to_owned).collect())
    }

    async fn remove_service(&self, id: &str) -> Result<(), EngineError> {
        self.call::<Value>(Method::DELETE, &format!("/services/{}", escape(id)), None, None).await.map(drop)
    }

    async fn create_service(&self, spec: &Value, auth: Option<&str>) -> Result<Created, EngineError> {
        let answer: Value = self.call(Method::POST, "/services/create", Some(spec), auth).await?;
        let text = |key: &str| answer.get(key).and_then(Value::as_str).map(str::to_owned);
        let id = text("ID").ok_or_else(|| EngineError::Malformed {
            call: "POST /services/create".to_owned(),
            reason: "no ID".to_owned(),
        })?;
        // The API documents `Warning`; newer engines send a list.
        let warning = text("Warning").or_else(|| {
            Some(
                answer
                    .get("Warnings")?
                    .as_array()?
                    .iter()
                    .filter_map(Value::as_str)
                    .collect::<Vec<_>>()
                    .join("; "),
            )
        });
        Ok(Created { id, warning: warning.filter(|text| !text.is_empty()) })
    }
}
