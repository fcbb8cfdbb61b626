//! Rewrites: the path and the query that a service sees in place of those that the client asked for.

mod query;

use std::fmt;

use crate::path::{ParamName, PathError, encode, has_dot_segment, unescape};

pub use query::{Keep, QueryRewrite};

/// What becomes of the path.
///
/// Neither form keeps the base path of the group: what is written is what the service sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rewrite {
    /// The whole path becomes this one.
    Path(RewritePath),
    /// The base and the prefix of the route become this one, and what follows them stays.
    Prefix(RewritePath),
}

/// A path in which `{name}` stands for what a parameter of the route matched, as it came: still encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RewritePath(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// Canonical text, encoded, with its slashes.
    Literal(String),
    Parameter(ParamName),
}

/// A part of a text with parameters.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part<'r> {
    Literal(&'r str),
    Parameter(&'r ParamName),
}

impl RewritePath {
    /// Reads a path.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        if !text.starts_with('/') {
            return Err(PathError::NotAbsolute(text.to_owned()));
        }
        if let Some(char) = text.chars().find(|char| matches!(char, '?' | '#')) {
            return Err(PathError::NotOnlyPath(text.to_owned(), char));
        }
        if text.contains("//") {
            return Err(PathError::EmptySegment(text.to_owned()));
        }
        let mut parts = text.split('{');
        let mut pieces = vec![literal(parts.next().unwrap_or_default(), text)?];
        for part in parts {
            let (name, tail) = part.split_once('}').ok_or_else(|| PathError::Unbalanced(text.to_owned()))?;
            pieces.push(Piece::Parameter(ParamName::parse(name)?));
            pieces.push(literal(tail, text)?);
        }
        pieces.retain(|piece| *piece != Piece::Literal(String::new()));
        let path = Self(pieces);
        if has_dot_segment(&path.sample()) {
            return Err(PathError::DotSegment(text.to_owned()));
        }
        Ok(path)
    }

    /// The parameters it uses.
    pub fn names(&self) -> impl Iterator<Item = &ParamName> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Literal(_) => None,
            Piece::Parameter(name) => Some(name),
        })
    }

    /// The path as a replacement of Go's regular expressions, with `value` for each parameter.
    pub(crate) fn with(&self, value: impl Fn(&ParamName) -> Option<String>) -> Option<String> {
        self.0.iter().try_fold(String::new(), |text, piece| match piece {
            Piece::Literal(literal) => Some(text + &literal.replace('$', "$$")),
            Piece::Parameter(name) => Some(text + &value(name)?),
        })
    }

    /// Its parts, in order.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = Part<'_>> {
        self.0.iter().map(|piece| match piece {
            Piece::Literal(text) => Part::Literal(text),
            Piece::Parameter(name) => Part::Parameter(name),
        })
    }

    /// With a letter for each parameter.
    fn sample(&self) -> String {
        self.0
            .iter()
            .map(|piece| if let Piece::Literal(text) = piece { text.as_str() } else { "x" })
            .collect()
    }
}

fn literal(part: &str, whole: &str) -> Result<Piece, PathError> {
    if part.contains(['{', '}']) {
        return Err(PathError::Unbalanced(whole.to_owned()));
    }
    let segments = part.split('/').map(|segment| unescape(segment).map(|text| encode(&text)));
    let text: Option<Vec<String>> = segments.collect();
    text.map(|text| Piece::Literal(text.join("/"))).ok_or_else(|| PathError::Character(whole.to_owned()))
}

impl Rewrite {
    /// The parameters it uses.
    pub fn names(&self) -> impl Iterator<Item = &ParamName> {
        let (Self::Path(path) | Self::Prefix(path)) = self;
        path.names()
    }
}

/// The canonical text, which [`RewritePath::parse`] reads back.
impl fmt::Display for RewritePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Literal(text) => f.write_str(text),
            Piece::Parameter(name) => write!(f, "{{{name}}}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_rewrite_prints_what_it_reads() {
        for text in ["/", "/a/{b}/c", "/{a}{b}.json", "/caf%C3%A9/", "/a%2Fb"] {
            assert_eq!(RewritePath::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(RewritePath::parse("/café").unwrap().to_string(), "/caf%C3%A9");
    }

    #[test]
    fn wrong_rewrites_are_refused() {
        for text in [
            "", "a", "/a?b", "/a#b", "//a", "/a//b", "/{a", "/a}", "/{}", "/{a*}", "/..", "/.{a}/..", "/a b",
            "/%",
        ] {
            assert!(RewritePath::parse(text).is_err(), "{text}");
        }
    }
}
