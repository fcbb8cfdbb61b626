//! `docker smsvc network redefine`, `resume` and `undo` as processes, on a simulated swarm: killed at every change, cut
//! off, disturbed. At the end every service is there with the spec that it had.
//!
//! The same ways are walked on a real engine, for a sample, by the end-to-end tests.

mod crash;
mod refusal;
mod schema;
#[path = "../simulated/mod.rs"]
mod simulated;
mod stage;
mod way;
