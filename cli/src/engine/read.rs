//! Reading what an engine answers, and writing what it is asked with. No connection is needed for any of it.

use bollard::models;
use hyper::StatusCode;
use serde_json::Value;
use smsvc_core::budget::{Addresses, NodeAttributes, NodeFact, NodeId, Subnet};

use super::{EngineError, Network};
use crate::service::RawService;

/// `1.41`.
pub(super) fn parse_version(text: &str) -> Option<(u16, u16)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

pub(super) fn raw_service(call: &str, value: Value) -> Result<RawService, EngineError> {
    RawService::new(value).map_err(|error| malformed(call, &error))
}

/// `None` for an entry without id or name, which no engine sends.
pub(super) fn network(raw: models::Network) -> Option<Network> {
    let subnets =
        raw.ipam.and_then(|ipam| ipam.config).unwrap_or_default().into_iter().filter_map(|config| {
            let gateway = config.gateway.unwrap_or_default();
            // Some engines append the prefix length to the gateway.
            let gateway = gateway.split('/').next().unwrap_or_default();
            Subnet::parse(&config.subnet?, &config.ip_range.unwrap_or_default(), gateway).ok()
        });
    Some(Network {
        id: raw.id?,
        name: raw.name?,
        driver: raw.driver.unwrap_or_default(),
        swarm: raw.scope.as_deref() == Some("swarm"),
        ingress: raw.ingress.unwrap_or_default(),
        subnets: subnets.collect(),
        available: None,
    })
}

/// The free addresses that an answer to `GET /networks/{name}?scope=swarm` counts (API 1.52, `Status.IPAM`). Asked by
/// anything but its name, a network is counted on this node only, so the name has to be the one that was asked for.
pub(super) fn available(answer: &Value, name: &str) -> Option<Addresses> {
    if answer.get("Name")?.as_str()? != name {
        return None;
    }
    let subnets = answer.pointer("/Status/IPAM/Subnets")?.as_object()?;
    // Nothing uses an IPv6 subnet, and its count would drown the others.
    let ipv4 = subnets.iter().filter(|(subnet, _)| !subnet.contains(':'));
    ipv4.map(|(_, status)| status.get("DynamicIPsAvailable")?.as_u64().map(Addresses::new)).sum()
}

pub(super) fn node(raw: models::Node) -> Option<NodeFact> {
    let status = raw.status.unwrap_or_default();
    let spec = raw.spec.unwrap_or_default();
    let description = raw.description.unwrap_or_default();
    let platform = description.platform.unwrap_or_default();
    let engine = description.engine.unwrap_or_default();
    Some(NodeFact {
        id: NodeId::new(raw.id?),
        ready: status.state == Some(models::NodeState::READY),
        leader: raw.manager_status.is_some_and(|status| status.leader.unwrap_or_default()),
        active: spec.availability == Some(models::NodeSpecAvailabilityEnum::ACTIVE),
        attributes: NodeAttributes {
            hostname: description.hostname.unwrap_or_default(),
            address: status.addr.unwrap_or_default(),
            role: spec.role.map(|role| role.to_string()).unwrap_or_default(),
            os: platform.os.unwrap_or_default(),
            architecture: platform.architecture.unwrap_or_default(),
            labels: spec.labels.unwrap_or_default().into_iter().collect(),
            engine_labels: engine.labels.unwrap_or_default().into_iter().collect(),
        },
    })
}

pub(super) fn message(body: &[u8]) -> String {
    serde_json::from_slice::<Value>(body)
        .ok()
        .and_then(|value| Some(value.get("message")?.as_str()?.trim().to_owned()))
        .unwrap_or_else(|| String::from_utf8_lossy(body).trim().to_owned())
}

/// The engine answers 503 to swarm calls that it cannot serve: no swarm, a worker, or a swarm without a leader.
pub(super) fn refused(status: u16, message: &str) -> EngineError {
    if status == StatusCode::SERVICE_UNAVAILABLE.as_u16() && message.contains("not a swarm manager") {
        return EngineError::NotAManager;
    }
    EngineError::Refused { status, message: message.to_owned() }
}

pub(super) fn malformed(call: &str, error: &dyn std::fmt::Display) -> EngineError {
    EngineError::Malformed { call: call.to_owned(), reason: error.to_string() }
}

/// What is wrong with an archive, as a line of the answer to `POST /images/load` says.
pub(super) fn load_error(answer: &[u8]) -> Option<String> {
    let lines = answer.split(|byte| *byte == b'\n');
    let mut values = lines.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    values.find_map(|value| Some(value.get("error")?.as_str()?.to_owned()))
}

/// The lines of a log. Tasks without a terminal have frames: one byte for the stream, three empty ones, four with the length.
pub(super) fn log_lines(mut wire: &[u8]) -> String {
    let mut text = Vec::new();
    while let [0..=2, 0, 0, 0, a, b, c, d, rest @ ..] = wire {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        let (frame, behind) = rest.split_at(length.min(rest.len()));
        text.extend_from_slice(frame);
        wire = behind;
    }
    text.extend_from_slice(wire);
    String::from_utf8_lossy(&text).into_owned()
}

/// Percent-encodes everything that could end a path segment or a query value.
pub(super) fn escape(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::with_capacity(text.len()), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _infallible = write!(escaped, "%{byte:02X}");
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_two_numbers() {
        assert_eq!(parse_version("1.41"), Some((1, 41)));
        for text in ["", "1", "1.x", "v1.41"] {
            assert_eq!(parse_version(text), None, "{text}");
        }
    }

    #[test]
    fn a_swarm_call_to_a_worker_or_to_a_lone_engine_is_told_apart_from_other_refusals() {
        let words = "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\".";
        assert_eq!(refused(503, words), EngineError::NotAManager);
        assert!(matches!(
            refused(503, "rpc error: the swarm does not have a leader"),
            EngineError::Refused { status: 503, .. }
        ));
        assert!(matches!(refused(400, words), EngineError::Refused { status: 400, .. }));
    }

    #[test]
    fn the_engines_own_words_are_taken_out_of_its_json() {
        assert_eq!(message(br#"{"message":"no such thing\n"}"#), "no such thing");
        assert_eq!(message(b"plain text\n"), "plain text");
    }

    #[test]
    fn a_gateway_may_carry_a_prefix_length_and_an_odd_subnet_is_skipped() {
        let config = |subnet: &str, gateway: &str| models::IpamConfig {
            subnet: Some(subnet.to_owned()),
            gateway: Some(gateway.to_owned()),
            ..models::IpamConfig::default()
        };
        let found = network(models::Network {
            id: Some("n1".to_owned()),
            name: Some("front".to_owned()),
            scope: Some("swarm".to_owned()),
            driver: Some("overlay".to_owned()),
            ipam: Some(models::Ipam {
                config: Some(vec![config("10.1.0.0/24", "10.1.0.1/24"), config("nonsense", "")]),
                ..models::Ipam::default()
            }),
            ..models::Network::default()
        })
        .unwrap();
        assert!(found.is_overlay());
        assert_eq!(found.subnets, [Subnet::parse("10.1.0.0/24", "", "10.1.0.1").unwrap()]);
    }

    #[test]
    fn the_engines_own_count_is_that_of_all_ipv4_subnets_asked_by_name() {
        let subnets = serde_json::json!({
            "10.1.0.0/28": { "IPsInUse": 10, "DynamicIPsAvailable": 6 },
            "10.2.0.0/28": { "IPsInUse": 3, "DynamicIPsAvailable": 13 },
            "fd00::/64": { "IPsInUse": 1, "DynamicIPsAvailable": 9_999 },
        });
        let answer = serde_json::json!({ "Name": "front", "Status": { "IPAM": { "Subnets": subnets } } });
        assert_eq!(available(&answer, "front"), Some(Addresses::new(19)));
        assert_eq!(available(&answer, "n1abcdef"), None, "asked by id");
        assert_eq!(available(&serde_json::json!({ "Name": "front" }), "front"), None, "an older engine");
    }

    #[test]
    fn an_archive_that_was_not_loaded_is_an_error_although_the_status_is_200() {
        assert_eq!(load_error(b"{\"stream\":\"Loaded image: x\\n\"}\n"), None);
        let answer = b"{\"stream\":\"x\"}\n{\"errorDetail\":{\"message\":\"no\"},\"error\":\"no\"}\n";
        assert_eq!(load_error(answer), Some("no".to_owned()));
    }

    #[test]
    fn the_frames_of_a_log_are_taken_away_and_plain_text_stays() {
        assert_eq!(log_lines(b"\x01\0\0\0\0\0\0\x02a\n\x02\0\0\0\0\0\0\x03bc\n"), "a\nbc\n");
        assert_eq!(log_lines(b"\x01\0\0\0\0\0\0\x09cut"), "cut");
        assert_eq!(log_lines(b"plain\n"), "plain\n");
    }

    #[test]
    fn what_could_end_a_path_segment_is_escaped() {
        assert_eq!(escape("a/b?c#d%e f"), "a%2Fb%3Fc%23d%25e%20f");
        assert_eq!(escape("web-1_x.y~z"), "web-1_x.y~z");
    }
}
