//! The routing decision of smsvc as an Extism plug-in, for programs that are not Traefik.
//!
//! Any host with an Extism SDK (Go, Node, Python, Rust and others) can load it, with WASI switched on: a
//! gateway of one's own, a test bench, an editor. Traefik cannot: it offers a guest no `extism:host/env`
//! module. For Traefik there is `smsvc-traefik`; both ask the same `smsvc_core::decide`.
//!
//! The plug-in has the functions `decide`, `explain` and `validate`, and one configuration key, `spec`, which holds the same text as
//! the Traefik middleware's field of that name. [`exchange`] describes the JSON that goes in and out.
#![deny(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used
)]

pub mod exchange;
#[cfg(target_family = "wasm")]
mod plugin;
