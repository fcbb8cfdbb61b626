//! Hosts: the patterns that groups declare, and the one that a request names.
//!
//! The port is no part of a host here: Traefik's entry point has already chosen it.

use std::fmt;
use std::net::Ipv6Addr;

/// The longest host name, in bytes, without a trailing dot (RFC 1035, section 2.3.4).
const HOST_MAX: usize = 253;
/// The longest label of a host name, in bytes.
const LABEL_MAX: usize = 63;

/// A host that a group answers for, in lower case.
///
/// Either exact (`api.example.com`, `192.0.2.1`, `[2001:db8::1]`), or a wildcard: `*.example.com` takes every
/// host that has one label *or more* in place of the `*`, as the Gateway API does; not `example.com` itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostPattern(Kind);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    Exact(String),
    /// What stands after `*.`.
    Wildcard(String),
}

/// A text that is no host pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// It is empty.
    #[error("a host is empty")]
    Empty,
    /// It has a port.
    #[error("{0:?} has a port: a host is matched without its port")]
    Port(String),
    /// A `*` stands elsewhere than as the whole first label, or alone.
    #[error(
        "{0:?}: a * stands for the first labels only, as in *.example.com; leave the host out for any host"
    )]
    Star(String),
    /// It is neither a host name nor an address.
    #[error("{0:?} is neither a host name nor an address (write names outside ASCII in Punycode)")]
    Malformed(String),
}

impl HostPattern {
    /// Reads a pattern; case and a trailing dot do not count.
    pub fn parse(text: &str) -> Result<Self, HostError> {
        let lower = text.to_ascii_lowercase();
        if lower.is_empty() {
            return Err(HostError::Empty);
        }
        if lower.starts_with('[') {
            return match bracketed(&lower) {
                Some((address, "")) => Ok(Self(Kind::Exact(address))),
                Some((_, port)) if port.starts_with(':') => Err(HostError::Port(text.to_owned())),
                _ => Err(HostError::Malformed(text.to_owned())),
            };
        }
        let host = lower.strip_suffix('.').unwrap_or(&lower);
        let (wildcard, name) = match host.strip_prefix("*.") {
            Some(name) => (true, name),
            None => (false, host),
        };
        if name.contains('*') {
            return Err(HostError::Star(text.to_owned()));
        }
        if let Some((before, port)) = name.split_once(':')
            && is_host_name(before)
            && port.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Err(HostError::Port(text.to_owned()));
        }
        if !is_host_name(name) {
            return Err(HostError::Malformed(text.to_owned()));
        }
        Ok(Self(if wildcard { Kind::Wildcard(name.to_owned()) } else { Kind::Exact(name.to_owned()) }))
    }

    /// The host, if the pattern is exact.
    pub fn exact(&self) -> Option<&str> {
        match &self.0 {
            Kind::Exact(host) => Some(host),
            Kind::Wildcard(_) => None,
        }
    }

    /// What stands after `*.`, if the pattern is a wildcard.
    pub fn wildcard(&self) -> Option<&str> {
        match &self.0 {
            Kind::Wildcard(suffix) => Some(suffix),
            Kind::Exact(_) => None,
        }
    }

    /// The greater outranks the other: more characters of an exact host, then more characters.
    pub(crate) fn specificity(&self) -> (usize, usize) {
        match &self.0 {
            Kind::Exact(host) => (host.len(), host.len()),
            Kind::Wildcard(suffix) => (0, suffix.len().saturating_add("*.".len())),
        }
    }

    /// Whether a request to `host` is meant.
    pub fn matches(&self, host: RequestHost<'_>) -> bool {
        match &self.0 {
            Kind::Exact(name) => host.as_str() == name,
            Kind::Wildcard(suffix) => host.parents().any(|parent| parent == suffix),
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Exact(host) => f.write_str(host),
            Kind::Wildcard(suffix) => write!(f, "*.{suffix}"),
        }
    }
}

/// The host of a request, ready to be compared: without port and trailing dot, in lower case.
///
/// Never wrong: a host header that is no host is simply equal to no pattern, and is below no wildcard. An address is compared as text, as
/// Traefik does; patterns hold its canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestHost<'a>(&'a str);

impl<'a> RequestHost<'a> {
    /// Takes the value of a `Host` header (RFC 9110, section 7.2: `uri-host [ ":" port ]`). What has to be changed to
    /// lower case stands in `buffer`.
    pub fn read(header: &'a str, buffer: &'a mut String) -> Self {
        let is_plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
        if header.bytes().all(is_plain) && !header.ends_with('.') {
            return Self(header);
        }
        let (name, port) = split_port(header);
        let name = name.strip_suffix('.').unwrap_or(name);
        if port.bytes().any(|byte| matches!(byte, b':' | b']')) {
            return Self("");
        }
        if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            buffer.clear();
            buffer.push_str(name);
            buffer.make_ascii_lowercase();
            Self(buffer)
        } else {
            Self(name)
        }
    }

    /// The host as text; empty if the header held none.
    pub fn as_str(self) -> &'a str {
        self.0
    }

    /// The host without its first label, without its first two, and so on: the wildcards that take it, the
    /// longest first. What is no host name has none.
    pub(crate) fn parents(self) -> impl Iterator<Item = &'a str> {
        let cut = |host: &'a str| host.split_once('.').map(|(_, parent)| parent);
        let longest = if is_host_name(self.0) { cut(self.0) } else { None };
        std::iter::successors(longest, move |host| cut(host))
    }
}

/// Splits a `Host` header at the colon in front of the port; the colons of an address in brackets do not count.
fn split_port(header: &str) -> (&str, &str) {
    let mut inside = header.starts_with('[');
    let colon = header.bytes().position(|byte| {
        inside &= byte != b']';
        byte == b':' && !inside
    });
    match colon.and_then(|at| header.split_at_checked(at)) {
        Some((name, port)) => (name, port.get(1..).unwrap_or_default()),
        None => (header, ""),
    }
}

/// Splits `[address]rest`, with the address in its canonical form.
fn bracketed(text: &str) -> Option<(String, &str)> {
    let (inside, rest) = text.strip_prefix('[')?.split_once(']')?;
    let address: Ipv6Addr = inside.parse().ok()?;
    Some((format!("[{address}]"), rest))
}

/// Letters, digits, `-` and `_`, in labels of 1 to 63 bytes; covers IPv4 addresses too.
fn is_host_name(text: &str) -> bool {
    let (mut length, mut last) = (0_usize, b'-');
    let ends = |length: usize, last: u8| (1..=LABEL_MAX).contains(&length) && last != b'-';
    for byte in text.bytes() {
        match byte {
            b'.' if ends(length, last) => length = 0,
            b'-' if length == 0 => return false,
            b'-' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => length = length.saturating_add(1),
            _ => return false,
        }
        last = byte;
    }
    text.len() <= HOST_MAX && ends(length, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, host: &str) -> bool {
        HostPattern::parse(pattern).unwrap().matches(RequestHost::read(host, &mut String::new()))
    }

    #[test]
    fn case_port_and_trailing_dot_do_not_count() {
        for host in [
            "api.example.com",
            "API.Example.com",
            "api.example.com:8443",
            "api.example.com.",
            "api.example.com.:80",
        ] {
            assert!(matches("api.example.com", host), "{host}");
        }
        assert!(matches("API.example.com.", "api.example.com"));
        assert!(!matches("api.example.com", "api.example.com.evil.org"));
        assert!(!matches("api.example.com", ""));
    }

    #[test]
    fn a_wildcard_takes_one_label_or_more_but_not_none() {
        assert!(matches("*.example.com", "a.example.com"));
        assert!(matches("*.example.com", "a.b.example.com:443"));
        assert!(!matches("*.example.com", "example.com"));
        assert!(!matches("*.example.com", "badexample.com"));
        assert!(matches("*.com", "example.com"));
        for odd in [".example.com", "a..example.com", "a@b.example.com", "a.example.com:80:90"] {
            assert!(!matches("*.example.com", odd), "{odd}");
        }
    }

    #[test]
    fn addresses_survive() {
        assert!(matches("[::1]", "[::1]:8080"));
        assert!(matches("[2001:DB8:0::1]", "[2001:db8::1]"), "a pattern is written in its canonical form");
        assert!(!matches("[2001:db8::1]", "[2001:db8:0::1]"), "Traefik compares text, and so does this");
        assert!(matches("192.0.2.1", "192.0.2.1:80"));
        assert!(!matches("192.0.2.1", "192.0.2.2"));
        for broken in ["[::1", "[", "[]", "[x]:80", "::1"] {
            assert!(!matches("[::1]", broken), "{broken}");
        }
    }

    #[test]
    fn a_pattern_prints_what_it_reads() {
        for text in ["api.example.com", "*.example.com", "localhost", "[::1]", "xn--bcher-kva.example"] {
            assert_eq!(HostPattern::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_wrong_with_a_pattern_is_told() {
        let error = |text| HostPattern::parse(text).unwrap_err();
        assert_eq!(error(""), HostError::Empty);
        assert_eq!(error("a.example:80"), HostError::Port("a.example:80".into()));
        assert_eq!(error("[::1]:80"), HostError::Port("[::1]:80".into()));
        for star in ["*", "*.", "a.*.com", "*a.com", "*.*.com"] {
            assert_eq!(error(star), HostError::Star(star.into()));
        }
        for bad in ["a..b", ".a", "-a.b", "bücher.example", "http://a", "a b", "[zz]", ".", &"a.".repeat(200)]
        {
            assert_eq!(error(bad), HostError::Malformed(bad.into()));
        }
    }

    #[test]
    fn an_endless_host_is_equal_to_nothing() {
        let host = ".a".repeat(100_000);
        assert_eq!(RequestHost::read(&host, &mut String::new()).parents().count(), 0);
    }
}
