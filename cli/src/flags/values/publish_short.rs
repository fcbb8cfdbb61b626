//! The value of `--publish`, short syntax: `8080:80`, `80`, `8000-8010:8000-8010/udp`.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use crate::flags::grammar::parse_uint;
use crate::service::{Protocol, PublishMode, PublishedPort};

/// Why a text is not a port or a range of ports.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShortPublishError {
    /// No port in the container.
    #[error("no port specified: {text}<empty>")]
    NoPort {
        /// What was given.
        text: String,
    },
    /// Not a port in the container.
    #[error("invalid containerPort: {ports}")]
    ContainerPort {
        /// What should be a port or a range.
        ports: String,
    },
    /// Not a port outside.
    #[error("invalid hostPort: {ports}")]
    HostPort {
        /// What should be a port or a range.
        ports: String,
    },
    /// Two ranges of different lengths.
    #[error("invalid ranges specified for container and host Ports: {container} and {host}")]
    Ranges {
        /// The ports in the container.
        container: String,
        /// The ports outside.
        host: String,
    },
    /// Neither `tcp` nor `udp` nor `sctp`.
    #[error("invalid proto: {protocol}")]
    Protocol {
        /// What was given.
        protocol: String,
    },
    /// What should be an address is not.
    #[error("invalid IP address: {address}")]
    Address {
        /// What should be an address.
        address: String,
    },
    /// A service is published on every address of a node.
    #[error("hostip is not supported")]
    HostIp,
}

/// Reads `[HOST[-HOST]:]PORT[-PORT][/PROTOCOL]`. A range outside for one port in the container publishes that port
/// under every number of the range.
pub fn short(text: &str) -> Result<Vec<PublishedPort>, ShortPublishError> {
    let (address, host, container) = split(text);
    let (ports, protocol_name) = split_protocol(container);
    let has_address = check_address(address)?;
    if ports.is_empty() {
        return Err(ShortPublishError::NoPort { text: text.to_owned() });
    }
    let targets = range(ports).ok_or_else(|| ShortPublishError::ContainerPort { ports: ports.to_owned() })?;
    let published = match host {
        "" => None,
        host => Some(range(host).ok_or_else(|| ShortPublishError::HostPort { ports: host.to_owned() })?),
    };
    if let Some(published) = &published
        && published.len() != targets.len()
        && targets.len() != 1
    {
        return Err(ShortPublishError::Ranges { container: ports.to_owned(), host: host.to_owned() });
    }
    let protocol = Protocol::from_name(&protocol_name.to_lowercase())
        .ok_or_else(|| ShortPublishError::Protocol { protocol: protocol_name.to_owned() })?;
    if has_address {
        return Err(ShortPublishError::HostIp);
    }
    let port = |target, published| PublishedPort {
        protocol,
        target,
        published: Some(published).filter(|port| *port != 0),
        mode: PublishMode::Ingress,
    };
    Ok(match published {
        None => targets.map(|target| port(target, 0)).collect(),
        Some(published) if targets.len() == 1 => {
            published.map(|published| port(*targets.start(), published)).collect()
        }
        Some(published) => {
            targets.zip(published).map(|(target, published)| port(target, published)).collect()
        }
    })
}

/// Address, ports outside, ports inside; an IPv6 address brings colons of its own.
fn split(text: &str) -> (&str, &str, &str) {
    let Some((rest, container)) = text.rsplit_once(':') else { return ("", "", text) };
    match rest.rsplit_once(':') {
        Some((address, host)) => (address, host, container),
        None => ("", rest, container),
    }
}

/// `80/` and `80//udp` are TCP, and what follows a second slash is lost, as in Docker.
fn split_protocol(text: &str) -> (&str, &str) {
    let mut pieces = text.split('/');
    let ports = pieces.next().unwrap_or("");
    match pieces.next() {
        Some(protocol) if !protocol.is_empty() => (ports, protocol),
        _ => (ports, "tcp"),
    }
}

fn check_address(address: &str) -> Result<bool, ShortPublishError> {
    if address.is_empty() {
        return Ok(false);
    }
    let inner = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
    match inner.parse::<IpAddr>() {
        Ok(_) => Ok(true),
        Err(_) => Err(ShortPublishError::Address { address: inner.to_owned() }),
    }
}

fn range(ports: &str) -> Option<RangeInclusive<u16>> {
    let port = |text: &str| u16::try_from(parse_uint(text, 10, 16).ok()?).ok();
    let mut bounds = ports.split('-');
    let start = port(bounds.next()?)?;
    let end = match bounds.next() {
        Some(end) => port(end)?,
        None => start,
    };
    (start <= end).then_some(start..=end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(u16, u16)> {
        let ports = short(text).expect("ports");
        ports.iter().map(|port| (port.published.unwrap_or(0), port.target)).collect()
    }

    #[test]
    fn a_port_may_be_given_with_or_without_its_number_outside() {
        assert_eq!(pairs("80"), [(0, 80)]);
        assert_eq!(pairs("8080:80"), [(8080, 80)]);
        assert_eq!(pairs(":80"), [(0, 80)]);
        assert_eq!(pairs("0:80"), [(0, 80)]);
        assert_eq!(pairs("0"), [(0, 0)]);
    }

    #[test]
    fn ranges_go_side_by_side_or_fan_out_from_one_port() {
        assert_eq!(pairs("80-82"), [(0, 80), (0, 81), (0, 82)]);
        assert_eq!(pairs("8080-8081:80-81"), [(8080, 80), (8081, 81)]);
        assert_eq!(pairs("8080-8082:80"), [(8080, 80), (8081, 80), (8082, 80)]);
        assert_eq!(pairs("1-2-3:80-81"), [(1, 80), (2, 81)]);
        assert_eq!(pairs("65535"), [(0, 65535)]);
    }

    #[test]
    fn the_protocol_stands_after_a_slash_in_any_case() {
        for (text, protocol) in [
            ("80/UDP", Protocol::Udp),
            ("80/sctp", Protocol::Sctp),
            ("80/", Protocol::Tcp),
            ("80//udp", Protocol::Tcp),
            ("80/tcp/x", Protocol::Tcp),
        ] {
            assert_eq!(short(text).unwrap()[0].protocol, protocol, "{text}");
        }
    }

    #[test]
    fn a_bad_port_is_named() {
        for (text, message) in [
            ("", "no port specified: <empty>"),
            ("8080:", "no port specified: 8080:<empty>"),
            ("::", "no port specified: ::<empty>"),
            ("80x", "invalid containerPort: 80x"),
            ("80:65536", "invalid containerPort: 65536"),
            ("80-", "invalid containerPort: 80-"),
            ("-80", "invalid containerPort: -80"),
            ("8080:+80", "invalid containerPort: +80"),
            ("65536:80", "invalid hostPort: 65536"),
            ("8082-8080:80", "invalid hostPort: 8082-8080"),
            ("127.0.0.1:80", "invalid hostPort: 127.0.0.1"),
            ("8080:80-82", "invalid ranges specified for container and host Ports: 80-82 and 8080"),
            ("80/Foo", "invalid proto: Foo"),
            ("a:b:c", "invalid IP address: a"),
            ("1.2.3.4:8080:80", "hostip is not supported"),
            ("1.2.3.4::80", "hostip is not supported"),
            ("[::1]:8080:80", "hostip is not supported"),
            ("::1:8080:80", "hostip is not supported"),
        ] {
            assert_eq!(short(text).unwrap_err().to_string(), message, "{text}");
        }
    }
}
