//! `docker smsvc`, the Docker CLI plugin, as a library: the binary is only its process.
//!
//! A command observes the swarm, plans on what it saw, and executes the plan:
//!
//! * [`plugin`], [`args`], [`flags`] read what the user typed.
//! * [`engine`] speaks to Docker; [`observe`] takes a snapshot through it.
//! * [`stack`] reads stack files as `docker stack deploy` does.
//! * [`stuck`] tells why tasks do not run.
//! * [`plan`] decides on the snapshot alone, with the rules of `smsvc-core`.
//! * [`reserve`] keeps other clients off the networks meanwhile.
//! * [`execute`] makes the calls that a plan lists.
//! * [`commands`] tie these together; [`report`] prints, and nothing else does.

pub mod args;
pub mod commands;
pub mod complete;
pub mod dump;
pub mod engine;
pub mod error;
pub mod execute;
pub mod explain;
pub mod finding;
pub mod flags;
pub mod gateway;
pub mod groups;
pub mod journal;
pub mod json;
pub mod lint;
pub mod list;
pub mod map;
pub mod observe;
pub mod openapi;
pub mod plan;
pub mod plugin;
pub mod provider;
pub mod publish;
pub mod reference;
pub mod report;
pub mod reserve;
pub mod service;
pub mod stack;
pub mod stuck;
pub mod template;

mod run;
mod words;

pub use run::run;
