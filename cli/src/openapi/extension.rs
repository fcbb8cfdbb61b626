//! Extensions of ours: `x-smsvc-<field>` of an operation, or of its path, is that field of the route.
//!
//! `x-smsvc-rewrite.path: /internal/{petId}` and `x-smsvc-rewrite: {path: /internal/{petId}}` say the same, and so does
//! `x-smsvc: {rewrite: {path: /internal/{petId}}}`. A list is joined with commas.

use serde_json::{Map, Value};

use super::remark::Unmapped;

/// What our members of an object start with.
const PREFIX: &str = "x-smsvc";

/// The fields that an object states, and its members that state none.
pub(super) fn fields(value: &Value) -> (Vec<(String, String)>, Vec<Unmapped>) {
    let mut found = Vec::new();
    let mut errors = Vec::new();
    for (key, value) in value.as_object().into_iter().flatten() {
        let Some(field) = key.strip_prefix(PREFIX) else { continue };
        let field = match (field.strip_prefix('-'), value) {
            (Some(field), _) => field,
            (None, Value::Object(_)) if field.is_empty() => "",
            _ => continue,
        };
        if !flatten(field, value, &mut found) {
            errors.push(Unmapped::Extension { key: key.clone() });
        }
    }
    (found, errors)
}

/// Whether the value is one that a field can have.
fn flatten(field: &str, value: &Value, found: &mut Vec<(String, String)>) -> bool {
    if let Value::Object(members) = value {
        return members_of(field, members, found);
    }
    let text = match value {
        Value::Array(values) => {
            let texts: Option<Vec<String>> = values.iter().map(scalar).collect();
            texts.map(|texts| texts.join(","))
        }
        value => scalar(value),
    };
    text.map(|text| found.push((field.to_owned(), text))).is_some()
}

fn members_of(field: &str, members: &Map<String, Value>, found: &mut Vec<(String, String)>) -> bool {
    let dot = if field.is_empty() { "" } else { "." };
    let mut all = true;
    for (name, value) in members {
        all &= flatten(&format!("{field}{dot}{name}"), value, found);
    }
    all
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nested_and_dotted_fields_are_the_same() {
        let (found, errors) = fields(&json!({
            "x-smsvc-rewrite.path": "/a",
            "x-smsvc-cache": {"control": "no-store", "etag": true},
            "x-smsvc": {"header": {"X-A": 1}},
            "x-smsvc-methods": ["GET", "PUT"],
            "x-smsvcs": "no",
            "x-other": "no",
        }));
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            found,
            [
                field("header.X-A", "1"),
                field("cache.control", "no-store"),
                field("cache.etag", "true"),
                field("methods", "GET,PUT"),
                field("rewrite.path", "/a"),
            ]
        );
        assert_eq!(errors, []);
    }

    #[test]
    fn what_is_no_text_is_told() {
        let (found, errors) = fields(&json!({"x-smsvc-a": null, "x-smsvc-b": {"c": [[]], "d": 1}}));
        assert_eq!(found, [("b.d".to_owned(), "1".to_owned())]);
        assert_eq!(errors.len(), 2);
    }
}
