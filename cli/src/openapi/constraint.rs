//! Constraints: what the schema of a path parameter says of its text.
//!
//! A schema can say more than a constraint. What is left unsaid would let too much through to the service, which
//! judges it itself, so that is told and costs nothing else. A schema without any of the words below is no remark.

use serde_json::Value;
use smsvc_core::constraint::Constraint;

use super::document::{Dialect, Document};
use super::remark::Unmapped;

/// How deep `allOf` and references may be nested.
const DEPTH: usize = 16;

/// The constraint of a parameter, by the field `param.<name>` in the text of labels.
pub(super) fn of_parameter(
    document: &Document,
    name: &str,
    parameter: &Value,
) -> Result<Option<String>, Unmapped> {
    let unmapped = |why: String| Unmapped::Constraint { parameter: name.to_owned(), why };
    // Swagger 2.0 says of the parameter itself what later versions say of its schema.
    let schema = match document.dialect() {
        Dialect::Swagger2 => parameter,
        Dialect::OpenApi3 => match (parameter.get("schema"), parameter.get("content")) {
            (Some(schema), _) => schema,
            (None, Some(_)) => return Err(unmapped("it is written as a whole document".to_owned())),
            (None, None) => return Ok(None),
        },
    };
    let schema = resolved(document, schema, DEPTH)?;
    constraint(schema).map_err(unmapped)
}

/// Follows references, and `allOf` with one member.
fn resolved<'d>(document: &'d Document, schema: &'d Value, depth: usize) -> Result<&'d Value, Unmapped> {
    let schema = document.follow(schema)?;
    match Document::list(schema, "allOf") {
        [only] if depth > 0 => resolved(document, only, depth - 1),
        _ => Ok(schema),
    }
}

fn constraint(schema: &Value) -> Result<Option<String>, String> {
    if let Some(value) = schema.get("const") {
        return one_of(std::slice::from_ref(value)).map(Some);
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return one_of(values).map(Some);
    }
    if let Some(word) =
        ["oneOf", "anyOf", "allOf", "not"].into_iter().find(|word| schema.get(*word).is_some())
    {
        return Err(format!("its schema has {word}"));
    }
    match kind(schema)? {
        Some("integer") => Ok(Some(if at_least(schema) >= Some(0.0) { "uint" } else { "int" }.to_owned())),
        Some("boolean") => Ok(Some("one-of(true,false)".to_owned())),
        Some("string") | None => text(schema),
        Some(other) => Err(format!("its type is {other}")),
    }
}

/// The type; one that may be null as well is the other one, since a path holds no null.
fn kind(schema: &Value) -> Result<Option<&str>, String> {
    let named = match schema.get("type") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(one)) => return Ok(Some(one)),
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).filter(|it| *it != "null"),
        Some(_) => return Err("its type is not a word".to_owned()),
    };
    match named.collect::<Vec<_>>().as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        several => Err(format!("its types are {}", several.join(" and "))),
    }
}

/// The least number that the schema takes; in OpenAPI 3.0 `exclusiveMinimum` is a switch, later a number.
fn at_least(schema: &Value) -> Option<f64> {
    let number = |member: &str| schema.get(member).and_then(Value::as_f64);
    number("minimum")
        .or_else(|| number("exclusiveMinimum").map(|least| if least < 0.0 { least } else { 0.0 }))
}

fn text(schema: &Value) -> Result<Option<String>, String> {
    match schema.get("format").and_then(Value::as_str) {
        Some("uuid") => return Ok(Some("uuid".to_owned())),
        Some("date") => return Ok(Some("date".to_owned())),
        _ => {}
    }
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
        return known_pattern(pattern)
            .map(|constraint| Some(constraint.to_owned()))
            .ok_or_else(|| format!("its pattern {pattern} is none of those that a constraint stands for"));
    }
    let number =
        |member: &str| schema.get(member).and_then(Value::as_u64).and_then(|it| u32::try_from(it).ok());
    // A parameter is never empty, so that a least length of 1 says nothing.
    match (number("minLength").filter(|least| *least > 1), number("maxLength")) {
        (None, None) => Ok(None),
        (least, most) => {
            let (least, most) = (least.unwrap_or(1), most.unwrap_or(u32::MAX));
            checked(&format!("len({least},{most})")).map(Some)
        }
    }
}

/// The patterns that mean exactly what a constraint means.
fn known_pattern(pattern: &str) -> Option<&'static str> {
    match pattern {
        r"^\d+$" | "^[0-9]+$" | r"^(\d+)$" | r"^\d{1,}$" => Some("uint"),
        r"^-?\d+$" | "^-?[0-9]+$" | r"^(-)?\d+$" => Some("int"),
        "^[a-z0-9]+(?:-[a-z0-9]+)*$" | "^[a-z0-9]+(-[a-z0-9]+)*$" => Some("slug"),
        "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
        | "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$" => Some("uuid"),
        _ => None,
    }
}

fn one_of(values: &[Value]) -> Result<String, String> {
    let texts = values.iter().filter(|value| !value.is_null()).map(|value| match value {
        Value::String(text) => Ok(text.replace('\\', r"\\").replace(',', r"\,")),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        _ => Err("a value of its enum is no scalar".to_owned()),
    });
    let texts = texts.collect::<Result<Vec<_>, _>>()?;
    checked(&format!("one-of({})", texts.join(",")))
}

fn checked(text: &str) -> Result<String, String> {
    Constraint::parse(text).map(|it| it.to_string()).map_err(|_| format!("{text} is no constraint"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Document {
        Document::of(json!({"openapi": "3.1.0", "components": {"schemas": {
            "id": {"type": "integer", "minimum": 1},
            "wrapped": {"allOf": [{"$ref": "#/components/schemas/id"}]},
            "loop": {"allOf": [{"$ref": "#/components/schemas/loop"}]},
        }}}))
        .unwrap()
    }

    fn mapped(schema: &Value) -> Result<Option<String>, Unmapped> {
        of_parameter(&document(), "p", &json!({"name": "p", "in": "path", "schema": schema}))
    }

    #[test]
    fn types_formats_and_lengths_become_constraints() {
        for (schema, constraint) in [
            (json!({"type": "integer", "format": "int64"}), Some("int")),
            (json!({"type": "integer", "minimum": 0}), Some("uint")),
            (json!({"type": "integer", "exclusiveMinimum": 0}), Some("uint")),
            (json!({"type": "integer", "minimum": 0, "exclusiveMinimum": true}), Some("uint")),
            (json!({"type": ["integer", "null"], "minimum": -5}), Some("int")),
            (json!({"type": "string", "format": "uuid"}), Some("uuid")),
            (json!({"type": "string", "format": "date"}), Some("date")),
            (json!({"type": "boolean"}), Some("one-of(false,true)")),
            (json!({"enum": ["a,b", "c", null]}), Some(r"one-of(a\,b,c)")),
            (json!({"type": "integer", "enum": [1, 2]}), Some("one-of(1,2)")),
            (json!({"const": "latest"}), Some("one-of(latest)")),
            (json!({"type": "string", "minLength": 2, "maxLength": 40}), Some("len(2,40)")),
            (json!({"type": "string", "maxLength": 40}), Some("len(1,40)")),
            (json!({"type": "string", "minLength": 1}), None),
            (json!({"type": "string", "pattern": "^\\d+$"}), Some("uint")),
            (json!({"$ref": "#/components/schemas/id"}), Some("uint")),
            (json!({"$ref": "#/components/schemas/wrapped"}), Some("uint")),
            (json!({"type": "string"}), None),
            (json!({}), None),
        ] {
            let constraint = constraint.map(|text| Constraint::parse(text).unwrap().to_string());
            assert_eq!(
                mapped(&schema).map(|it| it.map(|text| Constraint::parse(&text).unwrap().to_string())),
                Ok(constraint),
                "{schema}"
            );
        }
    }

    #[test]
    fn swagger_says_it_of_the_parameter() {
        let document = Document::of(json!({"swagger": "2.0"})).unwrap();
        let parameter = json!({"name": "p", "in": "path", "type": "integer", "format": "int64"});
        assert_eq!(of_parameter(&document, "p", &parameter), Ok(Some("int".into())));
    }

    #[test]
    fn what_a_constraint_cannot_say_is_told() {
        for schema in [
            json!({"type": "number"}),
            json!({"type": "array", "items": {"type": "string"}}),
            json!({"type": ["string", "integer"]}),
            json!({"type": 7}),
            json!({"oneOf": [{"type": "string"}]}),
            json!({"type": "string", "pattern": "^a"}),
            json!({"enum": []}),
            json!({"enum": [{}]}),
            json!({"enum": ["a", "a"]}),
            json!({"minLength": 9, "maxLength": 2}),
            json!({"$ref": "#/nowhere"}),
            json!({"$ref": "#/components/schemas/loop"}),
        ] {
            assert!(mapped(&schema).is_err(), "{schema}: {:?}", mapped(&schema));
        }
    }
}
