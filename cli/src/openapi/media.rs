//! Content types: what an operation takes in a body, and what it answers with.
//!
//! OpenAPI 3 has them as the keys of `content`, Swagger 2.0 as lists that an operation inherits from the document.
//! `*/*` among them means any, and a type is a type without its parameters.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document::{Dialect, Document};
use super::operation::Operation;
use super::remark::Unmapped;

/// The types of the body of a request, as a list for the field `consumes`; `None` for any, or for no body.
pub(super) fn consumed(document: &Document, operation: &Operation<'_>) -> Result<Option<String>, Unmapped> {
    match document.dialect() {
        Dialect::Swagger2 => {
            let (parameters, _) = operation.parameters(document);
            let in_body =
                |it: &&Value| matches!(it.get("in").and_then(Value::as_str), Some("body" | "formData"));
            let has_body = parameters.iter().any(in_body);
            Ok(if has_body { inherited(document, operation, "consumes") } else { None })
        }
        Dialect::OpenApi3 => {
            let Some(body) = operation.value.get("requestBody") else { return Ok(None) };
            Ok(list(keys(document.follow(body)?)))
        }
    }
}

/// The types of its good answers, for the field `produces`; `None` for any, or for answers without a body.
pub(super) fn produced(document: &Document, operation: &Operation<'_>) -> Result<Option<String>, Unmapped> {
    if document.dialect() == Dialect::Swagger2 {
        return Ok(inherited(document, operation, "produces"));
    }
    let responses = operation.value.get("responses").and_then(Value::as_object);
    let mut types = BTreeSet::new();
    for (status, response) in responses.into_iter().flatten() {
        if status.starts_with('2') || status == "default" {
            types.extend(keys(document.follow(response)?));
        }
    }
    Ok(list(types))
}

/// The keys of `content`.
fn keys(value: &Value) -> BTreeSet<String> {
    let content = value.get("content").and_then(Value::as_object);
    content.into_iter().flatten().map(|(key, _)| essence(key)).collect()
}

/// The list of the operation, else that of the document.
fn inherited(document: &Document, operation: &Operation<'_>, member: &str) -> Option<String> {
    let own = operation.value.get(member);
    let listed = own.or_else(|| document.root().get(member)).and_then(Value::as_array)?;
    list(listed.iter().filter_map(Value::as_str).map(essence).collect())
}

fn essence(text: &str) -> String {
    text.split(';').next().unwrap_or(text).trim().to_ascii_lowercase()
}

/// Comma-separated; nothing where any type will do.
fn list(types: BTreeSet<String>) -> Option<String> {
    if types.is_empty() || types.iter().any(|it| it == "*/*" || it == "*") {
        return None;
    }
    Some(types.into_iter().collect::<Vec<_>>().join(","))
}
