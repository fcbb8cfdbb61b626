//! Swarm services as JSON: what a create sends, and what a reader needs of a service that exists.
//!
//! Everything goes through `serde_json::Value`, never through typed models of the engine's API: those drop
//! health checks, refuse unknown enum values and lose whatever a newer engine adds. Nothing here talks to an
//! engine and nothing decides.

mod change;
mod container;
mod create;
mod credential;
mod difference;
mod dns;
mod file;
mod health;
mod image;
mod log;
mod mode;
mod mount;
mod network;
mod placement;
mod port;
mod raw;
mod resources;
mod restart;
mod ulimit;
mod update;

pub use change::{ChangeError, Found, pin, scaled, unchanged, updated};
pub use container::Container;
pub use create::{Decided, Platform, UnresolvedName, create_body};
pub use credential::CredentialSpec;
pub(crate) use difference::differing_fields;
pub use dns::Dns;
pub use file::FileReference;
pub use health::{Check, Healthcheck};
pub use image::{ImageReference, ReferenceError};
pub use log::LogDriver;
pub use mode::Mode;
pub use mount::{BindOptions, DriverOptions, Mount, TmpfsOptions, VolumeOptions};
pub use network::NetworkAttachment;
pub(crate) use network::network_ids;
pub use placement::Placement;
pub use port::{Protocol, PublishMode, PublishedPort};
pub use raw::{RawService, RawServiceError, VirtualIp};
pub use resources::Resources;
pub use restart::RestartPolicy;
pub use smsvc_core::endpoint::Mode as EndpointMode;
pub use ulimit::Ulimit;
pub use update::UpdateConfig;

use serde_json::{Map, Value};

/// A JSON object under construction that leaves out what Go's `omitempty` leaves out.
#[derive(Debug, Default)]
struct Object(Map<String, Value>);

impl Object {
    fn new() -> Self {
        Self::default()
    }

    /// A field that is always there.
    fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    /// A field that is there unless it is zero, false, empty or null.
    fn with_present(self, key: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        let absent = match &value {
            Value::Null => true,
            Value::Bool(value) => !value,
            Value::Number(value) => value.as_i64() == Some(0),
            Value::String(value) => value.is_empty(),
            Value::Array(value) => value.is_empty(),
            Value::Object(_) => false,
        };
        if absent { self } else { self.with(key, value) }
    }

    /// A field that is there where there is a value, whatever it is.
    fn with_given(self, key: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// A map of strings that is there unless it is empty.
    fn with_strings(self, key: &str, strings: &std::collections::BTreeMap<String, String>) -> Self {
        if strings.is_empty() { self } else { self.with(key, strings_to_json(strings)) }
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object.0)
    }
}

fn strings_to_json(strings: &std::collections::BTreeMap<String, String>) -> Value {
    strings
        .iter()
        .map(|(key, value)| (key.clone(), Value::from(value.as_str())))
        .collect::<Map<_, _>>()
        .into()
}
