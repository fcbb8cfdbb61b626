//! How values print: Go's `%v`, `fmt.Sprint` and `fmt.Sprintln`.

use super::schema::Kind;
use super::time::{duration, moment};
use super::value::Value;
use crate::json::Json;

/// Go's `%v`.
pub(super) fn print(value: &Value<'_>) -> String {
    match value {
        Value::Missing => "<no value>".to_owned(),
        Value::Nil(_) => "<nil>".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Uint(number) => number.to_string(),
        Value::Float(number) => float(*number),
        Value::Text(text) => text.clone().into_owned(),
        Value::Duration(nanoseconds) => duration(*nanoseconds),
        Value::Time(text) => moment(text),
        Value::List(elements, _) => list(elements),
        Value::View(json, kind) => view(*json, kind),
    }
}

fn view(json: Option<&Json>, kind: &'static Kind) -> String {
    let value = Value::View(json, kind);
    match kind.target() {
        Kind::Struct(of) => {
            let fields = of.fields.iter().map(|field| {
                let json = if field.embedded { json } else { json.and_then(|json| json.get(field.name)) };
                print(&Value::typed(json, field.kind))
            });
            if of.prints_first {
                return fields.take(1).collect();
            }
            let pointer = if matches!(kind, Kind::Pointer(_)) { "&" } else { "" };
            format!("{pointer}{{{}}}", fields.collect::<Vec<_>>().join(" "))
        }
        Kind::List(_) => list(&value.elements().unwrap_or_default()),
        _ => {
            let entries = value.entries().unwrap_or_default();
            let entries = entries.iter().map(|(key, value)| format!("{key}:{}", print(value)));
            format!("map[{}]", entries.collect::<Vec<_>>().join(" "))
        }
    }
}

fn list(elements: &[Value<'_>]) -> String {
    format!("[{}]", elements.iter().map(print).collect::<Vec<_>>().join(" "))
}

/// Go's `%v` of a float: the shortest digits, with an exponent below 1e-4 and from 1e21 on.
pub(super) fn float(number: f64) -> String {
    let size = number.abs();
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    if size == 0.0 || (1e-4..1e21).contains(&size) {
        return number.to_string();
    }
    exponent(&format!("{number:e}"), 'e')
}

/// Rust's `1e-7` as Go writes it, `1e-07`.
pub(super) fn exponent(text: &str, letter: char) -> String {
    let Some((digits, exponent)) = text.split_once('e') else { return text.to_owned() };
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{digits}{letter}{sign}{exponent:0>2}")
}

/// Go's `fmt.Sprint`: a space between two operands of which neither is a string.
pub(super) fn sprint(values: &[Value<'_>]) -> String {
    let mut out = String::new();
    let is_text = |value: &Value<'_>| matches!(value, Value::Text(_));
    for (index, value) in values.iter().enumerate() {
        if index > 0 && !is_text(value) && !is_text(&values[index - 1]) {
            out.push(' ');
        }
        out.push_str(&shown(value));
    }
    out
}

/// Go's `fmt.Sprintln`: always a space, and a line end.
pub(super) fn sprintln(values: &[Value<'_>]) -> String {
    let words: Vec<String> = values.iter().map(shown).collect();
    format!("{}\n", words.join(" "))
}

/// As an argument of a function: there a missing value is `nil`.
pub(super) fn shown(value: &Value<'_>) -> String {
    if *value == Value::Missing { "<nil>".to_owned() } else { print(value) }
}
