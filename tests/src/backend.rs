//! What the backend tells of a request that reached it.

use crate::http::Response;

/// The header with which a request makes the backend break off in the middle of a chunked body.
pub const ABORT: &str = "X-Backend-Abort";

/// The header with which the first request of a value is read by a backend, and not answered.
pub const LOSE: &str = "X-Backend-Lose";

/// Who answered, and what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The Swarm service.
    pub service: String,
    /// The request target that it got.
    pub target: String,
}

impl Seen {
    /// From the fields that the backend adds to every answer; `None` where no backend answered.
    pub fn of(response: &Response) -> Option<Self> {
        let service = response.header("X-Backend-Service")?.to_owned();
        Some(Self { service, target: response.header("X-Backend-Target")?.to_owned() })
    }
}
