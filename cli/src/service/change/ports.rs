//! The published ports.

use serde_json::Value;

use super::edit::{object, put, take_list, text};
use crate::flags::UpdateRequest;
use crate::service::{Protocol, PublishMode, PublishedPort};

/// Sorted by their notation. A port that is there already is not added, even where it is removed on the same line: so
/// does Docker.
pub(super) fn update(spec: &mut Value, request: &UpdateRequest) {
    if !request.any_given(&["publish-add", "publish-rm"]) {
        return;
    }
    let endpoint = object(spec, "EndpointSpec");
    let mut present: Vec<Value> = Vec::new();
    for port in take_list(endpoint, "Ports") {
        if !present.iter().any(|other| notation(other) == notation(&port)) {
            present.push(port);
        }
    }
    let added: Vec<Value> = request
        .ports
        .iter()
        .map(|port| port.write())
        .filter(|port| !present.iter().any(|other| notation(other) == notation(port)))
        .collect();
    let mut ports = present;
    ports.retain(|port| !request.removed_ports.iter().any(|removed| is(port, *removed)));
    ports.extend(added);
    ports.sort_by_key(notation);
    put(endpoint, "Ports", ports);
}

fn number(port: &Value, key: &str) -> u64 {
    port[key].as_u64().unwrap_or_default()
}

fn notation(port: &Value) -> String {
    let (published, target) = (number(port, "PublishedPort"), number(port, "TargetPort"));
    format!("{published}:{target}/{}/{}", text(port, "Protocol"), text(port, "PublishMode"))
}

/// By target, protocol and mode, with the engine's defaults; what is published does not matter.
fn is(port: &Value, wanted: PublishedPort) -> bool {
    let or = |key: &str, default: &'static str| match text(port, key) {
        "" => default.to_owned(),
        text => text.to_owned(),
    };
    or("Protocol", Protocol::Tcp.as_str()) == wanted.protocol.as_str()
        && number(port, "TargetPort") == u64::from(wanted.target)
        && or("PublishMode", PublishMode::Ingress.as_str()) == wanted.mode.as_str()
}
