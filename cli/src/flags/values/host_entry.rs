//! The value of `--host` in Docker's meaning: a line for the containers' `/etc/hosts`.

use std::net::IpAddr;

use crate::flags::grammar::quote;

/// Why a text is not `name:address`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HostEntryError {
    /// No name, no separator, or a colon in the name.
    #[error("bad format for add-host: {}", quote(.text))]
    Format {
        /// What was given.
        text: String,
    },
    /// What follows the separator is not an address.
    #[error("invalid IP address in add-host: {}", quote(.address))]
    Address {
        /// What should be an address.
        address: String,
    },
}

/// The engine puts the node's gateway in place of this word.
const HOST_GATEWAY: &str = "host-gateway";

/// Reads `name:address` or `name=address`, the address with or without brackets, into the engine's
/// `address name`.
pub fn host_entry(text: &str) -> Result<String, HostEntryError> {
    let format = || HostEntryError::Format { text: text.to_owned() };
    let (name, address) = text.split_once('=').or_else(|| text.split_once(':')).ok_or_else(format)?;
    if name.is_empty() || name.contains(':') {
        return Err(format());
    }
    if address == HOST_GATEWAY {
        return Ok(format!("{address} {name}"));
    }
    let inner = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let address = inner.filter(|inner| !inner.is_empty()).unwrap_or(address);
    if address.trim().parse::<IpAddr>().is_err() {
        return Err(HostEntryError::Address { address: address.to_owned() });
    }
    Ok(format!("{address} {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_comes_first_in_the_engines_form() {
        for (text, entry) in [
            ("h:1.2.3.4", "1.2.3.4 h"),
            ("h=1.2.3.4", "1.2.3.4 h"),
            ("h:[::1]", "::1 h"),
            ("h:::1", "::1 h"),
            ("h:0:0:0:0:0:0:0:1", "0:0:0:0:0:0:0:1 h"),
            ("h:::ffff:1.2.3.4", "::ffff:1.2.3.4 h"),
            ("h:host-gateway", "host-gateway h"),
            ("h: 1.2.3.4", " 1.2.3.4 h"),
        ] {
            assert_eq!(host_entry(text).as_deref(), Ok(entry), "{text}");
        }
    }

    #[test]
    fn a_host_needs_a_name_and_an_address() {
        for (text, message) in [
            ("h", "bad format for add-host: \"h\""),
            (":1.2.3.4", "bad format for add-host: \":1.2.3.4\""),
            ("a:b=1.2.3.4", "bad format for add-host: \"a:b=1.2.3.4\""),
            ("h:", "invalid IP address in add-host: \"\""),
            ("h:x", "invalid IP address in add-host: \"x\""),
            ("h:01.2.3.4", "invalid IP address in add-host: \"01.2.3.4\""),
            ("h:fe80::1%eth0", "invalid IP address in add-host: \"fe80::1%eth0\""),
            ("h:[]", "invalid IP address in add-host: \"[]\""),
        ] {
            assert_eq!(host_entry(text).unwrap_err().to_string(), message, "{text}");
        }
    }
}
