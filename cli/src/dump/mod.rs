//! What a network and its services are, written down so that they can be made again, here or on another swarm.
//!
//! Ids mean nothing after an object was removed, so everything refers to networks, configs and secrets by name.
//! Definitions and specs stay the engine's JSON: whatever a newer engine adds is kept. Nothing here asks an engine or
//! decides what to do with a dump.

mod definition;
mod document;
mod names;
mod record;

pub use definition::{Difference, NetworkDefinition};
pub use document::{Dump, DumpError, NetworkRecord, Reference, VERSION};
pub use names::{Missing, Names};
pub use record::{JobState, PinnedPort, ServiceRecord, ServiceState};
