//! The network between the nodes: a bridge in a namespace of its own, and one pair of virtual interfaces for each node.
//!
//! The bridge lives as long as a process that does nothing, the pairs as long as the nodes' namespaces: nothing stays, not
//! even after a SIGKILL. There is no route to this machine or beyond.

use std::fs::read_link;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::patience::wait_for;
use crate::process::{self, Companion};

/// The bridge's own name in its namespace.
const BRIDGE: &str = "br0";

/// The bridge.
pub(super) struct Wire {
    holder: Companion,
}

impl Wire {
    /// Makes the bridge.
    pub(super) fn lay(folder: &Path) -> Result<Self> {
        let holder = hold_namespace(&folder.join("wire.log"))?;
        let wire = Self { holder };
        let inside = wire.holder.id();
        within(inside, &["link", "set", "lo", "up"])?;
        within(inside, &["link", "add", BRIDGE, "type", "bridge"])?;
        within(inside, &["link", "set", BRIDGE, "up"])?;
        Ok(wire)
    }

    /// Connects the namespace of a process to the bridge.
    pub(super) fn connect(&self, process: u32, number: usize, address: Ipv4Addr) -> Result<()> {
        let (hub, node, name) = (self.holder.id().to_string(), process.to_string(), format!("node{number}"));
        let pair =
            ["link", "add", &name, "netns", &hub, "type", "veth", "peer", "name", "eth0", "netns", &node];
        let ip = process::find("ip").unwrap_or_else(|| "ip".into());
        process::output(Command::new(ip).args(pair))?;
        within(self.holder.id(), &["link", "set", &name, "master", BRIDGE, "up"])?;
        within(process, &["link", "set", "lo", "up"])?;
        within(process, &["address", "add", &format!("{address}/24"), "dev", "eth0"])?;
        within(process, &["link", "set", "eth0", "up"])
    }
}

/// Takes the interface of a node's namespace down, or up.
pub(super) fn set_link(process: u32, up: bool) -> Result<()> {
    within(process, &["link", "set", "eth0", if up { "up" } else { "down" }])
}

/// A process that does nothing in a network namespace of its own, and ends when we do.
pub(super) fn hold_namespace(log: &Path) -> Result<Companion> {
    let own = read_link("/proc/self/ns/net")?;
    let holder = Companion::start(Command::new("unshare").args(["--net", "sleep", "infinity"]), log)?;
    let theirs = format!("/proc/{}/ns/net", holder.id());
    // What is meant for the new namespace would hit ours before `unshare` is done.
    wait_for("a network namespace", Duration::from_secs(10), || match read_link(&theirs) {
        Ok(theirs) if theirs != own => Ok(()),
        Ok(_) => bail!("the process is still in ours"),
        Err(error) => Err(error.into()),
    })?;
    Ok(holder)
}

fn within(process: u32, ip: &[&str]) -> Result<()> {
    let process = process.to_string();
    process::output(Command::new("nsenter").args(["--net", "--target", &process, "ip"]).args(ip)).map(drop)
}
