//! Builds a package of the workspace as it is shipped: for WebAssembly, with the profile `guest`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The path of the module: the one that the environment variable `given` names, else one that is built here.
pub(crate) fn module(given: &str, package: &str, file: &str) -> PathBuf {
    std::env::var_os(given).map_or_else(|| build(package).join(file), PathBuf::from)
}

fn build(package: &str) -> PathBuf {
    const TARGET: &str = "wasm32-wasip1";
    const PROFILE: &str = "guest";
    let target_folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wasm");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args([
            "build",
            "--quiet",
            "--profile",
            PROFILE,
            "--target",
            TARGET,
            "--package",
            package,
            "--target-dir",
        ])
        .arg(&target_folder)
        .status()
        .unwrap();
    assert!(status.success(), "{package} does not build for {TARGET}");
    target_folder.join(TARGET).join(PROFILE)
}
