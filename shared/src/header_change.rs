//! Changes to headers: what a route removes, sets and adds, in this order (Gateway API, `HTTPHeaderFilter`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::condition::{ConditionError, HeaderName};

/// Headers that frame the message.
pub(crate) const FRAMING: [&str; 2] = ["content-length", "content-encoding"];

/// What becomes of some headers.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeaderChanges {
    /// Removed, whatever they say.
    pub remove: BTreeSet<HeaderName>,
    /// Set, in place of what they say.
    pub set: BTreeMap<HeaderName, HeaderValue>,
    /// Added to what they say.
    pub add: BTreeMap<HeaderName, HeaderValue>,
}

/// One step of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderChange<'t> {
    /// Every line of this name goes.
    Remove(&'t str),
    /// This line takes the place of all of its name.
    Set(&'t str, &'t str),
    /// This line is added.
    Add(&'t str, &'t str),
}

/// The value of a header line: visible ASCII, with single spaces or tabs inside (RFC 9110, section 5.5).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HeaderValue(String);

impl HeaderValue {
    /// Reads a value.
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        let sound = text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t')) && text.trim() == text;
        if sound { Ok(Self(text.to_owned())) } else { Err(ConditionError::Value(text.to_owned())) }
    }

    /// The value as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl HeaderChanges {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.remove.is_empty() && self.set.is_empty() && self.add.is_empty()
    }

    /// The steps, in the order in which they are taken.
    pub fn steps(&self) -> impl Iterator<Item = HeaderChange<'_>> {
        let remove = self.remove.iter().map(|name| HeaderChange::Remove(name.as_str()));
        let set = self.set.iter().map(|(name, value)| HeaderChange::Set(name.as_str(), value.as_str()));
        let add = self.add.iter().map(|(name, value)| HeaderChange::Add(name.as_str(), value.as_str()));
        remove.chain(set).chain(add)
    }
}

/// Reads the name of a header that a route may change: not one that frames the message.
pub(crate) fn changeable(name: &str) -> Result<HeaderName, ConditionError> {
    if FRAMING.iter().any(|framing| name.eq_ignore_ascii_case(framing)) {
        return Err(ConditionError::ReservedHeader(name.to_owned()));
    }
    HeaderName::parse(name)
}

impl fmt::Display for HeaderValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_removed_then_set_then_added() {
        let name = |text| changeable(text).unwrap();
        let value = |text| HeaderValue::parse(text).unwrap();
        let changes = HeaderChanges {
            remove: [name("A"), name("b")].into(),
            set: [(name("B"), value("1"))].into(),
            add: [(name("c"), value("2"))].into(),
        };
        let expected = [
            HeaderChange::Remove("a"),
            HeaderChange::Remove("b"),
            HeaderChange::Set("b", "1"),
            HeaderChange::Add("c", "2"),
        ];
        assert!(changes.steps().eq(expected));
    }

    #[test]
    fn a_value_cannot_start_another_line() {
        for bad in ["a\r\nb: c", "a\n", " a", "a ", "é", "\0"] {
            assert!(HeaderValue::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(HeaderValue::parse("public, max-age=60").unwrap().as_str(), "public, max-age=60");
        assert!(HeaderValue::parse("").is_ok());
    }

    #[test]
    fn what_frames_a_message_is_not_changed() {
        for bad in [
            "Content-Length",
            "Transfer-Encoding",
            "Host",
            "Connection",
            "X-Smsvc-Service",
            "content-encoding",
        ] {
            assert!(changeable(bad).is_err(), "{bad}");
        }
    }
}
