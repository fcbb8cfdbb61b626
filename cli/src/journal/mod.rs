//! The journal of a redefinition: on disk before anything changes, so that nothing can be lost by a crash.
//!
//! One file a redefinition, JSON lines. The first line is the goal with every service in it; the lines behind it say
//! what was begun and done. Only the first line and the direction are needed to go on, because each step is found by
//! looking at the swarm; the rest tells people what happened. Every line is on the disk before the step that it
//! announces is taken. Nobody has to edit it.

mod entry;
mod file;
mod folder;

pub use entry::{Entry, Header};
pub use file::{Journal, JournalError, Recorded};
pub use folder::Folder;
