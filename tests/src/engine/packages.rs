//! Installing an engine on a Debian or Ubuntu machine where we are root. Only the demo does this, and says
//! so.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use super::private::is_root;
use crate::process;

/// The packages that a private engine needs on Debian and Ubuntu.
pub const PACKAGES: [&str; 3] = ["docker.io", "iproute2", "iptables"];

/// Newer releases have the client in a package of its own.
const CLIENT: &str = "docker-cli";

/// Whether the packages can be installed: Debian's package manager is here and we are root.
pub fn installable() -> bool {
    is_root() && Path::new("/etc/debian_version").exists() && process::find("apt-get").is_some()
}

/// Installs the packages, with the package manager's own output on the terminal.
pub fn install() -> Result<()> {
    apt(&["update"])?;
    let client = process::output(Command::new("apt-cache").args(["policy", CLIENT]))?;
    let client = client.contains("Candidate:") && !client.contains("Candidate: (none)");
    let mut args = vec!["install", "--yes", "--no-install-recommends"];
    args.extend(PACKAGES);
    args.extend(client.then_some(CLIENT));
    apt(&args)
}

fn apt(args: &[&str]) -> Result<()> {
    let status = Command::new("apt-get").args(args).env("DEBIAN_FRONTEND", "noninteractive").status()?;
    if !status.success() {
        bail!("apt-get {} ended with {status}", args.join(" "));
    }
    Ok(())
}
