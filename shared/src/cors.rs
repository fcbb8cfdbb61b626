//! Cross-origin requests: which origins a group lets in, and what it tells their browsers.
//!
//! The rules are those of the Gateway API 1.6 (`HTTPCORSFilter`) on top of the Fetch standard.

use std::collections::BTreeSet;
use std::fmt;

use crate::method::Methods;
use crate::path::split_at_mark;

/// The seconds that a browser may keep the answer to a preflight, where the group does not say.
const MAX_AGE: u32 = 5;

/// The origins that are let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origins {
    /// `*`: every origin.
    Any,
    /// These.
    These(BTreeSet<OriginPattern>),
}

/// An origin: `https://app.example.com`, or `https://*.example.com`, in which `*` stands for one label and more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OriginPattern {
    scheme: String,
    wildcard: bool,
    /// Without the `*.` of a wildcard, with the port.
    host: String,
}

/// A list that may be `*` for all: header names or methods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum List {
    /// `*`
    Any,
    /// These, as they were written.
    These(BTreeSet<String>),
}

/// The rules of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cors {
    pub(crate) origins: Origins,
    /// `None` for those that the routes of the path have.
    pub(crate) methods: Option<Methods>,
    pub(crate) headers: Option<List>,
    pub(crate) expose: Option<List>,
    pub(crate) credentials: bool,
    pub(crate) max_age: Option<u32>,
}

impl OriginPattern {
    /// Reads an origin; case is folded.
    pub fn parse(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let (scheme, rest) = lower.split_once("://")?;
        let (wildcard, host) = match rest.strip_prefix("*.") {
            Some(host) => (true, host),
            None => (false, rest),
        };
        let name = |byte: u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':' | b'[' | b']')
        };
        let word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        let sound =
            !scheme.is_empty() && scheme.bytes().all(word) && !host.is_empty() && host.bytes().all(name);
        sound.then(|| Self { scheme: scheme.to_owned(), wildcard, host: host.to_owned() })
    }

    /// Scheme, whether it is a wildcard, and the host without it.
    pub(crate) fn parts(&self) -> (&str, bool, &str) {
        (&self.scheme, self.wildcard, &self.host)
    }
}

/// Whether the value of an `Origin` header is meant by these [parts](OriginPattern::parts).
pub(crate) fn is_origin(
    origin: &str,
    scheme: impl Iterator<Item = u8>,
    wildcard: bool,
    host: impl Iterator<Item = u8> + Clone,
) -> bool {
    let (told, Some(rest)) = split_at_mark(origin, b':') else { return false };
    let Some(rest) = rest.strip_prefix("//") else { return false };
    told.bytes().map(|byte| byte.to_ascii_lowercase()).eq(scheme)
        && if wildcard {
            let length = host.clone().count();
            let cut = rest.len().checked_sub(length).and_then(|at| rest.split_at_checked(at));
            cut.is_some_and(|(before, behind)| {
                behind.bytes().map(|byte| byte.to_ascii_lowercase()).eq(host)
                    && before.strip_suffix('.').is_some_and(is_labels)
            })
        } else {
            rest.bytes().map(|byte| byte.to_ascii_lowercase()).eq(host)
        }
}

/// Whether `text` can stand for a `*`: labels without port and user.
fn is_labels(text: &str) -> bool {
    text.split('.').all(|label| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    })
}

impl Origins {
    /// Reads `*` or a comma-separated list.
    pub fn parse(text: &str) -> Option<Self> {
        if text.trim() == "*" {
            return Some(Self::Any);
        }
        text.split(',')
            .map(|origin| OriginPattern::parse(origin.trim()))
            .collect::<Option<_>>()
            .map(Self::These)
    }
}

impl List {
    /// Reads `*`, or a comma-separated list of tokens.
    pub fn parse(text: &str) -> Option<Self> {
        if text.trim() == "*" {
            return Some(Self::Any);
        }
        let tokens = text.split(',').map(|token| {
            let token = token.trim();
            (crate::method::is_token(token) && token != "*").then(|| token.to_owned())
        });
        tokens.collect::<Option<_>>().map(Self::These)
    }
}

impl Cors {
    /// The seconds that a browser may keep the answer to a preflight.
    pub(crate) fn max_age(&self) -> u32 {
        self.max_age.unwrap_or(MAX_AGE)
    }
}

impl fmt::Display for OriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, if self.wildcard { "*." } else { "" }, self.host)
    }
}

impl fmt::Display for Origins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::These(origins) => {
                f.write_str(&origins.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
            }
        }
    }
}

/// As headers have it: with a space behind each comma.
impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::These(tokens) => {
                f.write_str(&tokens.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_let_in(pattern: &str, origin: &str) -> bool {
        let Some(Origins::These(patterns)) = Origins::parse(pattern) else { panic!("{pattern}") };
        patterns.iter().any(|pattern| {
            let (scheme, wildcard, host) = pattern.parts();
            is_origin(origin, scheme.bytes(), wildcard, host.bytes())
        })
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        assert!(is_let_in("https://a.example", "https://A.example"));
        for other in [
            "http://a.example",
            "https://a.example:8443",
            "https://b.a.example",
            "null",
            "https://a.example.evil",
        ] {
            assert!(!is_let_in("https://a.example", other), "{other}");
        }
        assert!(is_let_in("http://localhost:3000", "http://localhost:3000"));
    }

    #[test]
    fn a_wildcard_takes_one_label_and_more() {
        for good in ["https://x.a.example", "https://y.x.a.example", "https://X.A.example"] {
            assert!(is_let_in("https://*.a.example", good), "{good}");
        }
        for bad in [
            "https://a.example",
            "https://.a.example",
            "https://evil/.a.example",
            "https://evila.example",
            "https://u@x.a.example",
            "https://x.a.example:1",
            "https://é.a.example",
        ] {
            assert!(!is_let_in("https://*.a.example", bad), "{bad}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for bad in [
            "",
            "a.example",
            "https://",
            "https://a/b",
            "https://*",
            "https://a.*.b",
            "https://*a.b",
            "*,https://a",
            "https://a,",
        ] {
            assert_eq!(Origins::parse(bad), None, "{bad}");
        }
        assert_eq!(Origins::parse("https://*.b, http://a:1").unwrap().to_string(), "http://a:1,https://*.b");
    }
}
