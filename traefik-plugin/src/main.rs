//! The guest that Traefik loads: the middleware of this crate's library behind the http-wasm ABI.
//!
//! [`main`] runs once for every instance: it compiles the routes, or says through Traefik's log why it cannot
//! and exits with 1, on which Traefik disables the router. Afterwards only [`abi`]'s exports are called.
//! Exiting during a request is forbidden: Traefik would keep the dead instance in its pool.
#![deny(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used
)]

#[cfg(target_family = "wasm")]
mod abi;
#[cfg(target_family = "wasm")]
mod instance;

use std::process::ExitCode;

#[cfg(target_family = "wasm")]
fn main() -> ExitCode {
    instance::start()
}

#[cfg(not(target_family = "wasm"))]
#[expect(clippy::print_stderr, reason = "its only output, and Traefik never runs this build")]
fn main() -> ExitCode {
    eprintln!("smsvc-traefik is a WebAssembly module for Traefik: build it with --target wasm32-wasip1");
    ExitCode::from(2)
}
