//! The HTTP endpoint that Traefik's HTTP provider polls.
//!
//! `follow` keeps the document up to date, and `endpoints` hands it out; between the two is the `board`. In doubt the
//! answer is 503, on which Traefik keeps what it has; an empty 200 would delete every route. Nothing that is asked here
//! changes anything.

mod access;
mod board;
mod body;
mod catalogue;
mod document;
mod endpoints;
mod follow;
mod metrics;
mod page;
mod reach;
mod readers;
mod rounds;
mod tls;
mod view;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

use crate::engine::{Engine, EngineError};
use crate::plugin::Cancellation;
use crate::report::Report;
use board::Board;
use catalogue::Catalogue;
use endpoints::{Peer, Provider};
use metrics::Metrics;
use readers::Readers;
use tls::TlsListener;

pub use access::{Secret, SecretError};
pub use body::Document;
pub use document::{Options, Published, backends, publish};
pub use readers::{ReaderLine, Reading};
pub use tls::{TlsError, acceptor};

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

/// How closely the swarm is followed.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Between two looks at all tasks, of which the engine tells nothing by itself.
    pub interval: Duration,
    /// How long what was known holds while no engine can be asked.
    pub patience: Duration,
}

/// Serves until the user asks to stop; the requests that are under way have a moment to finish. An engine that cannot be
/// reached is tried again and again.
pub async fn serve<E, F>(
    dial: impl Fn() -> F,
    door: Door,
    options: Options,
    pace: Pace,
    report: Report,
    cancellation: Cancellation,
) -> io::Result<()>
where
    E: Engine + 'static,
    F: Future<Output = Result<E, EngineError>>,
{
    let listener = TcpListener::bind(door.listen).await?;
    report.provider_listens(listener.local_addr()?, door.tls.is_some());
    if door.secret.is_none() && !door.listen.ip().is_loopback() {
        report.provider_is_open(door.listen);
    }
    let provider = Arc::new(Provider {
        board: Board::new(pace.patience, report),
        metrics: Metrics::default(),
        readers: Readers::default(),
    });
    let router = endpoints::router(Arc::clone(&provider), door.secret);
    let router = router.into_make_service_with_connect_info::<Peer>();
    let stop = cancellation.clone();
    let stop = async move { stop.requested().await };
    // A task of its own: whoever asks is answered while a big document is made.
    let serving = tokio::spawn(async move {
        match door.tls {
            None => axum::serve(listener, router).with_graceful_shutdown(stop).await,
            Some(acceptor) => {
                axum::serve(TlsListener::new(listener, acceptor), router).with_graceful_shutdown(stop).await
            }
        }
    });
    let catalogue = Catalogue::new(options);
    let following = follow::follow(dial, catalogue, pace.interval, &provider.board, &provider.metrics);
    tokio::select! {
        outcome = serving => outcome.map_err(io::Error::other)?,
        never = following => match never {},
        never = provider.readers.write(report) => match never {},
        () = async { cancellation.requested().await; sleep(GRACE).await } => Ok(()),
    }
}
