//! The value of `--network`.

use std::collections::BTreeMap;

use crate::flags::grammar::{CsvError, IntegerProblem, first_record, is_long_syntax, parse_int};
use crate::service::NetworkAttachment;

/// Why a text is not a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// Not a list of fields.
    #[error(transparent)]
    Csv(#[from] CsvError),
    /// A field without `=` or without a key.
    #[error("invalid field {field}")]
    Field {
        /// The field as it was given.
        field: String,
    },
    /// A key that Docker does not know.
    #[error("invalid field key {key}")]
    Key {
        /// The key in lower case.
        key: String,
    },
    /// A driver option that is not `key=value`.
    #[error("invalid key value pair format in driver options")]
    DriverOption,
    /// A priority that is not an integer.
    #[error("invalid gw-priority ({value}): {problem}")]
    GatewayPriority {
        /// What was given.
        value: String,
        /// What is wrong with it.
        problem: IntegerProblem,
    },
    /// The long syntax without a name.
    #[error("network name/id is not specified")]
    Name,
}

/// A network and what was said of it in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkValue {
    /// What a service can have.
    pub attachment: NetworkAttachment,
    /// Fields that only a single container can have, such as `ip`: Docker drops them from a service in silence.
    pub ignored: Vec<&'static str>,
}

/// Fields that the long syntax knows and a service has no place for.
const CONTAINER_ONLY: [&str; 5] = ["ip", "ip6", "mac-address", "link-local-ip", "gw-priority"];

/// Reads a name without the white space around it, or `name=…,alias=…,driver-opt=key=value`. The long syntax is turned into lower case, names
/// and values included; the short one is not.
pub fn network(value: &str) -> Result<NetworkValue, NetworkError> {
    let (attachment, ignored) =
        if is_long_syntax(value) { long(value)? } else { (attachment(value.trim().to_owned()), Vec::new()) };
    Ok(NetworkValue { attachment, ignored })
}

fn attachment(network: String) -> NetworkAttachment {
    NetworkAttachment { network, aliases: Vec::new(), driver_options: BTreeMap::new() }
}

fn long(value: &str) -> Result<(NetworkAttachment, Vec<&'static str>), NetworkError> {
    let mut found = attachment(String::new());
    let mut ignored = Vec::new();
    for field in first_record(value)? {
        let lower = field.to_lowercase();
        let (key, value) = match lower.split_once('=') {
            Some((key, value)) if !key.is_empty() => (key.trim(), value.trim()),
            _ => return Err(NetworkError::Field { field }),
        };
        match key {
            "name" => value.clone_into(&mut found.network),
            "alias" => found.aliases.push(value.to_owned()),
            "driver-opt" => {
                let (key, value) = driver_option(value)?;
                found.driver_options.insert(key, value);
            }
            _ => match CONTAINER_ONLY.into_iter().find(|known| *known == key) {
                Some("gw-priority") => {
                    check_priority(value)?;
                    ignored.push("gw-priority");
                }
                Some(known) => ignored.push(known),
                None => return Err(NetworkError::Key { key: key.to_owned() }),
            },
        }
    }
    if found.network.is_empty() { Err(NetworkError::Name) } else { Ok((found, ignored)) }
}

fn driver_option(option: &str) -> Result<(String, String), NetworkError> {
    match option.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.trim().to_owned(), value.trim().to_owned())),
        _ => Err(NetworkError::DriverOption),
    }
}

fn check_priority(value: &str) -> Result<(), NetworkError> {
    parse_int(value, 10, 64)
        .map(drop)
        .map_err(|error| NetworkError::GatewayPriority { value: value.to_owned(), problem: error.problem })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_as_it_is() {
        for name in ["web", "MyNet", "a b", "x,y", "a=", "name= a", ""] {
            let found = network(name).unwrap();
            assert_eq!(found, NetworkValue { attachment: attachment(name.to_owned()), ignored: vec![] });
        }
        assert_eq!(network(" web ").unwrap().attachment.network, "web");
    }

    #[test]
    fn the_long_syntax_is_lower_case_and_trimmed() {
        let found = network("Name=A, alias = WEB1,alias=w2,driver-opt=K=V=w").unwrap().attachment;
        assert_eq!(found.network, "a");
        assert_eq!(found.aliases, ["web1", "w2"]);
        assert_eq!(found.driver_options, BTreeMap::from([("k".to_owned(), "v=w".to_owned())]));
    }

    #[test]
    fn what_a_service_cannot_have_is_reported_as_ignored() {
        let found = network("name=a,ip=1.2.3.4,MAC-address=x,gw-priority=+2").unwrap();
        assert_eq!(found.ignored, ["ip", "mac-address", "gw-priority"]);
    }

    #[test]
    fn a_bad_field_is_named() {
        for (value, message) in [
            ("name=a,driver-opt=k", "invalid key value pair format in driver options"),
            ("name=a,driver-opt==k", "invalid key value pair format in driver options"),
            ("name=a,FOO=1", "invalid field key foo"),
            ("name=a,FOO", "invalid field FOO"),
            ("name=a,=b", "invalid field =b"),
            ("alias=b", "network name/id is not specified"),
            ("name=,alias=b", "network name/id is not specified"),
            ("name=a,gw-priority=x", "invalid gw-priority (x): invalid syntax"),
            (
                "name=a,gw-priority=99999999999999999999",
                "invalid gw-priority (99999999999999999999): value out of range",
            ),
        ] {
            assert_eq!(network(value).unwrap_err().to_string(), message, "{value}");
        }
    }
}
