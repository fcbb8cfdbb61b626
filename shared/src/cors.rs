//! Cross-origin requests: which origins a group lets in, and what it tells their browsers.
//!
//! The rules are those of the Gateway API 1.6 (`HTTPCORSFilter`) on top of the Fetch standard.

use std::collections::BTreeSet;
use std::fmt;

use crate::method::Methods;

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

    /// Whether the value of an `Origin` header is meant.
    fn matches(&self, origin: &str) -> bool {
        let Some((scheme, host)) = origin.split_once("://") else { return false };
        let host = host.to_ascii_lowercase();
        scheme.eq_ignore_ascii_case(&self.scheme)
            && if self.wildcard {
                host.strip_suffix(&self.host)
                    .and_then(|before| before.strip_suffix('.'))
                    .is_some_and(is_labels)
            } else {
                host == self.host
            }
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
    /// What every answer to a request of `origin` says, apart from preflights.
    pub(crate) fn headers(&self, origin: Option<&str>) -> Vec<(&'static str, String)> {
        let mut headers = self.allow_origin(origin);
        if !headers.is_empty()
            && let Some(expose) = self.expose.as_ref()
        {
            headers.push(("access-control-expose-headers", expose.to_string()));
        }
        headers.extend(self.vary("Origin"));
        headers
    }

    /// What the answer to a preflight says: to an origin that is not let in, nothing.
    pub(crate) fn preflight(
        &self,
        origin: &str,
        method: &str,
        headers: &[String],
        allow: &str,
    ) -> Vec<(&'static str, String)> {
        let mut answer = self.allow_origin(Some(origin));
        if !answer.is_empty() {
            let methods = match &self.methods {
                None => allow.to_owned(),
                // `*` would mean the method of that name.
                Some(methods) if methods.is_any() && self.credentials => method.to_owned(),
                Some(methods) => methods.to_string().replace(',', ", "),
            };
            answer.push(("access-control-allow-methods", methods));
            match &self.headers {
                None => {}
                Some(List::Any) if self.credentials && headers.is_empty() => {}
                Some(List::Any) if self.credentials => {
                    answer.push(("access-control-allow-headers", headers.join(", ")));
                }
                Some(list) => answer.push(("access-control-allow-headers", list.to_string())),
            }
            answer.push(("access-control-max-age", self.max_age.unwrap_or(MAX_AGE).to_string()));
        }
        answer.extend(self.vary("Origin, Access-Control-Request-Method, Access-Control-Request-Headers"));
        answer
    }

    fn allow_origin(&self, origin: Option<&str>) -> Vec<(&'static str, String)> {
        let Some(origin) = origin else { return Vec::new() };
        let let_in = match &self.origins {
            Origins::Any => true,
            Origins::These(patterns) => patterns.iter().any(|pattern| pattern.matches(origin)),
        };
        // What is echoed is a header line again.
        if !let_in || origin.is_empty() || !origin.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Vec::new();
        }
        let value = if self.says_any() { "*" } else { origin };
        let mut headers = vec![("access-control-allow-origin", value.to_owned())];
        if self.credentials {
            headers.push(("access-control-allow-credentials", "true".to_owned()));
        }
        headers
    }

    /// Whether every origin gets the same answer.
    fn says_any(&self) -> bool {
        self.origins == Origins::Any && !self.credentials
    }

    fn vary(&self, on: &str) -> Option<(&'static str, String)> {
        (!self.says_any()).then(|| ("vary", on.to_owned()))
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

    fn cors(origins: &str, credentials: bool) -> Cors {
        Cors {
            origins: Origins::parse(origins).unwrap(),
            methods: None,
            headers: List::parse("*"),
            expose: List::parse("X-A, X-B"),
            credentials,
            max_age: None,
        }
    }

    fn value(headers: &[(&'static str, String)], name: &str) -> Option<String> {
        headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    }

    fn allowed(origins: &str, origin: &str) -> Option<String> {
        value(&cors(origins, false).headers(Some(origin)), "access-control-allow-origin")
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        assert_eq!(allowed("https://a.example", "https://A.example").as_deref(), Some("https://A.example"));
        for other in [
            "http://a.example",
            "https://a.example:8443",
            "https://b.a.example",
            "null",
            "https://a.example.evil",
        ] {
            assert_eq!(allowed("https://a.example", other), None, "{other}");
        }
        assert!(allowed("http://localhost:3000", "http://localhost:3000").is_some());
    }

    #[test]
    fn a_wildcard_takes_one_label_and_more() {
        for good in ["https://x.a.example", "https://y.x.a.example"] {
            assert!(allowed("https://*.a.example", good).is_some(), "{good}");
        }
        for bad in [
            "https://a.example",
            "https://.a.example",
            "https://evil/.a.example",
            "https://evila.example",
            "https://u@x.a.example",
            "https://x.a.example:1",
        ] {
            assert_eq!(allowed("https://*.a.example", bad), None, "{bad}");
        }
    }

    #[test]
    fn a_star_is_said_only_without_credentials() {
        assert_eq!(
            cors("*", false).headers(Some("https://x")),
            [
                ("access-control-allow-origin", "*".to_owned()),
                ("access-control-expose-headers", "X-A, X-B".to_owned()),
            ]
        );
        let with = cors("*", true);
        assert_eq!(
            value(&with.headers(Some("https://x")), "access-control-allow-origin").as_deref(),
            Some("https://x")
        );
        assert_eq!(
            value(&with.headers(None), "vary").as_deref(),
            Some("Origin"),
            "a cache must tell origins apart"
        );
        let asked = with.preflight("https://x", "PUT", &["x-a".to_owned()], "GET");
        assert_eq!(
            value(&asked, "access-control-allow-headers").as_deref(),
            Some("x-a"),
            "echoed, since * would be a name"
        );
    }

    #[test]
    fn a_preflight_of_another_origin_is_told_nothing() {
        let answer = cors("https://a.example", false).preflight("https://b.example", "PUT", &[], "GET, PUT");
        assert_eq!(
            answer,
            [("vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers".to_owned())]
        );
    }

    #[test]
    fn a_preflight_lists_the_methods_of_the_path_unless_the_group_says_others() {
        let mut cors = cors("*", false);
        let methods = |cors: &Cors| {
            value(&cors.preflight("https://b", "PUT", &[], "GET, PUT"), "access-control-allow-methods")
        };
        assert_eq!(methods(&cors).as_deref(), Some("GET, PUT"));
        cors.methods = Methods::parse("DELETE,GET").ok();
        assert_eq!(methods(&cors).as_deref(), Some("DELETE, GET"));
        cors.methods = Methods::parse("*").ok();
        assert_eq!(methods(&cors).as_deref(), Some("*"));
        cors.credentials = true;
        assert_eq!(methods(&cors).as_deref(), Some("PUT"));
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
