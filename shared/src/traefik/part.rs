//! Parts of a document as text, so that what has not changed is not written a second time.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::Http;

/// What a group, or all parents together, add to the three objects of a document: members with commas between them,
/// without the braces around.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Part {
    routers: String,
    services: String,
    middlewares: String,
    transports: String,
}

impl From<Http> for Part {
    fn from(http: Http) -> Self {
        Self {
            routers: members(http.routers),
            services: members(http.services),
            middlewares: members(http.middlewares),
            transports: members(http.transports),
        }
    }
}

fn members(map: Map<String, Value>) -> String {
    if map.is_empty() {
        return String::new();
    }
    let mut text = Value::Object(map).to_string();
    text.pop();
    text.remove(0);
    text
}

/// One of the objects of a part.
type Object = fn(&Part) -> &str;

/// The objects of a document. Traefik refuses empty ones, so they are left away.
const OBJECTS: [(&str, Object); 4] = [
    ("middlewares", |part| &part.middlewares),
    ("routers", |part| &part.routers),
    ("serversTransports", |part| &part.transports),
    ("services", |part| &part.services),
];

/// More than the names of the objects and the braces take.
const LEAST: usize = 128;

/// The whole document.
pub(super) fn join(parts: &[Arc<Part>]) -> String {
    let of_part =
        |part: &Arc<Part>| OBJECTS.iter().map(|(_, text)| text(part).len().saturating_add(1)).sum::<usize>();
    let length = parts.iter().map(of_part).fold(LEAST, usize::saturating_add);
    let mut document = String::with_capacity(length);
    document.push_str(r#"{"http":{"#);
    let mut object_before = false;
    for (name, text) in OBJECTS {
        let mut member_before = false;
        for text in parts.iter().map(|part| text(part)).filter(|text| !text.is_empty()) {
            if member_before {
                document.push(',');
            } else {
                document.push_str(if object_before { ",\"" } else { "\"" });
                document.push_str(name);
                document.push_str("\":{");
            }
            document.push_str(text);
            member_before = true;
        }
        if member_before {
            document.push('}');
            object_before = true;
        }
    }
    document.push_str("}}");
    document
}
