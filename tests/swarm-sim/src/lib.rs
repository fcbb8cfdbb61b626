//! A simulated swarm that speaks the Docker Engine API, with the accounting of swarm's address allocator.
//!
//! [`Swarm`] is the whole state machine: pure, in simulated time. [`api`] answers requests on it. [`Simulator`] holds one
//! behind a clock, and [`Server`] serves it on a socket as an engine would. It is checked against the project's measurements
//! of real engines and by scenarios that run on both.
//!
//! ```
//! use swarm_sim::{Profile, Release, Server, Simulator, Speed};
//!
//! let simulator = Simulator::new(Profile::of(Release::V20_10), 1, 0, Speed::Times(100.0));
//! let server = Server::start(&simulator).unwrap();
//! println!("DOCKER_HOST={}", server.host());
//! ```
//!
//! It must not use the project's own model of addresses: it is one of the witnesses against which that is judged.

mod agent;
mod allocator;
pub mod api;
mod backing;
mod fault;
mod id;
mod moment;
mod object;
mod orchestrator;
mod pool;
mod profile;
pub mod scenario;
mod scheduler;
mod seed;
mod server;
mod simulator;
mod swarm;

pub use backing::Backing;
pub use fault::Fault;
pub use id::{FileId, NetworkId, NodeId, ServiceId, TaskId};
pub use moment::Moment;
pub use object::*;
pub use pool::SubnetRequest;
pub use profile::{Pace, Profile, Release};
pub use seed::Seed;
pub use server::Server;
pub use simulator::{Simulator, Speed};
pub use swarm::{Count, Event, EventLog, Swarm};
