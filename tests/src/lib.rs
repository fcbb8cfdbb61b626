//! The stage: a real Swarm engine, a real Traefik with the plugin in it, a running provider and a backend
//! image, set up for one demo or one test run and taken down afterwards.
//!
//! It drives everything the way a user does, through the `docker` command. It must not use the project's own
//! crates: what it sees must come from the built binaries and from the network, or a test could agree with a
//! mistake.

pub mod api;
pub mod artifact;
pub mod backend;
pub mod cluster;
pub mod docker;
pub mod engine;
pub mod gateway;
pub mod http;
pub mod image;
pub mod oracle;
pub mod patience;
pub mod process;
pub mod provider;
mod removal;
pub mod stage;
pub mod steady;
pub mod teardown;
pub mod traefik;
