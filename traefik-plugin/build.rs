//! What the guest's memory is like at its start: 48 KiB of shadow stack instead of the linker's 1 MiB, and 256 KiB in all.
//!
//! Traefik makes an instance for every request in flight and for every router at every configuration change. Memory that grows
//! is copied by its host, and all that is new of it is written over: with room for a table of 10,000 routes nothing has to
//! grow, and what an instance does not touch costs it next to nothing.
//!
//! And takes the names of its functions out of it: a profile's `strip` does not reach a package that has an optimisation of its
//! own, and a client would see them where the guest traps.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        println!("cargo::rustc-link-arg-bins=-zstack-size=49152");
        println!("cargo::rustc-link-arg-bins=--initial-memory=262144");
        println!("cargo::rustc-link-arg-bins=--strip-all");
    }
}
