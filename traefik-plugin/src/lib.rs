//! The Traefik middleware of smsvc, without its ABI.
//!
//! A request comes in, [`smsvc_core::decide`] says what becomes of it, and [`middleware`] does that to the
//! [`host::Host`], which is Traefik. All rules live in `smsvc-core`, where `docker smsvc routes test` finds
//! the same ones; this crate must not add any. The program (`main.rs`) joins this library to the http-wasm
//! ABI of Traefik.
//!
//! Traefik puts an instance that trapped back into its pool and never resets it. So nothing here may panic,
//! and nothing may hold a borrow of the guest's state while it calls the host.
#![forbid(unsafe_code)]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used
)]

pub mod config;
pub mod finish;
pub mod host;
pub mod middleware;
pub mod reply;
