//! Where the output of containers goes: `TaskTemplate.LogDriver`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Object;

/// A logging driver and its options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogDriver {
    /// The driver's name.
    pub name: String,
    /// Its options.
    pub options: BTreeMap<String, String>,
}

impl LogDriver {
    /// Writes `LogDriver`.
    pub(super) fn write(&self) -> Value {
        Object::new().with("Name", self.name.as_str()).with_strings("Options", &self.options).into()
    }
}
