//! What becomes of an API group when one of its services is changed: the plugin as a process, on a simulated swarm.

mod change;
mod render;
mod rollback;
#[path = "../simulated/mod.rs"]
mod simulated;
mod stack;
mod stage;
