//! API groups: the routes that several services serve together under the same hosts and base path.

use crate::host::HostPattern;
use crate::name::{Name, ServiceName};
use crate::path::BasePath;
use crate::route::Route;
use crate::settings::Settings;

/// One API: where it is, and which services serve it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name, unique in a [`Spec`](crate::spec::Spec).
    pub name: Name,
    /// The hosts that it answers for; empty for any host.
    pub hosts: Vec<HostPattern>,
    /// What stands in front of every route.
    pub base: BasePath,
    /// What else belongs to it as a whole.
    pub settings: Settings,
    /// The services that serve it.
    pub services: Vec<Member>,
}

/// One service of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name, unique in the swarm.
    pub service: ServiceName,
    /// The less, the older: a number of older services, or a time. The older one wins where two routes are equal in rank
    /// otherwise.
    pub age: u64,
    /// What it takes; the names are unique.
    pub routes: Vec<Route>,
}
