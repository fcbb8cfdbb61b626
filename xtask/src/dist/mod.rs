//! `cargo xtask dist`: what is released, in `target/dist`. Static programs for Linux with the guest in them, the provider's
//! images, the guest with its manifest, and a digest of each.
//!
//! What this machine cannot make is said, and is a failure: a release is whole or none. `--target` makes one of the two.

mod release;
mod target;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;
use smsvc_tests::artifact::{self, target_folder, workspace};
use smsvc_tests::process::output;
use tempfile::TempDir;

use crate::report;
use release::{Program, Release};
use target::Target;

/// What `dist` is told.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Only this target: x86_64-unknown-linux-musl or aarch64-unknown-linux-musl
    #[arg(long, value_name = "TRIPLE")]
    target: Option<Target>,
}

/// Makes it all.
pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let targets: Vec<Target> = arguments.target.map_or_else(|| Target::ALL.to_vec(), |target| vec![target]);
    let lacking: Vec<String> =
        targets.iter().filter_map(|target| target.lacking().transpose()).collect::<Result<_>>()?;
    if !lacking.is_empty() {
        for lack in lacking {
            report::line(&lack);
        }
        return Ok(false);
    }
    report::line("building the guest (wasm32-wasip1)");
    let guest = artifact::guest()?;
    let scratch = tempfile::Builder::new().prefix("smsvc-dist-").tempdir()?;
    let mut programs = Vec::new();
    for target in targets {
        report::line(&format!("building docker-smsvc for {target}"));
        programs.push(program(target, &guest, &scratch)?);
    }
    let manifest = fs::read(workspace().join(".traefik.yml"))?;
    let release = Release::of(&fs::read(&guest)?, &manifest, &programs)?;

    let folder = target_folder()?.join("dist");
    // What an earlier run has left there would be taken for a part of this one.
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    release.write(&folder)?;
    for (name, bytes) in release.files() {
        report::line(&format!("{:>10} bytes  {name}", bytes.len()));
    }
    report::line(&format!("all is in {}", folder.display()));
    Ok(true)
}

/// The program that is released for this machine.
pub(crate) fn program_of_this_machine(guest: &Path) -> Result<PathBuf> {
    let target = Target::of_this_machine().context("nothing is released for this machine")?;
    match target.lacking()? {
        Some(lack) => bail!("{lack}"),
        None => target.build(guest),
    }
}

/// A program and its image. The image is made by a plugin of this machine, as `docker smsvc gateway image` makes it.
fn program(target: Target, guest: &Path, scratch: &TempDir) -> Result<Program> {
    let file = target.build(guest)?;
    let image = scratch.path().join(format!("{}.tar", target.architecture()));
    let mut command = Command::new(artifact::plugin()?);
    command.args(["gateway", "image", "--binary"]).arg(&file).arg("--output").arg(&image);
    let name = output(&mut command)?;
    if !name.contains(&format!("-{}-", target.architecture())) {
        bail!("the program for {target} has become the image {name}");
    }
    Ok(Program { architecture: target.architecture(), binary: fs::read(&file)?, image: fs::read(&image)? })
}
