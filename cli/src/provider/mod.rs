//! The HTTP endpoint that Traefik's HTTP provider polls.
//!
//! Every answer is made from the swarm as it is when Traefik asks, so there is no state that could be stale. In
//! doubt the answer is 503, on which Traefik keeps what it has; an empty 200 would delete every route.

mod access;
mod document;
mod metrics;
mod tls;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use crate::engine::{Engine, Network};
use crate::observe::Swarm;
use crate::plugin::Cancellation;
use crate::report::Report;
use metrics::Metrics;
use tls::TlsListener;

pub use access::{Secret, SecretError};
pub use document::{Options, Published, publish};
pub use tls::{TlsError, acceptor};

/// Traefik gives up after 5 s (`pollTimeout`) and then cannot see why.
const PATIENCE: Duration = Duration::from_secs(4);

/// How long a request that is under way may hold up the end.
const GRACE: Duration = Duration::from_secs(2);

/// Where it listens, and whom it lets in.
pub struct Door {
    /// The address.
    pub listen: SocketAddr,
    /// What readers have to know; without it, whoever reaches the address may read.
    pub secret: Option<Secret>,
    /// Certificate and key; without them it is plain HTTP.
    pub tls: Option<TlsAcceptor>,
}

/// What the handlers share.
struct Provider<E> {
    engine: E,
    options: Options,
    report: Report,
    /// What was last said on stderr, so that it is said once.
    said: Mutex<Vec<String>>,
    metrics: Metrics,
}

/// Serves until the user asks to stop; the requests that are under way have a moment to finish.
pub async fn serve<E: Engine + 'static>(
    engine: E,
    door: Door,
    options: Options,
    report: Report,
    cancellation: Cancellation,
) -> io::Result<()> {
    let listener = TcpListener::bind(door.listen).await?;
    report.provider_listens(listener.local_addr()?, door.tls.is_some());
    if door.secret.is_none() && !door.listen.ip().is_loopback() {
        report.provider_is_open(door.listen);
    }
    let provider =
        Arc::new(Provider { engine, options, report, said: Mutex::default(), metrics: Metrics::default() });
    // What is wrong from the beginning is said before Traefik asks.
    let _said = provider.published().await;
    // `/healthz` tells nothing that anyone might not know.
    let router = Router::new()
        .route("/traefik", get(configuration::<E>))
        .route("/metrics", get(numbers::<E>))
        .route("/api/state", get(state::<E>))
        .layer(from_fn_with_state(door.secret, access::guard))
        .route("/healthz", get(health::<E>))
        .with_state(provider);
    let stop = cancellation.clone();
    let stop = async move { stop.requested().await };
    let serving = async {
        match door.tls {
            None => axum::serve(listener, router).with_graceful_shutdown(stop).await,
            Some(acceptor) => {
                axum::serve(TlsListener::new(listener, acceptor), router).with_graceful_shutdown(stop).await
            }
        }
    };
    tokio::select! {
        outcome = serving => outcome,
        () = async { cancellation.requested().await; sleep(GRACE).await } => Ok(()),
    }
}

/// The document, or 503 with the reason.
async fn configuration<E: Engine>(State(provider): State<Arc<Provider<E>>>) -> Response {
    let response = provider.answer(|published| published.document).await;
    provider.metrics.answered(response.status().as_u16());
    response
}

/// 200 where a document can be made, with how much is left out of it; else 503.
async fn health<E: Engine>(State(provider): State<Arc<Provider<E>>>) -> Response {
    match provider.published().await {
        Ok(it) => json_of(StatusCode::OK, &json!({ "groups": it.groups, "problems": it.problems.len() })),
        Err(_) => json_of(StatusCode::SERVICE_UNAVAILABLE, &json!({ "error": "the swarm is not known" })),
    }
}

/// The same with every problem in words.
async fn state<E: Engine>(State(provider): State<Arc<Provider<E>>>) -> Response {
    provider.answer(|it| json!({ "groups": it.groups, "problems": it.problems })).await
}

/// The numbers for Prometheus. Always 200: that the engine cannot be asked is one of them.
async fn numbers<E: Engine>(State(provider): State<Arc<Provider<E>>>) -> Response {
    let counted = Swarm::observe_counted(&provider.engine, Network::is_overlay);
    let swarm = timeout(PATIENCE, counted).await.ok().and_then(Result::ok);
    provider.metrics.observed(swarm.is_some());
    let headers = [(header::CONTENT_TYPE, metrics::CONTENT_TYPE), (header::CACHE_CONTROL, "no-store")];
    (headers, provider.metrics.render(swarm.as_ref())).into_response()
}

fn json_of(status: StatusCode, body: &Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, body.to_string()).into_response()
}

impl<E: Engine> Provider<E> {
    /// What `part` takes from what can be published now, or why nothing can.
    async fn answer(&self, part: impl FnOnce(Published) -> Value) -> Response {
        match self.published().await {
            Ok(published) => json_of(StatusCode::OK, &part(published)),
            Err(reason) => json_of(StatusCode::SERVICE_UNAVAILABLE, &json!({ "error": reason })),
        }
    }

    async fn published(&self) -> Result<Published, String> {
        let observed = timeout(PATIENCE, Swarm::observe(&self.engine)).await;
        self.metrics.observed(matches!(observed, Ok(Ok(_))));
        let result = match observed {
            Ok(Ok(swarm)) => Ok(publish(&swarm, &self.options)),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_elapsed) => Err(format!("the engine did not answer within {} s", PATIENCE.as_secs())),
        };
        self.tell(match &result {
            Ok(published) => published.problems.clone(),
            Err(reason) => vec![reason.clone()],
        });
        result
    }

    /// Says what is wrong when it changes, not at every poll.
    fn tell(&self, now: Vec<String>) {
        let Ok(mut said) = self.said.lock() else { return };
        for line in news(&said, &now) {
            self.report.warning(line);
        }
        if now.is_empty() && !said.is_empty() {
            self.report.note("all groups are served again");
        }
        *said = now;
    }
}

/// What is wrong now and was not said the last time.
fn news<'n>(said: &[String], now: &'n [String]) -> Vec<&'n String> {
    now.iter().filter(|line| !said.contains(line)).collect()
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;
    use crate::engine::fake::Fake;

    async fn ask(swarm: Option<Swarm>) -> (StatusCode, String) {
        let provider = Provider {
            engine: swarm.map_or_else(Fake::gone, Fake::of),
            options: Options::default(),
            report: Report::new(),
            said: Mutex::default(),
            metrics: Metrics::default(),
        };
        let response = configuration(State(Arc::new(provider))).await;
        let (status, body) = (response.status(), to_bytes(response.into_body(), usize::MAX).await.unwrap());
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    fn swarm() -> Swarm {
        let labels = [("smsvc.group", "g"), ("smsvc.port", "80"), ("smsvc.route.r.path", "/r")];
        Swarm::sample().with_network("front", "10.1.0.0/24").with_service("s", "dnsrr", 3, "front", &labels)
    }

    #[tokio::test]
    async fn an_engine_that_cannot_be_asked_is_a_503_on_which_traefik_keeps_what_it_has() {
        let (status, body) = ask(None).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(body.contains("unix:///gone"), "{body}");
    }

    #[tokio::test]
    async fn the_same_swarm_gives_the_same_bytes() {
        let mut shuffled = swarm();
        shuffled.tasks.reverse();
        assert_eq!(ask(Some(swarm())).await, ask(Some(shuffled)).await);
    }

    #[tokio::test]
    async fn a_swarm_without_groups_is_not_an_empty_document() {
        let (status, body) = ask(Some(Swarm::sample())).await;
        let document: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(status, StatusCode::OK);
        assert!(document["http"].as_object().is_some_and(|http| !http.is_empty()), "{body}");
    }

    #[test]
    fn a_problem_is_said_when_it_appears_and_not_at_every_poll() {
        let lines = |words: &str| words.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(news(&[], &lines("a b")), ["a", "b"]);
        assert_eq!(news(&lines("a b"), &lines("b c")), ["c"]);
        assert!(news(&lines("a"), &lines("a")).is_empty());
    }
}
