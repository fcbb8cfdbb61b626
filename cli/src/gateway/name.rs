//! Words of the command line that say what a gateway is called and where it listens.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The name of a gateway: that of a Docker object, short enough for those that are named after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayName(String);

/// A text that cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a gateway is named with 1 to 30 lower-case letters, digits and hyphens, and begins with a letter")]
pub struct GatewayNameError;

impl FromStr for GatewayName {
    type Err = GatewayNameError;

    fn from_str(text: &str) -> Result<Self, GatewayNameError> {
        let letters = text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        let fits = text.len() <= 30 && letters && begins && !text.ends_with('-');
        if fits { Ok(Self(text.to_owned())) } else { Err(GatewayNameError) }
    }
}

impl GatewayName {
    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The service of Traefik.
    pub fn traefik(&self) -> String {
        format!("{self}-traefik")
    }

    /// The service of the provider.
    pub fn provider(&self) -> String {
        format!("{self}-provider")
    }

    /// The network between the two.
    pub fn control(&self) -> String {
        format!("{self}-control")
    }

    /// The name by which Traefik asks the provider. That of the tasks and not of the service: it resolves alike in both
    /// endpoint modes.
    pub fn provider_host(&self) -> String {
        format!("tasks.{}", self.provider())
    }

    /// The Docker secret with the certificate of the provider and its key.
    pub fn identity(&self) -> String {
        format!("{self}-identity")
    }

    /// The Docker secret that the two share.
    pub fn token(&self) -> String {
        format!("{self}-token")
    }
}

impl fmt::Display for GatewayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An entry point of Traefik.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPoint {
    /// Its name.
    pub name: String,
    /// Its port.
    pub port: u16,
    /// Whether it takes TLS only.
    pub tls: bool,
}

/// A text that is no entry point.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EntryPointError {
    /// It is read otherwise.
    #[error("an entry point is NAME=:PORT or NAME=:PORT,tls, as in web=:80")]
    Shape,
    /// The name is taken.
    #[error("the entry point traefik is the gateway's own, for health and metrics")]
    Reserved,
}

impl FromStr for EntryPoint {
    type Err = EntryPointError;

    fn from_str(text: &str) -> Result<Self, EntryPointError> {
        let (name, rest) = text.split_once('=').ok_or(EntryPointError::Shape)?;
        let (address, tls) = match rest.split_once(',') {
            Some((address, "tls")) => (address, true),
            Some(_) => return Err(EntryPointError::Shape),
            None => (rest, false),
        };
        let port = address.strip_prefix(':').and_then(|port| port.parse().ok()).filter(|port| *port != 0);
        let letters = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let port = port.filter(|_| letters && !name.is_empty()).ok_or(EntryPointError::Shape)?;
        if name.eq_ignore_ascii_case("traefik") || port == super::traefik::INTERNAL_PORT {
            return Err(EntryPointError::Reserved);
        }
        Ok(Self { name: name.to_owned(), port, tls })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_that_of_a_docker_object() {
        for good in ["smsvc", "a", "edge-1"] {
            assert_eq!(good.parse::<GatewayName>().unwrap().traefik(), format!("{good}-traefik"));
        }
        for bad in ["", "1a", "A", "a_b", "a-", &"a".repeat(31)] {
            assert_eq!(bad.parse::<GatewayName>(), Err(GatewayNameError), "{bad}");
        }
    }

    #[test]
    fn an_entry_point_is_a_name_and_a_port() {
        let read = |text: &str| text.parse::<EntryPoint>();
        assert_eq!(read("web=:80"), Ok(EntryPoint { name: "web".into(), port: 80, tls: false }));
        assert_eq!(read("s=:443,tls"), Ok(EntryPoint { name: "s".into(), port: 443, tls: true }));
        for bad in
            ["web", "web=80", "=:80", "web=:0", "web=:99999", "web=:80,x", "we b=:80", "web=1.2.3.4:80"]
        {
            assert_eq!(read(bad), Err(EntryPointError::Shape), "{bad}");
        }
        assert_eq!(read("traefik=:81"), Err(EntryPointError::Reserved));
    }
}
