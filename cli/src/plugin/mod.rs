//! The contract between the `docker` command and its plugins: metadata, command line, cancellation, hooks.
//!
//! Knows nothing of services or networks, and never talks to an engine: `docker` asks for the metadata before
//! every command that a user types.

mod cancel;
mod hook;
mod invocation;
mod metadata;

pub use cancel::Cancellation;
pub use hook::{HOOK_COMMAND, HOOKS, hook_answer, hooks_state, is_asked, with_hooks};
pub use invocation::{Globals, GlobalsError, Invocation, NAME};
pub use metadata::{METADATA_COMMAND, metadata};
