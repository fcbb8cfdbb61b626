//! The Docker Engine API on a swarm: one request in, one answer out. No sockets, no clock.

mod event;
mod file;
mod filter;
mod network;
mod node;
mod query;
mod refusal;
mod service;
mod spec;
mod system;
mod task;

use serde::Serialize;
use serde_json::{Value, json};

pub(crate) use event::lines;
pub use filter::Filters;
use query::Query;
pub(crate) use refusal::Refusal;

use crate::id::NodeId;
use crate::swarm::Swarm;

/// A request to the engine of one node.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// `GET`, `POST`, …
    pub method: &'a str,
    /// The path with or without the API version, and the query.
    pub target: &'a str,
    /// The body.
    pub body: &'a [u8],
    /// The node whose engine is asked.
    pub node: &'a NodeId,
}

impl Request<'_> {
    /// Whether it would change the swarm.
    pub fn is_mutating(&self) -> bool {
        !matches!(self.method, "GET" | "HEAD")
    }
}

/// What the engine answers.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Body,
}

/// The body of an answer.
#[derive(Debug)]
pub enum Body {
    /// A document, in pieces.
    Json(Vec<Vec<u8>>),
    /// Plain text.
    Text(&'static str),
    /// Nothing.
    Empty,
    /// Events that pass the filters, from this number on, for ever.
    Events {
        /// The number of the first one.
        from: u64,
        /// What is wanted.
        filters: Filters,
    },
}

impl Answer {
    fn json(status: u16, value: &Value) -> Self {
        Self { status, body: Body::Json(vec![value.to_string().into_bytes()]) }
    }

    fn ok(value: &Value) -> Self {
        Self::json(200, value)
    }

    fn empty(status: u16) -> Self {
        Self { status, body: Body::Empty }
    }

    /// A list, serialised entry by entry in pieces of bounded size.
    fn list<T: Serialize>(entries: impl Iterator<Item = T>) -> Self {
        const PIECE: usize = 1 << 18;
        let mut pieces = Vec::new();
        let mut piece = vec![b'['];
        for (index, entry) in entries.enumerate() {
            if index > 0 {
                piece.push(b',');
            }
            // Writing to a vector cannot fail, and neither can any of the types that are written.
            let _infallible = serde_json::to_writer(&mut piece, &entry);
            if piece.len() >= PIECE {
                pieces.push(std::mem::take(&mut piece));
            }
        }
        piece.push(b']');
        pieces.push(piece);
        Self { status: 200, body: Body::Json(pieces) }
    }

    /// The body as one JSON value; null where there is none.
    pub fn value(&self) -> Value {
        match &self.body {
            Body::Json(pieces) => serde_json::from_slice(&pieces.concat()).unwrap_or_default(),
            _ => Value::Null,
        }
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self::json(refusal.status, &json!({ "message": refusal.message }))
    }
}

type Outcome = Result<Answer, Refusal>;

/// Answers a request, and changes the swarm as it asks.
pub fn answer(swarm: &mut Swarm, request: Request<'_>) -> Answer {
    route(swarm, request).unwrap_or_else(Answer::from)
}

fn route(swarm: &mut Swarm, request: Request<'_>) -> Outcome {
    let (path, query) = request.target.split_once('?').unwrap_or((request.target, ""));
    let query = Query::parse(query);
    let newest = swarm.profile.release.api();
    let (version, path) = split_version(path).unwrap_or((newest, path));
    if version > newest || version < swarm.profile.release.oldest_api() {
        return Err(Refusal::version(version, swarm.profile.release));
    }
    let segments: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(query::decode).collect();
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    let body = || -> Result<Value, Refusal> {
        serde_json::from_slice(request.body).map_err(|error| Refusal::bad(&error.to_string()))
    };
    match (request.method, &parts[..]) {
        ("GET" | "HEAD", ["_ping"]) => return Ok(Answer { status: 200, body: Body::Text("OK") }),
        ("GET", ["version"]) => return Ok(system::version(swarm)),
        ("GET", ["info"]) => return Ok(system::info(swarm, request.node)),
        ("GET", ["events"]) => return event::stream(swarm, &query),
        ("POST", ["auth"]) => return Ok(Answer::ok(&json!({ "Status": "Login Succeeded" }))),
        ("GET", ["distribution", image @ .., "json"]) => {
            return system::distribution(swarm, &image.join("/"));
        }
        ("GET", ["networks"]) => return network::list(swarm, &query),
        ("GET", ["networks", name]) => return network::inspect(swarm, name, &query, version, request.node),
        _ => {}
    }
    system::check_manager(swarm, request.node)?;
    match (request.method, &parts[..]) {
        ("GET", ["swarm"]) => Ok(system::swarm(swarm)),
        ("POST", ["swarm", "init" | "join"]) => Err(Refusal::already_in_a_swarm()),
        ("POST", ["networks", "create"]) => network::create(swarm, body()?),
        ("DELETE", ["networks", name]) => network::remove(swarm, name),
        ("GET", ["services"]) => service::list(swarm, &query),
        ("POST", ["services", "create"]) => service::create(swarm, body()?),
        ("GET", ["services", name]) => service::inspect(swarm, name, &query),
        ("DELETE", ["services", name]) => service::remove(swarm, name),
        ("POST", ["services", name, "update"]) => service::update(swarm, name, &query, body()?),
        ("GET", ["tasks"]) => task::list(swarm, &query),
        ("GET", ["tasks", id]) => task::inspect(swarm, id),
        ("GET", ["nodes"]) => node::list(swarm, &query),
        ("GET", ["nodes", name]) => node::inspect(swarm, name),
        ("POST", ["nodes", name, "update"]) => node::update(swarm, name, &query, &body()?),
        ("DELETE", ["nodes", name]) => node::remove(swarm, name, &query),
        (method, [kind @ ("configs" | "secrets"), rest @ ..]) => {
            file::route(swarm, method, kind, rest, &query, &body)
        }
        _ => Err(Refusal::new(404, "page not found")),
    }
}

/// The answer to a call that a fault refuses.
pub(crate) fn refused() -> Answer {
    Refusal::new(500, "simulated failure").into()
}

/// `/v1.41/services` as the version and the rest.
fn split_version(path: &str) -> Option<((u16, u16), &str)> {
    let rest = path.strip_prefix("/v")?;
    let (version, rest) = rest.split_once('/')?;
    let (major, minor) = version.split_once('.')?;
    Some(((major.parse().ok()?, minor.parse().ok()?), rest))
}
