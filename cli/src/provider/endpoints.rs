//! What can be asked, and by whom. Everything is read from the board, but numbers and address maps, which are made of fresh
//! lists: they depend on more of the swarm than the document does.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::serve::IncomingStream;
use serde_json::{Value, json};
use smsvc_core::table::Rules;
use tokio::net::TcpListener;
use tokio::time::{Instant, timeout};

use super::access::{self, Secret};
use super::board::Board;
use super::document::Published;
use super::metrics::{self, Metrics};
use super::readers::{Got, Readers};
use super::tls::TlsListener;
use super::{page, view};
use crate::args::{Format, HeaderField, TestArgs, Url};
use crate::commands::{Around, Thought, thought};
use crate::engine::{Engine, Network};
use crate::error::Error;
use crate::observe::Swarm;
use crate::report::{answered_by_traefik, explanation_value};

/// How long whoever asks for numbers or maps waits for the engine.
const PATIENCE: Duration = Duration::from_secs(8);

/// What the handlers share.
pub(super) struct Provider<E> {
    pub(super) board: Board<E>,
    pub(super) metrics: Metrics,
    pub(super) readers: Readers,
}

/// Whoever asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(IpAddr);

impl Connected<IncomingStream<'_, TcpListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Self {
        Self(stream.remote_addr().ip())
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        Self(stream.remote_addr().ip())
    }
}

type Shared<E> = State<Arc<Provider<E>>>;

/// All paths. Other methods than GET and HEAD are answered with 405.
pub(super) fn router<E: Engine + 'static>(provider: Arc<Provider<E>>, secret: Option<Secret>) -> Router {
    Router::new()
        .route("/", get(page::document))
        .route("/page.css", get(page::style))
        .route("/page.js", get(page::script))
        .route("/traefik", get(configuration::<E>))
        .route("/metrics", get(numbers::<E>))
        .route("/api/state", get(state::<E>))
        .route("/api/view", get(shown::<E>))
        .route("/api/decide", get(decide::<E>))
        .layer(from_fn_with_state(secret, access::guard))
        // It tells nothing that anyone might not know.
        .route("/healthz", get(health::<E>))
        .with_state(provider)
}

/// The document, or 503 with the reason.
async fn configuration<E: Engine>(
    State(provider): Shared<E>,
    ConnectInfo(Peer(reader)): ConnectInfo<Peer>,
) -> Response {
    let (response, got) = match provider.board.now() {
        Ok(published) => {
            (text(StatusCode::OK, Body::new(published.document.body())), Got::Document(published))
        }
        Err(reason) => (unsure(&reason), Got::Unsure(reason)),
    };
    provider.readers.asked(reader, got, Instant::now());
    provider.metrics.answered(response.status().as_u16());
    response
}

/// 200 where a document can be made, with how much is left out of it; else 503.
async fn health<E: Engine>(State(provider): Shared<E>) -> Response {
    match provider.board.now() {
        Ok(it) => json_of(&json!({ "groups": it.groups.len(), "problems": it.problems.len() })),
        Err(_) => unsure("the swarm is not known"),
    }
}

/// The same with every problem in words, and how old the document is.
async fn state<E: Engine>(State(provider): Shared<E>) -> Response {
    let age = provider.board.age().unwrap_or_default().as_secs_f64();
    match provider.board.now() {
        Ok(it) => json_of(&json!({ "groups": it.groups.len(), "problems": it.problems, "ageSeconds": age })),
        Err(reason) => unsure(&reason),
    }
}

/// The numbers for Prometheus. Always 200: that the engine cannot be asked is one of them.
async fn numbers<E: Engine>(State(provider): Shared<E>) -> Response {
    let swarm = provider.swarm().await;
    let headers = [(header::CONTENT_TYPE, metrics::CONTENT_TYPE), (header::CACHE_CONTROL, "no-store")];
    (headers, provider.metrics.render(swarm.as_ref().ok(), provider.board.age())).into_response()
}

/// What the page shows.
async fn shown<E: Engine>(State(provider): Shared<E>) -> Response {
    let published = match provider.board.now() {
        Ok(published) => published,
        Err(reason) => return unsure(&reason),
    };
    let swarm = provider.swarm().await;
    let swarm = swarm.as_ref().map_err(String::as_str);
    let age = provider.board.age().unwrap_or_default();
    json_of(&view::view(&published, &rules(&published), age, swarm))
}

/// What would become of a request: `method`, `url`, and any number of `header`.
async fn decide<E: Engine>(
    State(provider): Shared<E>,
    Query(fields): Query<Vec<(String, String)>>,
) -> Response {
    let request = match request(&fields) {
        Ok(request) => request,
        Err(reason) => return text(StatusCode::BAD_REQUEST, json!({ "error": reason }).to_string()),
    };
    match provider.board.now() {
        Ok(published) => {
            let told = thought(&rules(&published), &request, &Around::now(), |outcome| match outcome {
                Thought::AnsweredByTraefik(status) => answered_by_traefik(&request, status),
                Thought::Decided(explanation) => explanation_value(&request, explanation),
            });
            told.map_or_else(|error| unsure(&Error::Table(error).message()), |told| json_of(&told))
        }
        Err(reason) => unsure(&reason),
    }
}

/// A request that is only thought of.
fn request(fields: &[(String, String)]) -> Result<TestArgs, String> {
    let (mut method, mut url, mut headers) = ("GET".to_owned(), None, Vec::new());
    for (name, value) in fields {
        match name.as_str() {
            "method" => method.clone_from(value),
            "url" => url = Some(value.parse::<Url>().map_err(|error| format!("url {value:?}: {error}"))?),
            "header" => {
                let field =
                    value.parse::<HeaderField>().map_err(|error| format!("header {value:?}: {error}"));
                headers.push(field?);
            }
            other => return Err(format!("{other:?} is none of method, url and header")),
        }
    }
    let url = url.ok_or("url is missing")?;
    Ok(TestArgs { method, url, headers, at: None, secret_file: None, format: Format::Json })
}

fn rules(published: &Published) -> Rules {
    Rules::of_groups(&published.groups)
}

impl<E: Engine> Provider<E> {
    /// A fresh snapshot with the engine's own counts, or why there is none.
    async fn swarm(&self) -> Result<Swarm, String> {
        let engine = self.board.engine().ok_or("no engine has answered yet")?;
        let counted = Swarm::observe_counted(&*engine, Network::is_overlay);
        let swarm = match timeout(PATIENCE, counted).await {
            Ok(observed) => observed.map_err(|error| error.to_string()),
            Err(_elapsed) => Err(format!("the engine did not answer within {} s", PATIENCE.as_secs())),
        };
        if swarm.is_err() {
            self.metrics.failed();
        }
        swarm
    }
}

fn unsure(reason: &str) -> Response {
    text(StatusCode::SERVICE_UNAVAILABLE, json!({ "error": reason }).to_string())
}

fn json_of(body: &Value) -> Response {
    text(StatusCode::OK, body.to_string())
}

fn text(status: StatusCode, body: impl Into<Body>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, body.into()).into_response()
}
