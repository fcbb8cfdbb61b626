//! The JSON schema of the labels, with which editors complete and check a compose file. Made of the vocabulary alone.
//!
//! It judges keys as [`parse`](super::parse()) does, and values never more strictly. What depends on several labels is
//! not told here: that is what `docker smsvc check -f` is for.

use serde_json::{Map, Value, json};

use super::vocabulary::{KEYS, Key, Named, Scope, Shape};
use crate::condition::{OF_THE_WAY, STARTS_OF_THE_WAY};
use crate::decide::SERVICE_HEADER;
use crate::header_change::FRAMING;

/// Where in a compose file the labels of services stand.
const LABELS: &str = "#/$defs/labels";
/// The name of a route, whose case does not count in a key.
const ROUTE: &str = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,40}[A-Za-z0-9])?";

/// The schema (JSON Schema, draft 2020-12) of a compose file, as far as it holds labels of smsvc under `deploy.labels`.
pub fn schema() -> Value {
    let deploy = json!({"type": ["object", "null"], "properties": {"labels": {"$ref": LABELS}}});
    let service = json!({"type": ["object", "null"], "properties": {"deploy": deploy}});
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Labels of smsvc in a compose file",
        "description": "The smsvc.* labels under deploy.labels of a service. Made by `cargo xtask schema`; do not edit.",
        "type": "object",
        "properties": {"services": {"type": ["object", "null"], "additionalProperties": service}},
        "$defs": {"labels": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/map"}, {"$ref": "#/$defs/list"}]}, "map": map(), "list": list()},
    })
}

/// `deploy.labels` as a map.
fn map() -> Value {
    let mut plain = Map::new();
    let mut patterns = Map::new();
    let mut snippets = Vec::new();
    patterns.insert(foreign(), json!({}));
    for key in KEYS {
        let value = value(key);
        for written in written(key) {
            patterns.insert(format!("^{}$", written.pattern("$")), value.clone());
            match written {
                Written::Fixed(label) => {
                    plain.insert(label, value.clone());
                }
                Written::Named(start, named) => {
                    snippets.push(snippet(&format!("{start}${{2:{}}}", hint(named)), key));
                }
                Written::OfRoute(field, None) => {
                    snippets.push(snippet(&format!("smsvc.route.${{1:name}}.{field}"), key));
                }
                Written::OfRoute(field, Some(named)) => {
                    snippets.push(snippet(
                        &format!("smsvc.route.${{1:name}}.{field}${{2:{}}}", hint(named)),
                        key,
                    ));
                }
            }
        }
    }
    json!({
        "type": "object",
        "properties": plain,
        "patternProperties": patterns,
        "additionalProperties": false,
        "defaultSnippets": snippets,
    })
}

/// `deploy.labels` as a list of `key=value`.
fn list() -> Value {
    let mut patterns = vec![json!({"pattern": foreign()})];
    for key in KEYS {
        let pattern = |written: Written| json!({"pattern": format!("^{}(?:=|$)", written.pattern("(?:=|$)")), "description": key.about});
        patterns.extend(written(key).into_iter().map(pattern));
    }
    json!({"type": "array", "items": {"type": "string", "anyOf": patterns}})
}

/// A label of somebody else.
fn foreign() -> String {
    format!("^(?!{})", any_case("smsvc."))
}

/// A way to write a key.
enum Written {
    /// As it is.
    Fixed(String),
    /// With a name behind it.
    Named(String, Named),
    /// In a route, perhaps with a name behind it.
    OfRoute(&'static str, Option<Named>),
}

/// The ways to write a key.
fn written(key: &Key) -> Vec<Written> {
    let fixed = |start: &str| match key.named {
        None => Written::Fixed(format!("{start}{}", key.field)),
        Some(named) => Written::Named(format!("{start}{}", key.field), named),
    };
    match key.scope {
        Scope::Service => vec![fixed("smsvc.")],
        Scope::Route => vec![fixed("smsvc.defaults."), Written::OfRoute(key.field, key.named)],
        Scope::EachRoute => vec![Written::OfRoute(key.field, key.named)],
    }
}

impl Written {
    /// The regular expression of it, in whatever case, in front of `end`.
    fn pattern(&self, end: &str) -> String {
        match self {
            Self::Fixed(label) => any_case(label),
            Self::Named(start, named) => any_case(start) + &name(*named, end),
            Self::OfRoute(field, named) => {
                let name = named.map(|named| name(named, end)).unwrap_or_default();
                format!("{}{ROUTE}{}{name}", any_case("smsvc.route."), any_case(&format!(".{field}")))
            }
        }
    }
}

/// The regular expression of a name.
fn name(named: Named, end: &str) -> String {
    let header = |framing: &[&str]| {
        let whole: Vec<String> =
            OF_THE_WAY.iter().chain([&SERVICE_HEADER]).chain(framing).map(|name| any_case(name)).collect();
        let starts: Vec<String> = STARTS_OF_THE_WAY.iter().map(|start| any_case(start)).collect();
        format!("(?!(?:{}){end}|{})[!#$%&'*+.^_`|~0-9A-Za-z-]+", whole.join("|"), starts.join("|"))
    };
    match named {
        Named::Header => header(&[]),
        Named::ChangeableHeader => header(&FRAMING),
        Named::ClaimHeader => header(&[&FRAMING[..], &["authorization"]].concat()),
        Named::Query => r"[^=\s\u0000-\u001f\u007f-\u009f]+".to_owned(),
        Named::Parameter => "[A-Za-z0-9_.-]{1,64}".to_owned(),
    }
}

/// What stands for a name until it is written.
fn hint(named: Named) -> &'static str {
    match named {
        Named::Header | Named::ChangeableHeader | Named::ClaimHeader => "X-Name",
        Named::Query | Named::Parameter => "name",
    }
}

/// What VS Code offers for a key that has a name in it.
fn snippet(label: &str, key: &Key) -> Value {
    json!({"label": label.replace("${1:name}", "NAME").replace("${2:", "").replace('}', ""), "description": key.about, "body": {label: "$0"}})
}

/// The regular expression of this text in whatever case.
fn any_case(text: &str) -> String {
    let letter = |char: char| match char {
        'a'..='z' | 'A'..='Z' => format!("[{}{}]", char.to_ascii_lowercase(), char.to_ascii_uppercase()),
        '.' => r"\.".to_owned(),
        _ => char.to_string(),
    };
    text.chars().map(letter).collect()
}

/// What a value may be. A compose file may write numbers and booleans without quotes.
fn value(key: &Key) -> Value {
    let about = key.about;
    let plain = ["string", "number", "boolean"];
    match key.shape {
        Shape::Text => json!({"description": about, "type": plain}),
        Shape::Pattern(pattern) => {
            json!({"description": about, "type": plain, "pattern": format!("^(?:{pattern})$")})
        }
        Shape::Words(words) => {
            json!({"description": about, "enum": words.iter().copied().flat_map(spellings).collect::<Vec<_>>()})
        }
        Shape::AnyCase(words) => {
            let pattern: Vec<String> = words.iter().map(|word| any_case(word)).collect();
            json!({"description": about, "anyOf": [{"enum": words}, {"type": "string", "pattern": format!("^(?:{})$", pattern.join("|"))}]})
        }
    }
}

/// A word as YAML may read it.
fn spellings(word: &str) -> Vec<Value> {
    let boolean = word.parse::<bool>().ok().map(Value::from);
    let number = word.parse::<u32>().ok().map(Value::from);
    [Value::from(word)].into_iter().chain(boolean).chain(number).collect()
}
