//! What runs in each task: `TaskTemplate.ContainerSpec`.

use serde_json::Value;

use super::{Mount, Object};

/// The container of a service, apart from its image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Container {
    /// What stands after the image: arguments of its entry point.
    pub arguments: Vec<String>,
    /// `NAME=value`, or `NAME` alone, in the order in which they apply.
    pub environment: Vec<String>,
    /// Supplementary user groups of the process: names or numbers.
    pub user_groups: Vec<String>,
    /// Lines of `/etc/hosts`: `address name`.
    pub hosts: Vec<String>,
    /// What is mounted.
    pub mounts: Vec<Mount>,
}

impl Container {
    /// Writes `ContainerSpec`. `Init` and `DNSConfig` are always there, as Docker's CLI sends them.
    pub(super) fn write(&self, image: &str) -> Value {
        Object::new()
            .with_present("Image", image)
            .with_present("Args", self.arguments.clone())
            .with_present("Env", self.environment.clone())
            .with_present("Groups", self.user_groups.clone())
            .with("Init", false)
            .with_present("Mounts", self.mounts.iter().map(Mount::write).collect::<Vec<_>>())
            .with_present("Hosts", self.hosts.clone())
            .with("DNSConfig", Object::new())
            .into()
    }
}
