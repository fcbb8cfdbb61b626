//! Rewrites of the query: parameters that are left out, and parameters that are set.

use std::collections::{BTreeMap, BTreeSet};

use crate::condition::QueryName;
use crate::path::{is_unreserved, push_escape};

/// What becomes of the query string.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryRewrite {
    /// Which of the client's parameters the service gets.
    pub keep: Keep,
    /// Set behind them, in place of what the client said of them.
    pub set: BTreeMap<QueryName, String>,
}

/// Which parameters of a query are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Keep {
    /// All.
    #[default]
    All,
    /// All but these.
    AllBut(BTreeSet<QueryName>),
    /// Only these.
    Only(BTreeSet<QueryName>),
}

impl QueryRewrite {
    /// Whether it leaves a query as it is.
    pub fn is_none(&self) -> bool {
        self.keep == Keep::All && self.set.is_empty()
    }

    /// What stands in a query for a parameter that is set.
    pub(crate) fn pair(name: &QueryName, value: &str) -> String {
        let mut text = String::new();
        push_form(&mut text, name.as_str());
        text.push('=');
        push_form(&mut text, value);
        text
    }
}

/// Appends a name or a value, encoded.
fn push_form(text: &mut String, part: &str) {
    for byte in part.bytes() {
        if is_unreserved(byte) {
            text.push(char::from(byte));
        } else {
            push_escape(text, byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_encoded() {
        assert_eq!(QueryRewrite::pair(&QueryName::parse("a[]").unwrap(), "a&b c"), "a%5B%5D=a%26b%20c");
    }
}
