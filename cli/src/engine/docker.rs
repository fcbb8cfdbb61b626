//! The real engine.

use bollard::errors::Error as BollardError;
use bollard::models;
use bollard::query_parameters::InspectNetworkOptionsBuilder;
use bollard::{API_DEFAULT_VERSION, Docker as Bollard};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use smsvc_core::budget::{Allocator, NodeAttributes, NodeFact, NodeId, Subnet};

use super::transport::Transport;
use super::{Created, Engine, EngineError, Host, Image, Network, Task};
use crate::service::{Platform, RawService};

/// The newest API version that we speak, as major and minor.
const NEWEST: (u16, u16) = (1, 52);
/// The oldest: engine 20.10.
const OLDEST: (u16, u16) = (1, 41);

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
    /// Connects and agrees on an API version: the engine's newest, ours, or the one that `wanted`
    /// (`DOCKER_API_VERSION`) names.
    pub async fn connect(host: Host, wanted: Option<&str>) -> Result<Self, EngineError> {
        let address = host.address();
        let transport = Transport::new(host);
        let bollard = Bollard::connect_with_custom_transport(
            transport.for_bollard(),
            Some("http://docker"),
            TIMEOUT_SECONDS,
            API_DEFAULT_VERSION,
        )
        .map_err(|error| EngineError::Unreachable { address: address.clone(), reason: error.to_string() })?;
        let mut docker = Self { transport, bollard, address, engine: NEWEST, spoken: NEWEST };
        docker.engine = docker.engine_version().await?;
        docker.spoken = wanted.and_then(parse_version).unwrap_or_else(|| docker.engine.min(NEWEST));
        let (major, minor) = docker.spoken;
        docker.transport.pin_version(format!("{major}.{minor}"));
        Ok(docker)
    }

    /// The API version that is spoken, as major and minor.
    pub fn api(&self) -> (u16, u16) {
        self.spoken
    }

    /// The newest API version of the engine, as major and minor.
    async fn engine_version(&self) -> Result<(u16, u16), EngineError> {
        let request = Request::get("/_ping")
            .body(Full::<Bytes>::default())
            .map_err(|error| malformed("GET /_ping", &error))?;
        let response = self.transport.send(request).await.map_err(|error| self.unreachable(&error))?;
        let version = response
            .headers()
            .get("Api-Version")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
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
        let name = format!("{method} {}", path.split('?').next().unwrap_or(path));
        let bytes = body.map(|value| Bytes::from(value.to_string())).unwrap_or_default();
        let mut request =
            Request::builder().method(method).uri(path).header(CONTENT_TYPE, "application/json");
        if let Some(auth) = auth {
            request = request.header("X-Registry-Auth", auth);
        }
        let request = request.body(Full::new(bytes)).map_err(|error| malformed(&name, &error))?;
        let response = self.transport.send(request).await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(|error| self.unreachable(&error))?.to_bytes();
        if !status.is_success() {
            return Err(refused(status.as_u16(), &message(&body)));
        }
        serde_json::from_slice(&body).map_err(|error| malformed(&name, &error))
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

impl Engine for Docker {
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

    async fn services(&self) -> Result<Vec<RawService>, EngineError> {
        let services: Vec<Value> = self.call(Method::GET, "/services", None, None).await?;
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
        self.call(Method::GET, EVERY_TASK, None, None).await
    }

    async fn tasks_of(&self, service: &str) -> Result<Vec<Task>, EngineError> {
        let filters = serde_json::json!({ "service": [service] }).to_string();
        self.call(Method::GET, &format!("/tasks?filters={}", escape(&filters)), None, None).await
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

/// `1.41`.
fn parse_version(text: &str) -> Option<(u16, u16)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn raw_service(call: &str, value: Value) -> Result<RawService, EngineError> {
    RawService::new(value).map_err(|error| malformed(call, &error))
}

/// `None` for an entry without id or name, which no engine sends.
fn network(raw: models::Network) -> Option<Network> {
    let subnets =
        raw.ipam.and_then(|ipam| ipam.config).unwrap_or_default().into_iter().filter_map(|config| {
            let gateway = config.gateway.unwrap_or_default();
            // Some engines append the prefix length to the gateway.
            let gateway = gateway.split('/').next().unwrap_or_default();
            Subnet::parse(&config.subnet?, &config.ip_range.unwrap_or_default(), gateway).ok()
        });
    Some(Network {
        id: raw.id?,
        name: raw.name?,
        driver: raw.driver.unwrap_or_default(),
        swarm: raw.scope.as_deref() == Some("swarm"),
        ingress: raw.ingress.unwrap_or_default(),
        subnets: subnets.collect(),
    })
}

fn node(raw: models::Node) -> Option<NodeFact> {
    let status = raw.status.unwrap_or_default();
    let spec = raw.spec.unwrap_or_default();
    let description = raw.description.unwrap_or_default();
    let platform = description.platform.unwrap_or_default();
    let engine = description.engine.unwrap_or_default();
    Some(NodeFact {
        id: NodeId::new(raw.id?),
        ready: status.state == Some(models::NodeState::READY),
        active: spec.availability == Some(models::NodeSpecAvailabilityEnum::ACTIVE),
        attributes: NodeAttributes {
            hostname: description.hostname.unwrap_or_default(),
            address: status.addr.unwrap_or_default(),
            role: spec.role.map(|role| role.to_string()).unwrap_or_default(),
            os: platform.os.unwrap_or_default(),
            architecture: platform.architecture.unwrap_or_default(),
            labels: spec.labels.unwrap_or_default().into_iter().collect(),
            engine_labels: engine.labels.unwrap_or_default().into_iter().collect(),
        },
    })
}

fn message(body: &[u8]) -> String {
    serde_json::from_slice::<Value>(body)
        .ok()
        .and_then(|value| Some(value.get("message")?.as_str()?.trim().to_owned()))
        .unwrap_or_else(|| String::from_utf8_lossy(body).trim().to_owned())
}

/// The engine answers 503 to swarm calls that it cannot serve: no swarm, a worker, or a swarm without a leader.
fn refused(status: u16, message: &str) -> EngineError {
    if status == StatusCode::SERVICE_UNAVAILABLE.as_u16() && message.contains("not a swarm manager") {
        return EngineError::NotAManager;
    }
    EngineError::Refused { status, message: message.to_owned() }
}

fn malformed(call: &str, error: &dyn std::fmt::Display) -> EngineError {
    EngineError::Malformed { call: call.to_owned(), reason: error.to_string() }
}

/// Percent-encodes everything that could end a path segment or a query value.
fn escape(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::with_capacity(text.len()), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _infallible = write!(escaped, "%{byte:02X}");
        }
        escaped
    })
}
