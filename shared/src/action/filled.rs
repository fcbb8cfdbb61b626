//! Texts with parameters: where a redirect leads, and what a static answer says.
//!
//! `{name}` stands for what the parameter matched, still encoded. What could end a URL, a line, a JSON string or an
//! HTML element there is encoded on the way, so that no request can say more than its parameter.

use std::fmt;

use crate::path::{ParamName, is_unreserved, push_escape};
use crate::rewrite::Part;

/// A text in which `{name}` stands for a parameter; a brace that opens no parameter stands for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Parameter(ParamName),
}

impl Filled {
    /// Reads a text. Every `{name}` in it is a parameter, if `name` can be one; `{{` stands for a brace.
    pub fn parse(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('{') {
            literal.push_str(before);
            if let Some(behind) = behind.strip_prefix('{') {
                literal.push('{');
                rest = behind;
                continue;
            }
            let name =
                behind.split_once('}').and_then(|(name, rest)| Some((ParamName::parse(name).ok()?, rest)));
            if let Some((name, behind)) = name {
                if !literal.is_empty() {
                    pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                }
                pieces.push(Piece::Parameter(name));
                rest = behind;
            } else {
                literal.push('{');
                rest = behind;
            }
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        Self(pieces)
    }

    /// The parameters it uses.
    pub fn names(&self) -> impl Iterator<Item = &ParamName> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Literal(_) => None,
            Piece::Parameter(name) => Some(name),
        })
    }

    /// What stands before the first parameter.
    pub(super) fn head(&self) -> &str {
        match self.0.first() {
            Some(Piece::Literal(text)) => text,
            _ => "",
        }
    }

    /// The literal text.
    pub(super) fn literals(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Literal(text) => Some(text.as_str()),
            Piece::Parameter(_) => None,
        })
    }

    /// Its parts, in order.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = Part<'_>> {
        self.0.iter().map(|piece| match piece {
            Piece::Literal(text) => Part::Literal(text),
            Piece::Parameter(name) => Part::Parameter(name),
        })
    }
}

/// Appends the text of a parameter, still encoded, with everything encoded that means something outside of a path.
pub(crate) fn push_harmless(text: &mut String, part: &str) {
    for byte in part.bytes() {
        if is_unreserved(byte) || b"%/!$()*+,;=:@".contains(&byte) {
            text.push(char::from(byte));
        } else {
            push_escape(text, byte);
        }
    }
}

/// The text that [`Filled::parse`] reads back.
impl fmt::Display for Filled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Literal(text) => f.write_str(&text.replace('{', "{{")),
            Piece::Parameter(name) => write!(f, "{{{name}}}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_parameter_says_nothing_but_itself() {
        let mut text = String::new();
        push_harmless(&mut text, "a%2Fb/\"<x>'&\\");
        assert_eq!(text, "a%2Fb/%22%3Cx%3E%27%26%5C");
    }

    #[test]
    fn a_text_prints_what_reads_back() {
        for text in ["", "a", "{id}", "a{id}b{rest}", r#"{{"id": "{id}"}"#, "{{id}"] {
            assert_eq!(Filled::parse(text).to_string(), text);
        }
        for text in [r#"{"id": 1}"#, "{", "{}", "a{ b }", "{{{id}}"] {
            let read = Filled::parse(text);
            assert_eq!(Filled::parse(&read.to_string()), read, "{text}");
        }
    }
}
