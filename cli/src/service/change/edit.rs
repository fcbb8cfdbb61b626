//! Changes in a JSON object that is kept.

use serde_json::{Map, Value};

use crate::flags::{Removal, UpdateRequest};

/// The object at this key; an empty one is put there where there is none.
pub(super) fn object<'v>(parent: &'v mut Value, key: &str) -> &'v mut Value {
    let child = &mut parent[key];
    if !child.is_object() {
        *child = Value::Object(Map::new());
    }
    child
}

/// The container's object of a service's spec.
pub(super) fn container(spec: &mut Value) -> &mut Value {
    object(object(spec, "TaskTemplate"), "ContainerSpec")
}

/// Enters a value; one that Go's `omitempty` leaves out takes the field away.
pub(super) fn put(parent: &mut Value, key: &str, value: impl Into<Value>) {
    let value = value.into();
    let absent = match &value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(value) => value.as_f64() == Some(0.0),
        Value::String(value) => value.is_empty(),
        Value::Array(value) => value.is_empty(),
        Value::Object(_) => false,
    };
    if !absent {
        parent[key] = value;
    } else if let Some(parent) = parent.as_object_mut() {
        parent.remove(key);
    }
}

/// The entries of a list, taken out of it.
pub(super) fn take_list(parent: &mut Value, key: &str) -> Vec<Value> {
    match parent.get_mut(key).map(Value::take) {
        Some(Value::Array(entries)) => entries,
        _ => Vec::new(),
    }
}

/// The texts of a list.
pub(super) fn texts(parent: &Value, key: &str) -> Vec<String> {
    let entries = parent[key].as_array().into_iter().flatten();
    entries.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A text of an object, empty where there is none.
pub(super) fn text<'v>(parent: &'v Value, key: &str) -> &'v str {
    parent[key].as_str().unwrap_or_default()
}

/// What is left of a list of texts, and what is added to it.
pub(super) fn changed(
    mut texts: Vec<String>,
    added: &[String],
    request: &UpdateRequest,
    removed: Removal,
) -> Vec<String> {
    texts.extend_from_slice(added);
    texts.retain(|text| !request.removed(removed).contains(text));
    texts
}

/// The texts, each once, where it stands first.
pub(super) fn each_once(texts: Vec<String>) -> Vec<String> {
    let mut once = Vec::with_capacity(texts.len());
    for text in texts {
        if !once.contains(&text) {
            once.push(text);
        }
    }
    once
}

/// What stands before the first equals sign.
pub(super) fn key_of(text: &str) -> &str {
    text.split_once('=').map_or(text, |(key, _)| key)
}
