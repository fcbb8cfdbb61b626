//! Limits of a process: an entry of `ContainerSpec.Ulimits`.

use serde_json::Value;

use super::Object;

/// A limit (Docker API 1.41); -1 is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ulimit {
    /// What applies; the process may raise it as far as the hard limit.
    pub soft: i64,
    /// As far as it may be raised.
    pub hard: i64,
}

impl Ulimit {
    /// Writes an entry of `Ulimits`.
    pub(super) fn write(self, name: &str) -> Value {
        Object::new().with("Name", name).with("Hard", self.hard).with("Soft", self.soft).into()
    }
}
