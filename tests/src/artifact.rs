//! The project's own binaries, built by cargo and found by what cargo says of them.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The environment variable that names a guest which is built already.
pub const GUEST_VARIABLE: &str = "SMSVC_GUEST_WASM";

/// The environment variable that names a plugin which is built already.
pub const PLUGIN_VARIABLE: &str = "SMSVC_PLUGIN";

/// The environment variable that names a folder with programs which are built already.
pub const SHIPPED_VARIABLE: &str = "SMSVC_SHIPPED";

/// The folder of the workspace.
pub fn workspace() -> &'static Path {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests)
}

/// The cargo that runs us, else the one in `PATH`.
pub fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace());
    cargo
}

/// The folder in which cargo puts what it builds.
pub fn target_folder() -> Result<PathBuf> {
    let metadata = crate::process::output(cargo().args(["metadata", "--format-version=1", "--no-deps"]))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let folder = metadata["target_directory"].as_str().context("cargo names no target directory")?;
    Ok(PathBuf::from(folder))
}

/// The Docker CLI plugin, built with the profile `dev`; or the one that [`PLUGIN_VARIABLE`] names.
pub fn plugin() -> Result<PathBuf> {
    if let Some(built) = env::var_os(PLUGIN_VARIABLE) {
        return Ok(PathBuf::from(built));
    }
    build("docker-smsvc", cargo().args(["build", "--package", "docker-smsvc"]))
}

/// A program that is built already, in the folder that [`SHIPPED_VARIABLE`] names.
pub fn built(package: &str) -> Option<PathBuf> {
    env::var_os(SHIPPED_VARIABLE).map(|folder| Path::new(&folder).join(package))
}

/// A program of this machine, built with the profile `release` if it is not [`built`].
pub fn release(package: &str) -> Result<PathBuf> {
    let build =
        || build(package, cargo().args(["build", "--release", "--package", package, "--bin", package]));
    built(package).map_or_else(build, Ok)
}

/// The simulated swarm, built with the profile `dev`.
pub fn simulator() -> Result<PathBuf> {
    build("swarm-sim", cargo().args(["build", "--package", "swarm-sim", "--bin", "swarm-sim"]))
}

/// The guest, built with the profile `guest` as it is shipped; or the one that [`GUEST_VARIABLE`] names.
pub fn guest() -> Result<PathBuf> {
    if let Some(built) = env::var_os(GUEST_VARIABLE) {
        return Ok(PathBuf::from(built));
    }
    build(
        "smsvc-traefik",
        cargo().args(["build", "--package=smsvc-traefik", "--profile=guest", "--target=wasm32-wasip1"]),
    )
}

/// The guest without what checks tokens, beside the other one.
pub fn guest_without_tokens() -> Result<PathBuf> {
    let folder = target_folder()?.join("without-tokens");
    let mut command = cargo();
    command.args(["build", "--package=smsvc-traefik", "--profile=guest", "--target=wasm32-wasip1"]);
    command.arg("--no-default-features").arg("--target-dir").arg(folder);
    build("smsvc-traefik", &mut command)
}

/// The backend, without a dynamic linker or a C library beside it: it is alone in its image.
pub fn backend() -> Result<PathBuf> {
    let host = host_triple()?;
    let mut command = cargo();
    command.args(["build", "--package", "smsvc-backend", "--target", &host]);
    // With an explicit target the flag does not reach build scripts and procedural macros.
    command.env("RUSTFLAGS", "-C target-feature=+crt-static").env_remove("CARGO_ENCODED_RUSTFLAGS");
    build("smsvc-backend", &mut command)
}

/// The triple of this machine, as `rustc` names it.
fn host_triple() -> Result<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = crate::process::output(Command::new(rustc).arg("-vV").current_dir(workspace()))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc names no host")?.to_owned())
}

/// The plugin as it can be alone in an image, built with the profile `dev`; once, however often it is asked for.
pub fn static_plugin() -> Result<PathBuf> {
    static BUILT: Mutex<Option<PathBuf>> = Mutex::new(None);
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(built) = &*built {
        return Ok(built.clone());
    }
    let program = build_static_plugin()?;
    *built = Some(program.clone());
    Ok(program)
}

fn build_static_plugin() -> Result<PathBuf> {
    let host = host_triple()?;
    let mut command = cargo();
    command.args(["build", "--package", "docker-smsvc", "--target", &host]);
    command.env("RUSTFLAGS", "-C target-feature=+crt-static").env_remove("CARGO_ENCODED_RUSTFLAGS");
    build("docker-smsvc", &mut command)
}

/// Runs a build and gives the program of this name that cargo reports. Compiler errors go to the terminal.
pub fn build(program: &str, command: &mut Command) -> Result<PathBuf> {
    command.args(["--quiet", "--message-format=json-render-diagnostics"]);
    let output = command.stderr(Stdio::inherit()).output().context("cannot run cargo")?;
    if !output.status.success() {
        bail!("cannot build {program}");
    }
    let messages = String::from_utf8_lossy(&output.stdout).into_owned();
    executable(program, &messages).with_context(|| format!("cargo built no program {program}"))
}

/// The executable that cargo's messages name for a program.
fn executable(program: &str, messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact" && message["target"]["name"] == program)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_among_other_artifacts() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"p"},"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"q"},"executable":"/q"}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"p"},"executable":"/p"}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        assert_eq!(executable("p", messages), Some(PathBuf::from("/p")));
        assert_eq!(executable("r", messages), None);
    }
}
