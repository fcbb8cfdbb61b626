//! The contract between the `docker` command and its plugins: metadata, command line, cancellation.
//!
//! Knows nothing of services or networks, and never talks to an engine: `docker` asks for the metadata before
//! every command that a user types.

mod cancel;
mod invocation;
mod metadata;

pub use cancel::Cancellation;
pub use invocation::{Globals, GlobalsError, Invocation};
pub use metadata::{METADATA_COMMAND, metadata};
