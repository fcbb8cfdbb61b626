//! What becomes of a command line.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The end of a command line, as far as anybody else can see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// The exit status.
    pub(crate) exit: u8,
    /// The first line of the error, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// What was looked up, sorted, each once: `GET /path?query`, without the version of the API.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) lookups: Vec<String>,
    /// The changes, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) changes: Vec<Change>,
}

/// One call that changes something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Change {
    /// `POST /path`, without the version of the API.
    pub(crate) call: String,
    /// The parts of the query, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) query: Vec<String>,
    /// The registry's credentials, decoded.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) auth: Value,
    /// The spec.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) body: Value,
}

/// What Docker keeps in hash maps, so that its order changes from run to run.
const UNORDERED: [&str; 5] = [
    "/TaskTemplate/ContainerSpec/Configs",
    "/TaskTemplate/ContainerSpec/Secrets",
    "/TaskTemplate/ContainerSpec/Env",
    "/TaskTemplate/Resources/Reservations/GenericResources",
    "/EndpointSpec/Ports",
];

impl Outcome {
    /// The outcome without what changes from run to run, and without the difference between nothing and no entry.
    pub(crate) fn canonical(mut self) -> Self {
        for change in &mut self.changes {
            for list in UNORDERED {
                if let Some(list) = change.body.pointer_mut(list).and_then(Value::as_array_mut) {
                    list.sort_by_key(Value::to_string);
                }
            }
            without_nothing(&mut change.body);
        }
        self
    }

    /// What was looked up before a line failed is a matter of the order in which its errors are found.
    pub(crate) fn without_lookups_of_a_failure(mut self) -> Self {
        if self.exit != 0 {
            self.lookups.clear();
        }
        self
    }

    /// Whether the error, or else a body, contains this text.
    pub(crate) fn says(&self, text: &str) -> bool {
        let bodies: Vec<String> = self.changes.iter().map(|change| change.body.to_string()).collect();
        let said = self.error.iter().chain(&bodies);
        said.into_iter().any(|said| said.contains(text))
    }

    /// The body of the only change.
    pub(crate) fn body(&self) -> &Value {
        match self.changes.as_slice() {
            [change] => &change.body,
            changes => panic!("{} changes: {self:?}", changes.len()),
        }
    }
}

/// Go reads `null`, an empty list and an empty text as it reads a field that is not there.
fn without_nothing(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(without_nothing);
            fields.retain(|_, value| match value {
                Value::Null => false,
                Value::Array(entries) => !entries.is_empty(),
                Value::String(text) => !text.is_empty(),
                _ => true,
            });
        }
        Value::Array(entries) => entries.iter_mut().for_each(without_nothing),
        _ => {}
    }
}
