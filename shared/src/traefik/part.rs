//! Parts of a document as text, so that what has not changed is neither written nor copied a second time.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::Http;

/// What a group, or all parents together, add to the objects of a document: members with a comma before each, without the
/// braces around.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Part {
    routers: Arc<str>,
    services: Arc<str>,
    middlewares: Arc<str>,
    transports: Arc<str>,
}

impl From<Http> for Part {
    fn from(http: Http) -> Self {
        Self {
            routers: members(&http.routers),
            services: members(&http.services),
            middlewares: members(&http.middlewares),
            transports: members(&http.transports),
        }
    }
}

fn members(map: &Map<String, Value>) -> Arc<str> {
    let mut text = String::new();
    for (name, value) in map {
        let _infallible = write!(text, ",{}:{value}", Value::from(name.as_str()));
    }
    text.into()
}

/// A piece of a document's text.
#[derive(Debug, Clone)]
pub enum Chunk {
    /// What stands between members.
    Between(&'static str),
    /// Members, kept from one document to the next.
    Members {
        /// With a comma before each.
        text: Arc<str>,
        /// The first members of an object have none before them.
        first: bool,
    },
}

impl AsRef<[u8]> for Chunk {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Between(text) => text.as_bytes(),
            Self::Members { text, first } => text.as_bytes().get(usize::from(*first)..).unwrap_or_default(),
        }
    }
}

/// One of the objects of a part.
type Object = fn(&Part) -> &Arc<str>;

/// The objects of a document. Traefik refuses empty ones, so they are left away.
const OBJECTS: [(&str, Object); 4] = [
    ("\"middlewares\":{", |part| &part.middlewares),
    ("\"routers\":{", |part| &part.routers),
    ("\"serversTransports\":{", |part| &part.transports),
    ("\"services\":{", |part| &part.services),
];

/// The whole document.
pub(super) fn join(parts: &[Arc<Part>]) -> Vec<Chunk> {
    let mut document = vec![Chunk::Between(r#"{"http":{"#)];
    let mut object_before = false;
    for (name, text) in OBJECTS {
        let mut first = true;
        for text in parts.iter().map(|part| text(part)).filter(|text| !text.is_empty()) {
            if first {
                document.extend(object_before.then_some(Chunk::Between(",")));
                document.push(Chunk::Between(name));
            }
            document.push(Chunk::Members { text: Arc::clone(text), first });
            first = false;
        }
        if !first {
            document.push(Chunk::Between("}"));
            object_before = true;
        }
    }
    document.push(Chunk::Between("}}"));
    document
}
