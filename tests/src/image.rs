//! Images made from files of this machine: no registry, no build, no shell in them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::docker::Docker;

/// Imports the image of the backend from its binary.
pub fn import_backend(docker: &Docker, image: &str, binary: &Path) -> Result<()> {
    let root = Root::new()?;
    root.add(binary, "backend")?;
    root.import(docker, image, "/backend")
}

/// The root folder of an image that is to be imported.
pub struct Root {
    folder: TempDir,
}

impl Root {
    /// An empty root folder.
    pub fn new() -> Result<Self> {
        Ok(Self { folder: tempfile::Builder::new().prefix("smsvc-image-").tempdir()? })
    }

    /// Puts a file of this machine at a path of the image, with the rights that it has here.
    pub fn add(&self, source: &Path, path: &str) -> Result<()> {
        let source = fs::canonicalize(source).with_context(|| format!("no file {}", source.display()))?;
        // A link here and `tar --dereference` below: a binary of many megabytes is read once.
        symlink(source, self.place(path)?).with_context(|| format!("cannot add {path}"))
    }

    /// Puts a text at a path of the image.
    pub fn write(&self, path: &str, text: &str) -> Result<()> {
        fs::write(self.place(path)?, text).with_context(|| format!("cannot add {path}"))
    }

    fn place(&self, path: &str) -> Result<PathBuf> {
        let place = self.folder.path().join(path.trim_start_matches('/'));
        fs::create_dir_all(place.parent().context("the root has no parent")?)?;
        Ok(place)
    }

    /// Imports the folder as an image that runs `entrypoint` in the folder `/`.
    pub fn import(self, docker: &Docker, name: &str, entrypoint: &str) -> Result<()> {
        let mut tar = Command::new("tar")
            .args(["--create", "--dereference", "--file=-", "--owner=0", "--group=0", "--directory"])
            .arg(self.folder.path())
            .arg(".")
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot run tar")?;
        let stream = tar.stdout.take().context("tar has no output")?;
        let entrypoint = format!("ENTRYPOINT [\"{entrypoint}\"]");
        let import = docker
            .command(&["import", "--change", &entrypoint, "--change", "WORKDIR /", "-", name])
            .stdin(stream)
            .output()?;
        let tar = tar.wait()?;
        if !import.status.success() || !tar.success() {
            bail!("cannot import {name}: {} (tar: {tar})", String::from_utf8_lossy(&import.stderr).trim());
        }
        Ok(())
    }
}
