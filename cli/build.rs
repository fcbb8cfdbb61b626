//! Puts the guest into the plugin where `cargo xtask dist` has built it: `SMSVC_EMBED_GUEST` names the file.
//!
//! A plain build has none, and `gateway up` then asks for it with `--guest`.

/// The file of the guest.
const GUEST: &str = "SMSVC_EMBED_GUEST";

fn main() {
    println!("cargo::rustc-check-cfg=cfg(guest_embedded)");
    println!("cargo::rerun-if-env-changed={GUEST}");
    println!("cargo::rerun-if-changed=build.rs");
    if let Ok(path) = std::env::var(GUEST) {
        println!("cargo::rerun-if-changed={path}");
        println!("cargo::rustc-env={GUEST}={path}");
        println!("cargo::rustc-cfg=guest_embedded");
    }
}
