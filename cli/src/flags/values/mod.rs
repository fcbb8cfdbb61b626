//! The values of single flags, from Docker's notation into the parts of a service spec.
//!
//! A value is judged on its own here; what two flags have to say to each other is judged in
//! [`request`](super::CreateRequest).

mod environment;
mod host_entry;
mod label;
mod mount;
mod network;
mod publish;
mod publish_short;

pub use environment::{EnvironmentError, environment_variable, last_of_each_name};
pub use host_entry::{HostEntryError, host_entry};
pub use label::{LabelError, check_label};
pub use mount::{MountError, mount};
pub use network::{NetworkError, NetworkValue, network};
pub use publish::{PublishError, publish};
pub use publish_short::ShortPublishError;
