//! A request that is only thought of: its URL, its headers and its time, as `routes test` takes them.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A URL as far as a route looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    text: String,
    /// Host and port; empty where only a path was given.
    pub host: String,
    /// What a client asks the host for: path and query, in origin form.
    pub target: String,
}

/// A text that is no URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UrlError {
    /// Another scheme, or none.
    #[error("a URL starts with http:// or https://, a path with /")]
    Scheme,
    /// Nothing where the host should be.
    #[error("it has no host")]
    Host,
}

impl FromStr for Url {
    type Err = UrlError;

    /// `http://host/path?query`, or a path alone. `host/path` reads like a path that lacks its slash and is refused.
    fn from_str(text: &str) -> Result<Self, UrlError> {
        let url = |host: &str, target: String| Self { text: text.to_owned(), host: host.to_owned(), target };
        let without_fragment = text.split('#').next().unwrap_or(text);
        if without_fragment.starts_with('/') || without_fragment == "*" {
            return Ok(url("", without_fragment.to_owned()));
        }
        let Some(("http" | "https", rest)) = without_fragment.split_once("://") else {
            return Err(UrlError::Scheme);
        };
        let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        if host.is_empty() {
            return Err(UrlError::Host);
        }
        // A client sends a slash where the URL has no path.
        let slash = if target.starts_with('/') { "" } else { "/" };
        Ok(url(host, format!("{slash}{target}")))
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// One header line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderField {
    /// As it was written.
    pub name: String,
    /// Without white space around it.
    pub value: String,
}

/// A text that is no header line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("write it as 'Name: value'")]
pub struct HeaderFieldError;

impl FromStr for HeaderField {
    type Err = HeaderFieldError;

    fn from_str(text: &str) -> Result<Self, HeaderFieldError> {
        let (name, value) = text.split_once(':').ok_or(HeaderFieldError)?;
        Ok(Self { name: name.trim().to_owned(), value: value.trim().to_owned() })
    }
}

/// When a request comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// In seconds since 1970.
    pub seconds: u64,
}

/// A text that is no time, or one before 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("write it as 2026-08-01T12:00:00Z, or in seconds since 1970")]
pub struct MomentError;

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        if let Ok(seconds) = text.parse() {
            return Ok(Self { seconds });
        }
        let time: jiff::Timestamp = text.parse().map_err(|_| MomentError)?;
        u64::try_from(time.as_second()).map(|seconds| Self { seconds }).map_err(|_| MomentError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (String, String) {
        let url: Url = text.parse().unwrap();
        assert_eq!(url.to_string(), text);
        (url.host, url.target)
    }

    #[test]
    fn a_url_gives_the_host_and_what_a_client_would_ask_it_for() {
        assert_eq!(
            parts("http://api.example.com:8080/v2/pets?page=2#top"),
            ("api.example.com:8080".into(), "/v2/pets?page=2".into())
        );
        assert_eq!(parts("https://user@api.example.com"), ("api.example.com".into(), "/".into()));
        assert_eq!(parts("http://h?x=1"), ("h".into(), "/?x=1".into()));
        assert_eq!(parts("/v2/pets"), (String::new(), "/v2/pets".into()));
    }

    #[test]
    fn a_url_that_is_none_is_refused() {
        for (text, error) in [
            ("api.example.com/v2", UrlError::Scheme),
            ("ftp://h/", UrlError::Scheme),
            ("http:///path", UrlError::Host),
            ("", UrlError::Scheme),
        ] {
            assert_eq!(text.parse::<Url>(), Err(error), "{text}");
        }
    }

    #[test]
    fn a_moment_is_a_time_or_a_number_of_seconds() {
        for text in ["1300819380", "2011-03-22T18:43:00Z", "2011-03-22T19:43:00+01:00"] {
            assert_eq!(text.parse(), Ok(Moment { seconds: 1_300_819_380 }), "{text}");
        }
        for text in ["", "-1", "now", "2011-03-22", "1969-12-31T23:59:59Z"] {
            assert_eq!(text.parse::<Moment>(), Err(MomentError), "{text}");
        }
    }

    #[test]
    fn a_header_is_a_name_and_a_value() {
        let field = HeaderField { name: "X-A".into(), value: "1: 2".into() };
        assert_eq!("X-A: 1: 2".parse(), Ok(field));
        assert_eq!("nonsense".parse::<HeaderField>(), Err(HeaderFieldError));
    }
}
