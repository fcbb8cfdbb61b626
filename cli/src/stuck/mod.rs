//! Why tasks do not run.
//!
//! The engine tells a part of it with the task, and nothing at all of an address that is not there. So two layers:
//!
//! * [`Symptom`]: what the record of one task says.
//! * [`examine`]: what the whole swarm says: which network it is, and how many tasks share the cause.
//!
//! [`ways_out`] then names commands that help. All of it is a function of a snapshot; nothing here asks an engine, waits
//! or prints.

mod cause;
mod symptom;
mod way_out;

pub use cause::{Cause, Finding, Subject, examine};
pub use symptom::{Obstacle, ObstacleKind, Symptom};
pub(crate) use way_out::new_leader;
pub use way_out::{WayOut, ways_out};
