//! The base path of a group: literal segments in front of every template of its routes.

use std::fmt;

use super::template::split;
use super::{PathError, Segment, encode};

/// A base path such as `/v2`; empty for none. It never ends with a slash.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BasePath(Vec<String>);

impl BasePath {
    /// Reads a base path; a trailing slash does not count, and `/` and the empty text are no base.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let literal = |segment| match segment {
            Segment::Literal(literal) => Ok(literal),
            Segment::Pattern(_) => Err(PathError::ParameterInBase(text.to_owned())),
        };
        let mut segments = split(text)?.map(|part| literal(part?)).collect::<Result<Vec<_>, _>>()?;
        segments.pop_if(|last| last.is_empty());
        Ok(Self(segments))
    }

    /// The base with a segment, decoded, behind it.
    pub(crate) fn with(&self, segment: String) -> Self {
        let mut segments = self.0.clone();
        segments.push(segment);
        Self(segments)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its segments, decoded.
    pub fn segments(&self) -> &[String] {
        &self.0
    }
}

/// The canonical text, still encoded: `/v2`, or nothing.
impl fmt::Display for BasePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|segment| write!(f, "/{}", encode(segment)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_has_no_slash_at_its_end() {
        for (text, canonical) in
            [("", ""), ("/", ""), ("/v2", "/v2"), ("/v2/", "/v2"), ("/api/v%31", "/api/v1")]
        {
            assert_eq!(BasePath::parse(text).unwrap().to_string(), canonical, "{text}");
        }
    }

    #[test]
    fn wrong_bases_are_refused() {
        for text in ["v2", "//", "/v2//", "/a//b", "/..", "/v2?x", "/{x}", "/{x*}", "/a b", &"/a".repeat(33)]
        {
            assert!(BasePath::parse(text).is_err(), "{text}");
        }
    }
}
