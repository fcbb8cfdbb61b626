//! What becomes of an API group when one of its services is changed: the plugin as a process, on a simulated swarm.

mod change;
mod render;
mod rollback;
mod stack;
mod stage;
