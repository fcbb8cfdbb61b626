//! `cargo xtask dist`: what is released. Static programs for Linux with the guest in them, the provider's images, and the
//! guest with its manifest.
//!
//! What this machine cannot make is said, and is no failure unless it is asked for by name.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;
use smsvc_tests::artifact::{self, cargo, target_folder, workspace};
use smsvc_tests::process::output;

use crate::report;

/// The targets: as cargo names them, and as images do.
const TARGETS: [(&str, &str); 2] =
    [("x86_64-unknown-linux-musl", "amd64"), ("aarch64-unknown-linux-musl", "arm64")];

/// What `dist` is told.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Only this target, which must succeed; as in x86_64-unknown-linux-musl
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,
}

/// Makes it all, in `target/dist`.
pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let folder = target_folder()?.join("dist");
    fs::create_dir_all(&folder)?;
    report::line("building the guest (wasm32-wasip1)");
    let guest = folder.join("smsvc-traefik.wasm");
    fs::copy(artifact::guest()?, &guest)?;
    fs::copy(workspace().join(".traefik.yml"), folder.join("traefik-plugin.yml"))?;
    let known = |triple: &String| TARGETS.iter().any(|(target, _)| target == triple);
    if let Some(triple) = arguments.target.as_ref().filter(|triple| !known(triple)) {
        bail!("{triple} is not released; {} and {} are", TARGETS[0].0, TARGETS[1].0);
    }
    let wanted = TARGETS.iter().filter(|(target, _)| arguments.target.as_ref().is_none_or(|it| it == target));
    let mut made = 0;
    for (target, name) in wanted {
        if let Some(lacking) = lacking(target)? {
            report::line(&format!("skipped {target}: {lacking}"));
            continue;
        }
        report::line(&format!("building docker-smsvc for {target}"));
        let program = folder.join(format!("docker-smsvc-linux-{name}"));
        fs::copy(build(target, &guest)?, &program)?;
        let image = folder.join(format!("docker-smsvc-image-{name}.tar"));
        report::line(&format!("{} and {}", program.display(), image_of(&program, &image)?));
        made += 1;
    }
    if arguments.target.is_some() && made == 0 {
        return Ok(false);
    }
    report::line(&format!("all is in {}", folder.display()));
    Ok(made > 0)
}

/// What this machine lacks for a target.
fn lacking(target: &str) -> Result<Option<String>> {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "target-libdir", "--target", target]).current_dir(workspace());
    let library = output(&mut rustc)?;
    if !Path::new(library.trim()).is_dir() {
        return Ok(Some(format!("its standard library is not installed (`rustup target add {target}`)")));
    }
    Ok(None)
}

/// Linked by the linker and the C library that come with Rust, so that no other tool chain is needed for Rust code.
fn build(target: &str, guest: &Path) -> Result<PathBuf> {
    let mut command = cargo();
    command.args(["build", "--release", "--package", "docker-smsvc", "--target", target]);
    command.env("SMSVC_EMBED_GUEST", guest);
    let linker = format!("CARGO_TARGET_{}_LINKER", target.to_uppercase().replace('-', "_"));
    command.env(linker, "rust-lld");
    command.env("RUSTFLAGS", "-C link-self-contained=yes").env_remove("CARGO_ENCODED_RUSTFLAGS");
    artifact::build("docker-smsvc", &mut command).with_context(|| {
        format!("crates with C code need a C compiler for {target}: set CC_{}", target.replace('-', "_"))
    })
}

/// Writes the image of a program, and tells its name.
fn image_of(program: &Path, image: &Path) -> Result<String> {
    let plugin = artifact::plugin()?;
    let mut command = Command::new(plugin);
    command.args(["gateway", "image", "--binary"]).arg(program).arg("--output").arg(image);
    Ok(output(&mut command)?.trim().to_owned())
}
