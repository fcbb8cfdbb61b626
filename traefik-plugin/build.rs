//! What the guest's memory is like at its start: 32 KiB of shadow stack instead of the linker's 1 MiB, and 192 KiB in all.
//!
//! Traefik makes an instance for every request in flight and for every router at every configuration change, and all its
//! memory is written over then. Memory that grows is copied, and what is new of it is written over, too. So it has room for a
//! table of 10,000 routes, which need not grow then, and no more.
//!
//! And takes the names of its functions out of it: a profile's `strip` does not reach a package that has an optimisation of its
//! own, and a client would see them where the guest traps.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        println!("cargo::rustc-link-arg-bins=-zstack-size=32768");
        println!("cargo::rustc-link-arg-bins=--initial-memory=196608");
        println!("cargo::rustc-link-arg-bins=--strip-all");
    }
}
