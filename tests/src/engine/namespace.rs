//! The network between this machine and an engine in its own network namespace: one pair of virtual
//! interfaces.
//!
//! The pair goes when the namespace goes, so there is nothing to remove, not even after a SIGKILL.

use std::fs::read_link;
use std::net::Ipv4Addr;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::patience::wait_for;
use crate::process;

/// The start of 198.18.0.0/15, which RFC 2544 sets apart for test networks. One /30 is taken from its first
/// half.
const TEST_NETWORK: u32 = u32::from_be_bytes([198, 18, 0, 0]);

/// How many /30 networks 198.18.0.0/16 has.
const LINKS: u32 = 1 << 14;

/// Both ends of the pair.
pub(crate) struct Link {
    /// Our end.
    pub(crate) outer: Ipv4Addr,
    /// The end in the engine's namespace.
    pub(crate) inner: Ipv4Addr,
}

impl Link {
    /// Lays the pair into the namespace of a process that is about to enter its own.
    pub(crate) fn into_namespace_of(process: u32) -> Result<Self> {
        let own = read_link("/proc/self/ns/net")?;
        // Before `unshare` is done, the process is still in our namespace, and what is meant for its own
        // would hit ours.
        wait_for("the engine's network namespace", Duration::from_secs(10), || {
            match read_link(format!("/proc/{process}/ns/net")) {
                Ok(theirs) if theirs != own => Ok(()),
                Ok(_) => bail!("the process is still in ours"),
                Err(error) => Err(error.into()),
            }
        })?;
        let number = process % LINKS;
        let link = Self { outer: address(number, 1), inner: address(number, 2) };
        let name = format!("smsvc{number}");
        let (outer, inner) = (format!("{}/30", link.outer), format!("{}/30", link.inner));
        let process = process.to_string();
        ip(&["link", "add", &name, "type", "veth", "peer", "name", "outside", "netns", &process])?;
        ip(&["address", "add", &outer, "dev", &name])?;
        ip(&["link", "set", &name, "up"])?;
        for args in [
            &["link", "set", "lo", "up"][..],
            &["address", "add", &inner, "dev", "outside"],
            &["link", "set", "outside", "up"],
        ] {
            run(Command::new("nsenter").args(["--net", "--target", &process, "ip"]).args(args))?;
        }
        Ok(link)
    }
}

/// The address `host` of the /30 network `number`.
fn address(number: u32, host: u32) -> Ipv4Addr {
    Ipv4Addr::from(TEST_NETWORK + number * 4 + host)
}

fn ip(args: &[&str]) -> Result<()> {
    let program = process::find("ip").unwrap_or_else(|| "ip".into());
    run(Command::new(program).args(args))
}

fn run(command: &mut Command) -> Result<()> {
    process::output(command).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_links_share_no_address() {
        assert_eq!(address(0, 1), Ipv4Addr::new(198, 18, 0, 1));
        assert_eq!(address(1, 2), Ipv4Addr::new(198, 18, 0, 6));
        assert_eq!(address(LINKS - 1, 2), Ipv4Addr::new(198, 18, 255, 254));
    }
}
