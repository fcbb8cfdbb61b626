//! The document of a dump: one JSON object with a version.
//!
//! `docs/schema/network-dump.json` describes it. A reader takes the versions that it knows and refuses others, because
//! a dump that is half understood would be restored by half.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use super::{NetworkDefinition, ServiceRecord};

/// The version that is written.
pub const VERSION: u32 = 1;

/// Networks and the services on them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dump {
    /// The version of the document.
    #[serde(rename = "smsvcNetworkDump")]
    pub version: u32,
    /// When it was taken, by the engine's clock (RFC 3339).
    pub taken: String,
    /// The id of the swarm.
    pub cluster: String,
    /// The networks that were asked for, and then those that their services are on as well.
    pub networks: Vec<NetworkRecord>,
    /// The services on the networks that were asked for, the oldest first.
    pub services: Vec<ServiceRecord>,
    /// The configs that the services use.
    pub configs: Vec<Reference>,
    /// The secrets that the services use. What they hold is known to their tasks only.
    pub secrets: Vec<Reference>,
}

/// A network of a dump.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NetworkRecord {
    /// The id that it had.
    pub id: String,
    /// Whether it was asked for. Other networks are here because services need them.
    pub dumped: bool,
    /// What it was asked to be, with the ranges that it had.
    pub definition: NetworkDefinition,
}

/// A config or a secret, which a dump cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reference {
    /// Its name.
    pub name: String,
    /// The id that it had.
    pub id: String,
}

/// Why a text is no dump.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DumpError {
    /// Not JSON, or not this document.
    #[error("it is not a network dump: {0}")]
    Malformed(String),
    /// A version that this program does not know.
    #[error("it is a network dump of version {0}; this smsvc reads version {VERSION}")]
    Version(u64),
    /// Two entries with one name.
    #[error("it has two {kind} named {name}")]
    Twice {
        /// `networks` or `services`.
        kind: &'static str,
        /// The name.
        name: String,
    },
}

impl Dump {
    /// Reads a dump.
    pub fn parse(text: &str) -> Result<Self, DumpError> {
        let malformed = |error: serde_json::Error| DumpError::Malformed(error.to_string());
        let value: Value = serde_json::from_str(text).map_err(malformed)?;
        match value.get("smsvcNetworkDump").and_then(Value::as_u64) {
            Some(version) if version == u64::from(VERSION) => {}
            Some(version) => return Err(DumpError::Version(version)),
            None => return Err(DumpError::Malformed("the field smsvcNetworkDump is missing".to_owned())),
        }
        let dump: Self = serde_json::from_value(value).map_err(malformed)?;
        let networks = dump.networks.iter().map(|network| network.definition.name());
        let services = dump.services.iter().map(|service| service.name.as_str());
        for (kind, twice) in [("networks", twice(networks)), ("services", twice(services))] {
            if let Some(name) = twice {
                return Err(DumpError::Twice { kind, name });
            }
        }
        Ok(dump)
    }

    /// Indented for people, with a line end.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// The network of this name.
    pub fn network(&self, name: &str) -> Option<&NetworkRecord> {
        self.networks.iter().find(|network| network.definition.name() == name)
    }
}

fn twice<'n>(names: impl Iterator<Item = &'n str>) -> Option<String> {
    let mut seen = std::collections::BTreeSet::new();
    names.into_iter().find(|name| !seen.insert(*name)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::dump::ServiceState;

    fn dump() -> Dump {
        let network =
            json!({"Name": "front", "Driver": "overlay", "IPAM": {"Config": [{"Subnet": "10.1.0.0/24"}]}});
        Dump {
            version: VERSION,
            taken: "2026-01-01T00:00:00Z".into(),
            cluster: "c1".into(),
            networks: vec![NetworkRecord {
                id: "n1".into(),
                dumped: true,
                definition: NetworkDefinition::of(&network),
            }],
            services: vec![ServiceRecord {
                name: "web".into(),
                id: "s1".into(),
                version: 7,
                created: "2026-01-01T00:00:00Z".into(),
                spec: json!({"Name": "web", "Novel": {"Limit": 18_446_744_073_709_551_615_u64}}),
                pinned: vec![],
                state: ServiceState { running: 2, update: None, job: None },
            }],
            configs: vec![Reference { name: "site".into(), id: "c1".into() }],
            secrets: vec![],
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        assert_eq!(Dump::parse(&dump().to_json()), Ok(dump()));
    }

    #[test]
    fn another_version_and_another_document_are_refused() {
        let newer = dump().to_json().replace("\"smsvcNetworkDump\": 1", "\"smsvcNetworkDump\": 2");
        assert_eq!(Dump::parse(&newer), Err(DumpError::Version(2)));
        for text in ["", "[]", "{}", "{\"smsvcNetworkDump\": 1}"] {
            assert!(matches!(Dump::parse(text), Err(DumpError::Malformed(_))), "{text}");
        }
    }

    #[test]
    fn a_name_stands_once() {
        let mut double = dump();
        double.services.push(double.services[0].clone());
        assert_eq!(
            Dump::parse(&double.to_json()),
            Err(DumpError::Twice { kind: "services", name: "web".into() })
        );
    }
}
