//! Access: what a route asks of a token.

use std::collections::BTreeSet;
use std::fmt;

use crate::jwt::Claims;

use super::Authority;

/// Whom a route is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Access {
    /// For anybody.
    #[default]
    Anybody,
    /// For who brings a token that meets the demand.
    Token(Demand),
}

/// What a token has to say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Demand {
    /// One of these permissions; empty for any token.
    pub permissions: BTreeSet<Word>,
    /// All of these scopes (as OpenAPI asks for scopes).
    pub scopes: BTreeSet<Word>,
}

/// The name of a permission or a scope: visible ASCII without comma, quote and backslash (RFC 6749, section 3.3).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word(String);

impl Word {
    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        let sound = |byte| matches!(byte, b'!'..=b'~') && !matches!(byte, b',' | b'"' | b'\\');
        (!text.is_empty() && text.bytes().all(sound)).then(|| Self(text.to_owned()))
    }

    /// Reads a list of names.
    pub fn parse_list(text: &str) -> Option<BTreeSet<Self>> {
        text.split(',').map(|word| Self::parse(word.trim())).collect()
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Access {
    /// What a token has to say, if one is needed.
    pub fn demand(&self) -> Option<&Demand> {
        match self {
            Self::Anybody => None,
            Self::Token(demand) => Some(demand),
        }
    }
}

impl Demand {
    /// Whether a token meets it, which the authority's issuer has signed.
    pub fn is_met(&self, claims: &Claims, authority: &Authority) -> bool {
        let permissions = claims.words(authority.permissions_claim());
        let scopes = claims.words(authority.scopes_claim());
        (self.permissions.is_empty() || self.permissions.iter().any(|it| permissions.contains(&it.as_str())))
            && self.scopes.iter().all(|it| scopes.contains(&it.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_stand_in_a_list_and_in_a_header() {
        for bad in ["", "a b", "a,b", "a\"", "a\\", "é", "a\n"] {
            assert_eq!(Word::parse(bad), None, "{bad:?}");
        }
        let list = Word::parse_list("b, orders:write,a").unwrap();
        assert_eq!(list.iter().map(Word::as_str).collect::<Vec<_>>(), ["a", "b", "orders:write"]);
        assert_eq!(Word::parse_list("a,,b"), None);
    }
}
