//! Gives the guest a shadow stack of 64 KiB instead of the linker's 1 MiB.
//!
//! The stack is nearly all of an instance's memory, and Traefik makes an instance for every request in flight
//! and for every router at every configuration change.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        println!("cargo::rustc-link-arg-bins=-zstack-size=65536");
    }
}
