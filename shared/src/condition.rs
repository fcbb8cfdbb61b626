//! Conditions: what a route asks of the headers and the query of a request. One that fails is no match.

use std::fmt;

use crate::decide::{Headers, SERVICE_HEADER};
use crate::method::is_token;
use crate::path::form_decoded;

/// The name of a header, in lower case (RFC 9110, section 5.1).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HeaderName(String);

/// The decoded name of a query parameter; case counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueryName(String);

/// What is asked of the values of one header or query parameter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Test {
    /// One of the values is this text, compared with its case.
    Equals(TestText),
    /// There is a value, if only an empty one.
    Present,
    /// There is none.
    Absent,
}

/// [`Test`], with the text wherever it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asks<T> {
    Equals(T),
    Present,
    Absent,
}

/// A text that a value can have: without control characters and without white space at its ends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TestText(String);

/// What can be wrong with a condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConditionError {
    /// Not a token.
    #[error("{0:?} is not the name of a header")]
    HeaderName(String),
    /// Not the client's to say: Traefik or smsvc sets or removes it on the way, or it is the host.
    #[error(
        "the header {0:?} cannot be a condition: Traefik or smsvc changes it on the way; the host is smsvc.host"
    )]
    ReservedHeader(String),
    /// Empty, or with `=`, white space or control characters.
    #[error("{0:?} is not the name of a query parameter")]
    QueryName(String),
    /// With control characters, or with white space at an end.
    #[error(
        "{0:?} is a value that no request can have: it holds control characters or starts or ends with white space"
    )]
    Value(String),
}

impl HeaderName {
    /// Reads a name; case is folded.
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        if !is_token(text) {
            return Err(ConditionError::HeaderName(text.to_owned()));
        }
        let name = text.to_ascii_lowercase();
        if text.eq_ignore_ascii_case(SERVICE_HEADER) || is_of_the_way(&name) {
            return Err(ConditionError::ReservedHeader(text.to_owned()));
        }
        Ok(Self(name))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a header counts as one of the client's.
pub(crate) fn counts(name: &str) -> bool {
    let starts =
        |start: &&str| name.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start));
    let is = |known: &&str| name.eq_ignore_ascii_case(known);
    !OF_THE_WAY.iter().any(is) && !STARTS_OF_THE_WAY.iter().any(starts) && !is(&SERVICE_HEADER)
}

/// Whether the values of the header `name` pass; each is trimmed and compared as a whole.
pub(crate) fn header_passes(
    name: &str,
    asks: &Asks<impl Iterator<Item = u8> + Clone>,
    headers: &dyn Headers,
) -> bool {
    let (mut present, mut equal) = (false, false);
    headers.values(name, &mut |value| {
        present = true;
        if let Asks::Equals(wanted) = asks {
            equal |= wanted.clone().eq(value.trim().bytes());
        }
    });
    match asks {
        Asks::Equals(_) => equal,
        Asks::Present => present,
        Asks::Absent => !present,
    }
}

/// Whether the name of a `name=value` pair of a query is this, which is decoded.
pub(crate) fn names_pair(name: impl Iterator<Item = u8>, pair: &str) -> bool {
    let told = pair.split_once('=').map_or(pair, |(told, _)| told);
    form_decoded(told).eq(name)
}

/// The values of a parameter in the `query` of a request, without its `?`, still encoded.
pub(crate) fn query_values(
    name: impl Iterator<Item = u8> + Clone,
    query: Option<&str>,
) -> impl Iterator<Item = &str> {
    let pairs = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    pairs
        .filter(move |pair| names_pair(name.clone(), pair))
        .map(|pair| pair.split_once('=').map_or("", |(_, value)| value))
}

/// Whether the `query` of a request, without its `?`, passes.
pub(crate) fn query_passes(
    name: impl Iterator<Item = u8> + Clone,
    asks: Asks<impl Iterator<Item = u8> + Clone>,
    query: Option<&str>,
) -> bool {
    let mut values = query_values(name, query);
    match asks {
        Asks::Equals(wanted) => values.any(|value| form_decoded(value).eq(wanted.clone())),
        Asks::Present => values.next().is_some(),
        Asks::Absent => values.next().is_none(),
    }
}

/// Headers that Traefik sets or removes before the middleware sees them, and the host, which is none among others.
pub(crate) const OF_THE_WAY: [&str; 8] =
    ["host", "x-real-ip", "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];
/// How the names of more of them start.
pub(crate) const STARTS_OF_THE_WAY: [&str; 2] = ["x-forwarded-", "proxy-"];

/// Whether a name in lower case is one of them.
fn is_of_the_way(name: &str) -> bool {
    OF_THE_WAY.contains(&name) || STARTS_OF_THE_WAY.iter().any(|start| name.starts_with(start))
}

impl QueryName {
    /// Reads a name, written decoded.
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        let odd = |char: char| char == '=' || char.is_whitespace() || char.is_control();
        if text.is_empty() || text.contains(odd) {
            return Err(ConditionError::QueryName(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the `query` of a request, without its `?`, passes `test`.
    pub(crate) fn passes(&self, test: &Test, query: Option<&str>) -> bool {
        query_passes(self.0.bytes(), test.asks().map(str::bytes), query)
    }
}

impl TestText {
    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Test {
    /// Reads a test: `*` for present, `!` for absent, else the text itself. A backslash in front is taken
    /// off, so that `\*` means the text `*`.
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        match text {
            "*" => return Ok(Self::Present),
            "!" => return Ok(Self::Absent),
            _ => {}
        }
        let plain = text.strip_prefix('\\').unwrap_or(text);
        if plain.contains(char::is_control) || plain.trim() != plain {
            return Err(ConditionError::Value(text.to_owned()));
        }
        Ok(Self::Equals(TestText(plain.to_owned())))
    }

    /// What it asks.
    pub(crate) fn asks(&self) -> Asks<&str> {
        match self {
            Self::Equals(TestText(wanted)) => Asks::Equals(wanted),
            Self::Present => Asks::Present,
            Self::Absent => Asks::Absent,
        }
    }

    /// Whether the values of a header pass.
    pub(crate) fn passes(&self, name: &HeaderName, headers: &dyn Headers) -> bool {
        header_passes(name.as_str(), &self.asks().map(str::bytes), headers)
    }
}

impl<T> Asks<T> {
    /// The same of what `read` makes of the text.
    pub(crate) fn map<U>(self, read: impl FnOnce(T) -> U) -> Asks<U> {
        match self {
            Self::Equals(text) => Asks::Equals(read(text)),
            Self::Present => Asks::Present,
            Self::Absent => Asks::Absent,
        }
    }
}

impl AsRef<str> for HeaderName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for QueryName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HeaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for QueryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The canonical text, which [`Test::parse`] reads back.
impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Present => f.write_str("*"),
            Self::Absent => f.write_str("!"),
            Self::Equals(TestText(text)) => {
                let escape = matches!(text.as_str(), "*" | "!") || text.starts_with('\\');
                write!(f, "{}{text}", if escape { "\\" } else { "" })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(name: &str, test: &str, query: &str) -> bool {
        QueryName::parse(name).unwrap().passes(&Test::parse(test).unwrap(), Some(query))
    }

    #[test]
    fn a_query_parameter_is_compared_decoded_and_any_of_its_values_counts() {
        assert!(query("status", "new", "status=new"));
        assert!(query("status", "new", "a=1&status=old&status=new"));
        assert!(query("filter[a b]".replace(' ', "").as_str(), "x", "filter%5Bab%5D=%78"));
        assert!(query("q", "a b", "q=a+b") && query("q", "a b", "q=a%20b") && query("q", "a+b", "q=a%2Bb"));
        assert!(!query("status", "new", "Status=new") && !query("status", "new", "status=New"));
    }

    #[test]
    fn presence_and_absence_do_not_look_at_the_value() {
        assert!(query("debug", "*", "debug") && query("debug", "*", "debug=") && query("debug", "", "debug"));
        assert!(!query("debug", "*", "") && query("debug", "!", "x=debug") && !query("debug", "!", "debug"));
        assert!(QueryName::parse("debug").unwrap().passes(&Test::Absent, None));
    }

    #[test]
    fn any_value_of_a_header_counts_as_a_whole() {
        let values = [("x-a", "acme"), ("x-b", "acme"), ("x-a", " b, c ")];
        let passes_as = |name: &str, test: &str| {
            Test::parse(test).unwrap().passes(&HeaderName::parse(name).unwrap(), &&values[..])
        };
        let passes = |test: &str| passes_as("x-a", test);
        assert!(passes("acme") && passes("b, c") && passes("*"));
        assert!(!passes("b") && !passes("ACME") && !passes("!"));
        assert!(passes_as("x-c", "!") && !passes_as("x-c", "*"));
    }

    #[test]
    fn a_test_prints_what_it_reads() {
        for text in ["*", "!", r"\*", r"\!", r"\\x", "", "a b", "é"] {
            assert_eq!(Test::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn wrong_conditions_are_refused() {
        for name in ["", "a b", "a:b", "é"] {
            assert_eq!(HeaderName::parse(name), Err(ConditionError::HeaderName(name.into())));
        }
        for name in ["Host", "x-smsvc-service"] {
            assert_eq!(HeaderName::parse(name), Err(ConditionError::ReservedHeader(name.into())));
        }
        for name in ["", "a=b", "a b", "a\n"] {
            assert_eq!(QueryName::parse(name), Err(ConditionError::QueryName(name.into())));
        }
        for value in [" a", "a ", "a\nb", "\\ "] {
            assert_eq!(Test::parse(value), Err(ConditionError::Value(value.into())));
        }
    }
}
