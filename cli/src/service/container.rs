//! What runs in each task: `TaskTemplate.ContainerSpec`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::file::{self, Ids};
use super::{CredentialSpec, Dns, FileReference, Healthcheck, Mount, Object, Ulimit, UnresolvedName};

/// The container of a service, apart from its image. What is empty, zero or false is left to image and engine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Container {
    /// The entry point, word by word, in place of the image's.
    pub command: Vec<String>,
    /// What stands after the image: arguments of its entry point.
    pub arguments: Vec<String>,
    /// The host name; the engine replaces templates in it.
    pub hostname: String,
    /// Labels of the containers, which are not those of the service.
    pub labels: BTreeMap<String, String>,
    /// `NAME=value`, or `NAME` alone, in the order in which they apply.
    pub environment: Vec<String>,
    /// The working directory.
    pub directory: String,
    /// The user of the process: a name or a number, optionally with a group after a colon.
    pub user: String,
    /// Supplementary user groups of the process: names or numbers.
    pub user_groups: Vec<String>,
    /// The credential spec of a managed service account, on Windows.
    pub credential_spec: Option<CredentialSpec>,
    /// Whether an init process runs in front of the entry point.
    pub init: bool,
    /// The signal that asks the process to end.
    pub stop_signal: String,
    /// How long it may take to end, in nanoseconds.
    pub stop_grace_period: Option<i64>,
    /// Whether it has a pseudo-terminal.
    pub terminal: bool,
    /// Whether its root file system is read-only.
    pub read_only: bool,
    /// What is mounted.
    pub mounts: Vec<Mount>,
    /// How its health is checked.
    pub healthcheck: Option<Healthcheck>,
    /// Lines of `/etc/hosts`: `address name`.
    pub hosts: Vec<String>,
    /// How it resolves names.
    pub dns: Dns,
    /// Secrets that it finds as files; no two have the same target.
    pub secrets: Vec<FileReference>,
    /// Configs that it finds as files; no two have the same target.
    pub configs: Vec<FileReference>,
    /// `default`, `process` or `hyperv`, on Windows.
    pub isolation: String,
    /// Kernel parameters of its namespaces.
    pub sysctls: BTreeMap<String, String>,
    /// Capabilities beyond the engine's default.
    pub capabilities_added: Vec<String>,
    /// Capabilities taken from the engine's default.
    pub capabilities_dropped: Vec<String>,
    /// Limits of the process, by name.
    pub ulimits: BTreeMap<String, Ulimit>,
    /// How readily the kernel kills it when memory runs out: -1000 to 1000.
    pub oom_score_adjustment: i64,
}

impl Container {
    /// The names of the configs that have to be looked up, each once: those that are files, and a credential spec.
    pub(crate) fn config_names(&self) -> Vec<&str> {
        let credentials = self.credential_spec.as_ref().and_then(CredentialSpec::config);
        file::names(&self.configs, credentials)
    }

    /// The names of the secrets that have to be looked up, each once.
    pub(crate) fn secret_names(&self) -> Vec<&str> {
        file::names(&self.secrets, None)
    }

    /// Writes `ContainerSpec`. `Init` and `DNSConfig` are always there, as Docker's CLI sends them.
    pub(super) fn write(&self, image: &str, ids: Ids<'_>) -> Result<Value, UnresolvedName> {
        let secrets = file::write_secrets(&self.secrets, ids)?;
        let configs = file::write_configs(&self.configs, self.credential_spec.as_ref(), ids)?;
        let credentials = self.credential_spec.as_ref().map(|spec| spec.write(ids)).transpose()?;
        let ulimits: Vec<Value> = self.ulimits.iter().map(|(name, limit)| limit.write(name)).collect();
        let spec = Object::new()
            .with_present("Image", image)
            .with_strings("Labels", &self.labels)
            .with_present("Command", self.command.clone())
            .with_present("Args", self.arguments.clone())
            .with_present("Hostname", self.hostname.as_str())
            .with_present("Env", self.environment.clone())
            .with_present("Dir", self.directory.as_str())
            .with_present("User", self.user.as_str())
            .with_present("Groups", self.user_groups.clone())
            .with_present("Privileges", credentials)
            .with("Init", self.init)
            .with_present("StopSignal", self.stop_signal.as_str())
            .with_present("TTY", self.terminal)
            .with_present("ReadOnly", self.read_only)
            .with_present("Mounts", self.mounts.iter().map(Mount::write).collect::<Vec<_>>())
            .with_given("StopGracePeriod", self.stop_grace_period)
            .with_present("Healthcheck", self.healthcheck.as_ref().map(Healthcheck::write))
            .with_present("Hosts", self.hosts.clone())
            .with("DNSConfig", self.dns.write())
            .with_present("Secrets", secrets)
            .with_present("Configs", configs)
            .with_present("Isolation", self.isolation.as_str())
            .with_strings("Sysctls", &self.sysctls)
            .with_present("CapabilityAdd", self.capabilities_added.clone())
            .with_present("CapabilityDrop", self.capabilities_dropped.clone())
            .with_present("Ulimits", ulimits)
            .with_present("OomScoreAdj", self.oom_score_adjustment);
        Ok(spec.into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_not_given_is_not_sent() {
        let maps = (BTreeMap::new(), BTreeMap::new());
        let ids = Ids { configs: &maps.0, secrets: &maps.1 };
        let written = Container::default().write("nginx:latest", ids);
        assert_eq!(written, Ok(json!({"Image": "nginx:latest", "Init": false, "DNSConfig": {}})));
    }

    #[test]
    fn a_grace_period_of_nothing_is_not_the_same_as_none() {
        let maps = (BTreeMap::new(), BTreeMap::new());
        let ids = Ids { configs: &maps.0, secrets: &maps.1 };
        let container = Container { stop_grace_period: Some(0), ..Container::default() };
        assert_eq!(container.write("a", ids).unwrap()["StopGracePeriod"], json!(0));
    }

    #[test]
    fn a_config_that_is_both_file_and_credential_spec_is_looked_up_once() {
        let file = |name: &str| FileReference { source: name.into(), ..FileReference::default() };
        let container = Container {
            configs: vec![file("b"), file("a"), file("a")],
            credential_spec: Some(CredentialSpec::Config("a".into())),
            ..Container::default()
        };
        assert_eq!(container.config_names(), ["a", "b"]);
    }
}
