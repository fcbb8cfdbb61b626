//! HTTP: requests to the simulator, answers back. A node that is not alive accepts nobody.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Response};
use hyper_util::rt::TokioIo;
use tokio::sync::mpsc;

use super::listener::Accepting;
use crate::api::{self, Answer, Body, Filters, Request};
use crate::fault::Fate;
use crate::id::NodeId;
use crate::object::Role;
use crate::simulator::Simulator;

type Piece = Result<Frame<Bytes>, io::Error>;
type AnswerBody = UnsyncBoxBody<Bytes, io::Error>;

/// Answers connections until the listener breaks.
pub(super) async fn serve(listener: &Accepting, simulator: &Simulator, node: &Arc<NodeId>) {
    while let Ok(stream) = listener.accept().await {
        let (simulator, node) = (simulator.clone(), Arc::clone(node));
        if !simulator.with(|swarm| swarm.node(node.as_str()).is_some_and(|node| node.alive)) {
            continue;
        }
        tokio::spawn(async move {
            let service = service_fn(|request| respond(&simulator, &node, request));
            // A connection that breaks is the client's business, or a fault that was asked for.
            let _broken = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// The error of a connection that is cut on purpose.
fn cut() -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}

async fn respond(
    simulator: &Simulator,
    node: &NodeId,
    request: hyper::Request<Incoming>,
) -> Result<Response<AnswerBody>, io::Error> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    if !simulator.with(|swarm| swarm.node(node.as_str()).is_some_and(|node| node.alive)) {
        return Err(cut());
    }
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let request = Request { method: parts.method.as_str(), target, body: &body, node };
    let fate = simulator.fate(request.is_mutating());
    let answer = match fate {
        Fate::CutBefore => return Err(cut()),
        Fate::Refused => api::refused(),
        Fate::Served | Fate::CutAfter | Fate::Held => simulator.with(|swarm| api::answer(swarm, request)),
    };
    match fate {
        Fate::CutAfter => return Err(cut()),
        Fate::Held => simulator.fault_is_taken_back().await,
        _ => {}
    }
    let head = parts.method == Method::HEAD;
    Ok(response(simulator, node, answer, head))
}

fn response(simulator: &Simulator, node: &NodeId, answer: Answer, head: bool) -> Response<AnswerBody> {
    let (version, api, role) = simulator.with(|swarm| {
        let release = swarm.profile().release;
        (release.version(), release.api(), swarm.node(node.as_str()).map(|node| node.role))
    });
    let role = if role == Some(Role::Manager) { "active/manager" } else { "active/worker" };
    let response = Response::builder()
        .status(answer.status)
        .header("Api-Version", format!("{}.{}", api.0, api.1))
        .header("Docker-Experimental", "false")
        .header("Ostype", "linux")
        .header("Server", format!("Docker/{version} (linux)"))
        .header("Swarm", role);
    let infallible = |never: Infallible| match never {};
    let full = |bytes: Vec<u8>| Full::new(Bytes::from(bytes)).map_err(infallible).boxed_unsync();
    let (kind, body) = match answer.body {
        _ if head => ("text/plain; charset=utf-8", full(Vec::new())),
        Body::Text(text) => ("text/plain; charset=utf-8", full(text.as_bytes().to_vec())),
        Body::Empty => ("text/plain; charset=utf-8", full(Vec::new())),
        Body::Json(mut pieces) if pieces.len() == 1 => {
            ("application/json", full(pieces.pop().unwrap_or_default()))
        }
        Body::Json(pieces) => ("application/json", in_pieces(pieces)),
        Body::Events { from, filters } => ("application/json", events(simulator.clone(), from, filters)),
    };
    let response = response.header(CONTENT_TYPE, kind).body(body);
    response.unwrap_or_else(|_| Response::new(full(Vec::new())))
}

fn in_pieces(pieces: Vec<Vec<u8>>) -> AnswerBody {
    let (sender, receiver) = mpsc::channel::<Piece>(4);
    tokio::spawn(async move {
        for piece in pieces {
            if sender.send(Ok(Frame::data(piece.into()))).await.is_err() {
                return;
            }
        }
    });
    streamed(receiver)
}

/// Events as they happen, until the client goes.
fn events(simulator: Simulator, from: u64, filters: Filters) -> AnswerBody {
    let (sender, receiver) = mpsc::channel::<Piece>(4);
    tokio::spawn(async move {
        let mut from = from;
        let mut bell = simulator.bell();
        loop {
            bell.mark_unchanged();
            let (text, next) = simulator.with(|swarm| api::lines(swarm, from, &filters));
            from = next;
            if !text.is_empty() && sender.send(Ok(Frame::data(text.into()))).await.is_err() {
                return;
            }
            tokio::select! {
                rung = bell.changed() => if rung.is_err() { return },
                () = sender.closed() => return,
            }
        }
    });
    streamed(receiver)
}

fn streamed(receiver: mpsc::Receiver<Piece>) -> AnswerBody {
    Pieces(receiver).boxed_unsync()
}

/// A body whose pieces come from elsewhere.
struct Pieces(mpsc::Receiver<Piece>);

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Piece>> {
        self.0.poll_recv(cx)
    }
}
