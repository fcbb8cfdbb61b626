//! Where a redirect leads: a URI reference with parameters in its path, query or fragment (RFC 9110, section 10.2.2).

use std::fmt;

use super::Filled;
use crate::path::ParamName;

/// An absolute `http` or `https` URI, or a path on the same host.
///
/// The query of the request is appended, unless the location has one of its own or a fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location(Filled);

/// A text that is no location.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a location: use a path, or an http:// or https:// URI with parameters behind its host only, in visible ASCII"
)]
pub struct LocationError(pub String);

impl Location {
    /// Reads a location.
    pub fn parse(text: &str) -> Result<Self, LocationError> {
        let filled = Filled::parse(text);
        let odd = |byte: u8| !byte.is_ascii_graphic() || b"\"<>\\^`{|}".contains(&byte);
        let head = filled.head();
        let absolute = ["http://", "https://"].iter().find_map(|scheme| head.strip_prefix(scheme));
        let sound = match absolute {
            // The host has to stand there as it is, and to end there.
            Some(rest) => {
                let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
                let ends = host.len() < rest.len() || filled.names().next().is_none();
                !host.is_empty() && ends && !host.contains('@')
            }
            // `//host` would be another host, and so would `/` with a parameter that starts with a slash, which none
            // does.
            None => head.starts_with('/') && !head.starts_with("//"),
        };
        if sound && !filled.literals().any(|text| text.bytes().any(odd)) {
            Ok(Self(filled))
        } else {
            Err(LocationError(text.to_owned()))
        }
    }

    /// The parameters it uses.
    pub fn names(&self) -> impl Iterator<Item = &ParamName> {
        self.0.names()
    }

    /// Its text, to which the query of the request is appended unless it has a query or a fragment when it is filled.
    pub(crate) fn text(&self) -> &Filled {
        &self.0
    }
}

/// The text that [`Location::parse`] reads back.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn no_request_chooses_the_host() {
        for bad in [
            "//{id}",
            "{id}",
            "https://{id}.example/",
            "https://{id}",
            "https://h{id}",
            "https://h.example@{id}/",
            "http:///x",
        ] {
            assert_eq!(Location::parse(bad), Err(LocationError(bad.into())));
        }
    }

    #[test]
    fn other_schemes_and_characters_outside_a_uri_are_refused() {
        for bad in ["", "new", "javascript:alert(1)", "/a b", "/é", "/a\"", "ftp://h/"] {
            assert!(Location::parse(bad).is_err(), "{bad}");
        }
    }
}
