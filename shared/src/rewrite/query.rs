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

    /// The query for the service: what is kept stands as it came.
    pub(crate) fn apply(&self, query: Option<&str>) -> Option<String> {
        if self.is_none() {
            return query.map(str::to_owned);
        }
        let pairs = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty() && self.keeps(pair));
        let mut text = pairs.collect::<Vec<_>>().join("&");
        for (name, value) in &self.set {
            if !text.is_empty() {
                text.push('&');
            }
            push_form(&mut text, name.as_str());
            text.push('=');
            push_form(&mut text, value);
        }
        (!text.is_empty()).then_some(text)
    }

    fn keeps(&self, pair: &str) -> bool {
        let is_in = |names: &BTreeSet<QueryName>| names.iter().any(|name| name.names(pair));
        !self.set.keys().any(|name| name.names(pair))
            && match &self.keep {
                Keep::All => true,
                Keep::AllBut(names) => !is_in(names),
                Keep::Only(names) => is_in(names),
            }
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

    fn names(names: &[&str]) -> BTreeSet<QueryName> {
        names.iter().map(|name| QueryName::parse(name).unwrap()).collect()
    }

    fn set(name: &str, value: &str) -> BTreeMap<QueryName, String> {
        [(QueryName::parse(name).unwrap(), value.to_owned())].into()
    }

    #[test]
    fn what_is_kept_stands_as_it_came() {
        let without = QueryRewrite { keep: Keep::AllBut(names(&["a", "b"])), ..QueryRewrite::default() };
        assert_eq!(without.apply(Some("x=%zz&a=1&%61=2&b&y")).as_deref(), Some("x=%zz&y"));
        let only = QueryRewrite { keep: Keep::Only(names(&["a"])), ..QueryRewrite::default() };
        assert_eq!(only.apply(Some("x=1&a=1&A=2&a")).as_deref(), Some("a=1&a"));
        assert_eq!(only.apply(Some("x=1")), None);
    }

    #[test]
    fn what_is_set_takes_the_place_of_what_the_client_said() {
        let rewrite = QueryRewrite { set: set("tenant", "a&b c"), ..QueryRewrite::default() };
        assert_eq!(rewrite.apply(Some("tenant=x&q=1&tenant")).as_deref(), Some("q=1&tenant=a%26b%20c"));
        assert_eq!(rewrite.apply(None).as_deref(), Some("tenant=a%26b%20c"));
    }

    #[test]
    fn no_rewrite_changes_nothing() {
        for query in [None, Some(""), Some("a&&b")] {
            assert_eq!(QueryRewrite::default().apply(query).as_deref(), query);
        }
    }
}
