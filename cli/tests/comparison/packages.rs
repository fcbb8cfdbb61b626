//! The npm packages: descriptions of public APIs, and Extism's library for Node. None of them is kept in the repository.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Each with its version, so that a run today and one next year compare the same requests.
const PACKAGES: [&str; 4] = [
    "@octokit/openapi@23.0.2",
    "@readme/oas-examples@8.2.2",
    "@scalar/galaxy@0.6.12",
    "@extism/extism@1.0.3",
];

/// Installs them once, below cargo's folder for tests; gives the folder that has `node_modules`.
pub(crate) fn install() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("npm");
    let complete = folder.join("complete");
    let wanted = PACKAGES.join(" ");
    if std::fs::read_to_string(&complete).is_ok_and(|installed| installed == wanted) {
        return Ok(folder);
    }
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    std::fs::write(folder.join("package.json"), "{\"private\":true}").map_err(|error| error.to_string())?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-save"]).args(PACKAGES);
    let output = npm.current_dir(&folder).output().map_err(|error| format!("npm cannot be run: {error}"))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(format!("npm cannot fetch the packages: {}", text.lines().last().unwrap_or_default()));
    }
    std::fs::write(complete, wanted).map_err(|error| error.to_string())?;
    Ok(folder)
}
