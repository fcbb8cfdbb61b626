//! How a service's containers resolve names: `ContainerSpec.DNSConfig`.

use super::Object;

/// What stands in a container's `resolv.conf`; empty lists are left to the engine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dns {
    /// Addresses of name servers.
    pub servers: Vec<String>,
    /// Domains in which a short name is looked up.
    pub search: Vec<String>,
    /// Options of the resolver, such as `ndots:2`.
    pub options: Vec<String>,
}

impl Dns {
    /// Writes `DNSConfig`.
    pub(super) fn write(&self) -> Object {
        Object::new()
            .with_present("Nameservers", self.servers.clone())
            .with_present("Search", self.search.clone())
            .with_present("Options", self.options.clone())
    }
}
