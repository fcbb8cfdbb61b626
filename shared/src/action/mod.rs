//! Actions: what a route does with the requests that it takes.

mod filled;
mod location;

use crate::amount::Rate;
use crate::header_change::{HeaderChanges, HeaderValue};
use crate::media::MediaRange;
use crate::rewrite::{QueryRewrite, Rewrite};

pub use filled::Filled;
pub(crate) use filled::push_harmless;
pub use location::{Location, LocationError};

/// What a route does with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The service gets it.
    Forward(Forwarding),
    /// The client is sent elsewhere.
    Redirect {
        /// 301, 302, 303, 307 or 308.
        status: u16,
        /// Where to.
        location: Location,
    },
    /// The client gets this answer.
    Static(StaticAnswer),
    /// The client is refused with this status, 400 to 599.
    Deny(u16),
}

/// How a service gets a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forwarding {
    /// What becomes of the path; `None` leaves it unchanged, base included.
    pub rewrite: Option<Rewrite>,
    /// What becomes of the query.
    pub query: QueryRewrite,
    /// What becomes of the headers of the request.
    pub request: HeaderChanges,
    /// What is said about keeping the answer.
    pub cache: Caching,
    /// How often. Traefik holds it, since the middleware's instances share nothing.
    pub limits: TrafficLimits,
}

/// What is said about keeping the answer of a service to `GET` and `HEAD`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caching {
    /// `Cache-Control` where the service gives none.
    pub control: Option<HeaderValue>,
    /// Whether an answer without `ETag` gets a weak one of its body, with which the client can ask whether it
    /// has changed.
    pub weak_etag: bool,
}

/// How many requests go to a service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TrafficLimits {
    /// From one client address.
    pub rate: Option<Rate>,
    /// At the same time, from all clients together; 1 or more.
    pub inflight: Option<u32>,
}

/// An answer without a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticAnswer {
    /// 200 to 599.
    pub status: u16,
    /// Of the body.
    pub content_type: Option<MediaRange>,
    /// The body.
    pub body: Filled,
}

impl Action {
    /// What a service gets, if it gets anything.
    pub fn forwarding(&self) -> Option<&Forwarding> {
        match self {
            Self::Forward(forwarding) => Some(forwarding),
            _ => None,
        }
    }

    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Forward(_) => "forward",
            Self::Redirect { .. } => "redirect",
            Self::Static(_) => "static",
            Self::Deny(_) => "deny",
        }
    }
}

impl StaticAnswer {
    /// The `Content-Type` that is told, if one is.
    pub(crate) fn told_type(&self) -> Option<String> {
        match &self.content_type {
            Some(it) if it.is_text() => Some(format!("{it}; charset=utf-8")),
            Some(it) => Some(it.to_string()),
            None => self.body.pieces().next().map(|_| "text/plain; charset=utf-8".to_owned()),
        }
    }
}

impl Default for Action {
    fn default() -> Self {
        Self::Forward(Forwarding::default())
    }
}

impl Caching {
    /// Whether the answer of the service has to be looked at.
    pub fn is_needed(&self) -> bool {
        self.control.is_some() || self.weak_etag
    }
}

impl TrafficLimits {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rate.is_none() && self.inflight.is_none()
    }
}
