//! The credential spec of a managed service account: `ContainerSpec.Privileges.CredentialSpec`.

use serde_json::Value;

use super::file::Ids;
use super::{Object, UnresolvedName};

/// Where a node finds the credential spec (Docker API 1.29; configs 1.40).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialSpec {
    /// A config of the swarm, by name.
    Config(String),
    /// A file in the node's own folder of credential specs.
    File(String),
    /// A value in the node's registry.
    Registry(String),
}

impl CredentialSpec {
    /// The name of the config, where it is one. Docker does not look an empty name up.
    pub(super) fn config(&self) -> Option<&str> {
        match self {
            Self::Config(name) if !name.is_empty() => Some(name),
            _ => None,
        }
    }

    /// Writes `Privileges`, with the fields that Docker always sends beside it.
    pub(super) fn write(&self, ids: Ids<'_>) -> Result<Value, UnresolvedName> {
        let (mut config, mut file, mut registry) = ("", "", "");
        match self {
            Self::Config(_) => config = self.config().map_or(Ok(""), |name| ids.config(name))?,
            Self::File(name) => file = name,
            Self::Registry(name) => registry = name,
        }
        let spec = Object::new().with("Config", config).with("File", file).with("Registry", registry);
        let privileges = Object::new()
            .with("CredentialSpec", spec)
            .with("SELinuxContext", Value::Null)
            .with("NoNewPrivileges", false);
        Ok(privileges.into())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_config_is_sent_by_its_id_and_only_where_it_has_one() {
        let (configs, secrets) = (BTreeMap::from([("c".into(), "c1".into())]), BTreeMap::new());
        let ids = Ids { configs: &configs, secrets: &secrets };
        let written = |name: &str| CredentialSpec::Config(name.into()).write(ids);
        assert_eq!(written("c").unwrap()["CredentialSpec"]["Config"], "c1");
        assert_eq!(written("").unwrap()["CredentialSpec"]["Config"], "");
        assert_eq!(written("x"), Err(UnresolvedName::Config { name: "x".into() }));
    }
}
