//! The table: requests that fit each route, and requests that nearly do.

use smsvc_core::entry_point::{Received, receive};
use smsvc_core::route::Route;
use smsvc_core::spec::Spec;

/// A request without a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) host: String,
    /// As Traefik hands it on.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
}

/// What became of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A service gets it.
    Forward { service: String, route: String, uri: String },
    /// The client is answered.
    Answer { status: u16, allow: Option<String> },
}

impl Outcome {
    /// What can be seen from outside.
    pub(crate) fn without_route(&self) -> Self {
        match self {
            Self::Forward { service, uri, .. } => {
                Self::Forward { service: service.clone(), route: String::new(), uri: uri.clone() }
            }
            answer @ Self::Answer { .. } => answer.clone(),
        }
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Forward { .. } => "forwarded",
            Self::Answer { status: 404, .. } => "not found",
            Self::Answer { status: 405, .. } => "method not allowed",
            Self::Answer { .. } => "answered otherwise",
        }
    }
}

/// Every route, asked for in six ways; the same table at every run.
pub(crate) fn requests(spec: &Spec) -> Vec<Request> {
    let mut requests = Vec::new();
    for group in &spec.groups {
        let host = group.hosts.first().map(ToString::to_string).unwrap_or_default();
        for route in group.services.iter().flat_map(|member| &member.routes) {
            let method = route.methods().iter().next().map_or("GET", |method| method.as_str());
            let fitting = format!("{}{}", group.base, sample(route, 0));
            let odd = format!("{}{}", group.base, sample(route, 1));
            let index = requests.len();
            let other = ["PATCH", "DELETE", "OPTIONS", "HEAD", "GET", "TRACE"][index % 6];
            let slashed = format!("{fitting}/");
            let queried = format!("{fitting}?page={index}&q=a%20b");
            for (method, target) in [
                (method, &fitting),
                (method, &odd),
                (other, &fitting),
                (method, &slashed),
                (method, &queried),
            ] {
                requests.extend(request(method, &host, target, route));
            }
        }
    }
    requests
}

/// The request, if Traefik hands it on to the plugin. One with a body says its type, as a client does.
fn request(method: &str, host: &str, target: &str, route: &Route) -> Option<Request> {
    let Received::Passes(target) = receive(method, target) else { return None };
    let fields = route.fields();
    let field = |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| first(value));
    let mut headers = Vec::new();
    headers.extend(field("consumes").map(|value| ("Content-Type".to_owned(), value)));
    headers.extend(field("produces").map(|value| ("Accept".to_owned(), value)));
    Some(Request { method: method.to_owned(), host: host.to_owned(), target, headers })
}

fn first(list: &str) -> String {
    list.split(',').next().unwrap_or_default().replace('*', "x")
}

/// The path with texts in place of its parameters: such as their constraints take, or odd ones.
fn sample(route: &Route, odd: usize) -> String {
    let fields = route.fields();
    let path = route.path().to_string();
    let mut parts = path.split('{');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for (index, part) in parts.enumerate() {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        let constraint = fields.iter().find(|(field, _)| *field == format!("param.{name}"));
        let value = match constraint.map(|(_, value)| value.as_str()) {
            _ if odd == 1 => ["a%2Fb", "me", "-", "%C3%A9", "A.b"][index % 5],
            Some("int" | "uint") => "7",
            Some("uuid") => "123e4567-e89b-12d3-a456-426614174000",
            Some("date") => "2026-08-01",
            Some(choice) if choice.starts_with("one-of(") => {
                let list = choice.trim_start_matches("one-of(").trim_end_matches(')');
                text.push_str(&list.split(',').next().unwrap_or_default().replace(['\\', ' '], ""));
                ""
            }
            _ => ["octocat", "x-1", "v%2D2"][index % 3],
        };
        text.push_str(value);
        text.push_str(rest);
    }
    text
}
