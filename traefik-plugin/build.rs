//! Gives the guest a shadow stack of 64 KiB instead of the linker's 1 MiB.
//!
//! The stack is nearly all of an instance's memory, and Traefik makes an instance for every request in flight
//! and for every router at every configuration change.
//!
//! And takes the names of its functions out of it: a profile's `strip` does not reach a package that has an optimisation of its
//! own, and a client would see them where the guest traps.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        println!("cargo::rustc-link-arg-bins=-zstack-size=65536");
        println!("cargo::rustc-link-arg-bins=--strip-all");
    }
}
