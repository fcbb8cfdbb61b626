//! From an API group to a description (OpenAPI 3.1.1).
//!
//! What is deployed is written: paths, methods, the constraints of parameters as schemas, content types, and all other
//! fields of a route as extensions of ours, so that an import gives the same routes again. The tag of an operation is
//! the service that answers it. Routes that OpenAPI has no words for (any method, two routes for one path and method)
//! stand in a list of their own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use smsvc_core::group::Group;
use smsvc_core::method::Method;
use smsvc_core::name::ServiceName;
use smsvc_core::route::Route;

use super::operation::OURS;
use super::security;

/// The methods that a path item has members for.
const METHODS: [&str; 8] = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"];

/// A description, and what other programs than ours will not find in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Exported {
    /// The description.
    pub document: Value,
    /// Routes for which OpenAPI has no words, as `service/route`.
    pub unspoken: Vec<String>,
}

/// Describes a group.
pub fn export(group: &Group, version: &str) -> Exported {
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let mut ids = BTreeSet::new();
    let mut unnamed: BTreeMap<String, String> = BTreeMap::new();
    let mut ours = Vec::new();
    let mut unspoken = Vec::new();
    for member in &group.services {
        for route in &member.routes {
            let fields: BTreeMap<String, String> = route.fields().into_iter().collect();
            let path = plain(&route.path().to_string());
            // Paths that differ in the names of their parameters only are the same path to OpenAPI.
            let spelt = unnamed.entry(nameless(&path)).or_insert_with(|| path.clone());
            let item = paths.get(&path);
            let taken =
                |method: &str| item.is_some_and(|item| item.contains_key(&method.to_ascii_lowercase()));
            let methods: Vec<&str> = route.methods().iter().map(Method::as_str).collect();
            let speakable = *spelt == path
                && !methods.is_empty()
                && methods.iter().all(|method| METHODS.contains(method) && !taken(method));
            if !speakable {
                unspoken.push(format!("{}/{}", member.service, route.name()));
                ours.push(json!({"name": route.name().as_str(), "tags": [member.service.as_str()], "fields": fields}));
                continue;
            }
            for method in methods {
                let id = unique_id(route, method, &mut ids);
                let operation = operation(&member.service, route, &fields, &id);
                paths.entry(path.clone()).or_default().insert(method.to_ascii_lowercase(), operation);
            }
        }
    }
    let tags: Vec<Value> =
        group.services.iter().map(|member| json!({"name": member.service.as_str()})).collect();
    let mut document = json!({
        "openapi": "3.1.1",
        "info": {"title": group.name.as_str(), "version": version},
        "servers": servers(group),
        "tags": tags,
        "paths": paths,
        "x-smsvc-group": group.name.as_str(),
    });
    let routes = group.services.iter().flat_map(|member| &member.routes);
    if routes.into_iter().any(|route| route.access().demand().is_some()) {
        document["components"] = json!({"securitySchemes": security::schemes()});
    }
    if !group.hosts.is_empty() {
        let hosts: Vec<String> = group.hosts.iter().map(ToString::to_string).collect();
        document["x-smsvc-host"] = json!(hosts);
    }
    if !ours.is_empty() {
        document[OURS] = Value::Array(ours);
    }
    Exported { document, unspoken }
}

/// One server for each host that has a name. Whether it is reached over TLS is Traefik's matter, so no scheme is said.
fn servers(group: &Group) -> Value {
    let base = &group.base;
    let exact = group.hosts.iter().filter_map(|host| host.exact());
    let urls: Vec<Value> = exact.map(|host| json!({"url": format!("//{host}{base}")})).collect();
    if !urls.is_empty() {
        return Value::Array(urls);
    }
    json!([{"url": if base.is_empty() { "/".to_owned() } else { base.to_string() }}])
}

fn unique_id(route: &Route, method: &str, ids: &mut BTreeSet<String>) -> String {
    let name = route.name().to_string();
    let with_method = format!("{name}-{}", method.to_ascii_lowercase());
    let numbered = (2..).map(|number: u32| format!("{with_method}-{number}"));
    let mut candidates = [name, with_method.clone()].into_iter().chain(numbered);
    candidates.find(|id| ids.insert(id.clone())).unwrap_or(with_method)
}

fn operation(service: &ServiceName, route: &Route, fields: &BTreeMap<String, String>, id: &str) -> Value {
    let mut operation = json!({
        "operationId": id,
        "tags": [service.as_str()],
        "responses": {"default": {"description": "What the service answers."}},
        "x-smsvc-name": route.name().as_str(),
    });
    let parameters: Vec<Value> = route.path().names().map(|name| parameter(name.as_str(), fields)).collect();
    if !parameters.is_empty() {
        operation["parameters"] = Value::Array(parameters);
    }
    for (field, value) in fields {
        match field.as_str() {
            "methods" => continue,
            "path" if *value == plain(value) => continue,
            field if field.starts_with("param.") => continue,
            "consumes" => operation["requestBody"] = json!({"content": content(value)}),
            "produces" => operation["responses"]["default"]["content"] = content(value),
            "deprecated" => operation["deprecated"] = true.into(),
            "auth" => {
                operation["security"] = security::requirement(fields.get("auth.scopes").map(String::as_str));
            }
            _ => {}
        }
        operation[format!("x-smsvc-{field}")] = value.as_str().into();
    }
    operation
}

fn content(types: &str) -> Value {
    types.split(',').map(|it| (it.to_owned(), json!({}))).collect::<Map<String, Value>>().into()
}

fn parameter(name: &str, fields: &BTreeMap<String, String>) -> Value {
    let constraint = fields.get(&format!("param.{name}")).map(String::as_str);
    json!({"name": name, "in": "path", "required": true, "schema": constraint.map_or(json!({"type": "string"}), schema)})
}

/// The schema that is read back as this constraint.
fn schema(constraint: &str) -> Value {
    let inner = |start: &str| constraint.strip_prefix(start).and_then(|rest| rest.strip_suffix(')'));
    match constraint {
        "int" => json!({"type": "integer"}),
        "uint" => json!({"type": "integer", "minimum": 0}),
        "uuid" => json!({"type": "string", "format": "uuid"}),
        "date" => json!({"type": "string", "format": "date"}),
        "slug" => json!({"type": "string", "pattern": "^[a-z0-9]+(?:-[a-z0-9]+)*$"}),
        _ => match (inner("len("), inner("one-of(")) {
            (Some(bounds), _) => {
                let numbers: Vec<u32> = bounds.split(',').filter_map(|number| number.parse().ok()).collect();
                json!({"type": "string", "minLength": numbers.first(), "maxLength": numbers.last()})
            }
            (_, Some(list)) => json!({"type": "string", "enum": texts(list)}),
            _ => json!({"type": "string"}),
        },
    }
}

/// The texts of `one-of`, in which a backslash makes the next character literal.
fn texts(list: &str) -> Vec<String> {
    let mut texts = vec![String::new()];
    let mut chars = list.chars();
    while let Some(char) = chars.next() {
        match char {
            ',' => texts.push(String::new()),
            char => {
                let literal = if char == '\\' { chars.next() } else { Some(char) };
                if let Some(text) = texts.last_mut() {
                    text.extend(literal);
                }
            }
        }
    }
    texts
}

/// The path without the star of `{rest*}`, which OpenAPI does not know.
fn plain(path: &str) -> String {
    path.replace("*}", "}")
}

/// The path without the names of its parameters.
fn nameless(path: &str) -> String {
    let mut parts = path.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "{" + part.split_once('}').map_or("", |(_, rest)| rest))
}
