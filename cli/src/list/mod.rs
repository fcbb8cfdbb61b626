//! `ls`, `ps` and `inspect`: services and tasks as docker shows them, and what smsvc knows beside that.
//!
//! Pure: JSON of the engine in, entries and texts out. Every number and word that docker prints is the same here; what
//! is ours stands behind it.

mod elapsed;
mod ellipsis;
mod held;
mod image_name;
mod natural;
mod ports;
mod pretty;
mod service_entry;
mod swarm_types;
mod task_entry;

pub(crate) use elapsed::elapsed;
pub use held::{TaskAddresses, held};
pub use natural::natural_order;
pub use pretty::{Aside, pretty};
pub use service_entry::services;
pub use swarm_types::SERVICE;
pub use task_entry::{Names, TaskView, tasks};

/// Docker's short form of an id.
fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}
