//! The value of `--publish`, long syntax: `target=80,published=8080,protocol=tcp,mode=host`.

use super::publish_short::{ShortPublishError, short};
use crate::flags::grammar::{CsvError, IntegerProblem, first_record, is_long_syntax, parse_uint};
use crate::service::{Protocol, PublishMode, PublishedPort};

/// Why a text is not a published port.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// Wrong in the short syntax.
    #[error(transparent)]
    Short(#[from] ShortPublishError),
    /// Not a list of fields.
    #[error(transparent)]
    Csv(#[from] CsvError),
    /// A field without `=` or without a key.
    #[error("invalid field: {field}")]
    Field {
        /// The field as it was given.
        field: String,
    },
    /// A key that Docker does not know.
    #[error("invalid field key: {key}")]
    Key {
        /// The key in lower case.
        key: String,
    },
    /// Neither `tcp` nor `udp` nor `sctp`.
    #[error("invalid protocol value '{value}'")]
    Protocol {
        /// What was given, in lower case.
        value: String,
    },
    /// Neither `ingress` nor `host`.
    #[error("invalid publish mode value ({value}): must be either 'ingress' or 'host'")]
    Mode {
        /// What was given, in lower case.
        value: String,
    },
    /// A port that is not a decimal number below 65536; there are no ranges here.
    #[error("invalid {side} port ({value}): value must be an integer: {problem}")]
    Port {
        /// `target` or `published`.
        side: &'static str,
        /// What was given.
        value: String,
        /// What is wrong with it.
        problem: IntegerProblem,
    },
    /// No port in the container.
    #[error("missing mandatory field 'target'")]
    Target,
}

/// Reads a published port of the long syntax, or the ports of the short one: `[[HOST[-HOST]:]PORT[-PORT][/PROTOCOL]`.
pub fn publish(value: &str) -> Result<Vec<PublishedPort>, PublishError> {
    if is_long_syntax(value) { Ok(vec![long(value)?]) } else { Ok(short(value)?) }
}

fn long(value: &str) -> Result<PublishedPort, PublishError> {
    let (mut protocol, mut mode) = (Protocol::Tcp, PublishMode::Ingress);
    let (mut target, mut published) = (0, 0);
    for field in first_record(value)? {
        let lower = field.to_lowercase();
        let (key, value) = match lower.split_once('=') {
            Some((key, value)) if !key.is_empty() => (key, value),
            _ => return Err(PublishError::Field { field }),
        };
        let owned = || value.to_owned();
        match key {
            "protocol" => {
                protocol =
                    Protocol::from_name(value).ok_or_else(|| PublishError::Protocol { value: owned() })?;
            }
            "mode" => {
                mode = PublishMode::from_name(value).ok_or_else(|| PublishError::Mode { value: owned() })?;
            }
            "target" => target = port("target", value)?,
            "published" => published = port("published", value)?,
            _ => return Err(PublishError::Key { key: key.to_owned() }),
        }
    }
    if target == 0 {
        return Err(PublishError::Target);
    }
    Ok(PublishedPort { protocol, target, published: Some(published).filter(|port| *port != 0), mode })
}

fn port(side: &'static str, value: &str) -> Result<u16, PublishError> {
    let error = |problem| PublishError::Port { side, value: value.to_owned(), problem };
    let number = parse_uint(value, 10, 16).map_err(|wrong| error(wrong.problem))?;
    u16::try_from(number).map_err(|_| error(IntegerProblem::Range))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_long_syntax_does_not_care_for_case() {
        let port = PublishedPort {
            protocol: Protocol::Udp,
            target: 80,
            published: Some(8080),
            mode: PublishMode::Host,
        };
        for value in [
            "published=8080,target=80,mode=host,protocol=UDP",
            "Published=8080,TARGET=80,\"MODE=Host\",protocol=udp",
        ] {
            assert_eq!(publish(value), Ok(vec![port]), "{value}");
        }
    }

    #[test]
    fn only_the_target_is_mandatory() {
        let port = PublishedPort {
            protocol: Protocol::Tcp,
            target: 80,
            published: None,
            mode: PublishMode::Ingress,
        };
        assert_eq!(publish("target=80"), Ok(vec![port]));
        assert_eq!(publish("target=80,published=0"), Ok(vec![port]));
        for value in ["published=80", "target=0"] {
            assert_eq!(publish(value), Err(PublishError::Target), "{value}");
        }
    }

    #[test]
    fn a_bad_field_is_named() {
        for (value, message) in [
            ("target=x", "invalid target port (x): value must be an integer: invalid syntax"),
            ("target=65536", "invalid target port (65536): value must be an integer: value out of range"),
            (
                "target=80,published=8080-8082",
                "invalid published port (8080-8082): value must be an integer: invalid syntax",
            ),
            ("target=8_0", "invalid target port (8_0): value must be an integer: invalid syntax"),
            ("target=80,mode=", "invalid publish mode value (): must be either 'ingress' or 'host'"),
            ("target=80,protocol=X", "invalid protocol value 'x'"),
            ("target=80,Foo=x", "invalid field key: foo"),
            ("8080:80=1", "invalid field key: 8080:80"),
            ("target=80,Foo", "invalid field: Foo"),
            ("=80,target=80", "invalid field: =80"),
            ("\"target=80", "parse error on line 1, column 11: extraneous or missing \" in quoted-field"),
        ] {
            assert_eq!(publish(value).unwrap_err().to_string(), message, "{value}");
        }
    }
}
