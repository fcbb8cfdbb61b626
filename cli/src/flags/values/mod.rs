//! The values of single flags, from Docker's notation into the parts of a service spec.
//!
//! A value is judged on its own here; what two flags have to say to each other is judged in
//! [`request`](super::CreateRequest).

mod capability;
mod credential;
mod dns;
mod env_file;
mod environment;
mod file;
mod generic_resource;
mod host_entry;
mod label;
mod mount;
mod network;
mod placement;
mod publish;
mod publish_short;
mod ulimit;

pub(crate) use capability::{ALL, RESET, normal_capabilities};
pub use capability::{Capabilities, capabilities};
pub use credential::{CredentialError, credential_spec};
pub use dns::{DnsError, name_server, search_domain};
pub use env_file::{EnvFileError, env_file};
pub use environment::{EnvironmentError, environment_variable, last_of_each_name};
pub use file::{FileError, FileKind, file};
pub use generic_resource::{
    GenericResourceError, GenericResourceSyntax, check_generic_resource, generic_resources,
};
pub use host_entry::{HostEntryError, host_entry};
pub use label::{LabelError, check_label};
pub use mount::{MountError, mount};
pub use network::{NetworkError, NetworkValue, network};
pub use placement::{PlacementError, placement_preference};
pub use publish::{PublishError, publish};
pub use publish_short::{ShortPublishError, short as published_ports};
pub use ulimit::{UlimitError, ulimit};
