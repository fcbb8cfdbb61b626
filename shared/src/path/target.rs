//! Request targets: what a client asks for, judged before anything is compared with it.

use super::{SEGMENTS_MAX, has_dot_segment, has_sound_escapes};

/// The longest template has a base and segments of its own, each at most [`SEGMENTS_MAX`]; what lies one
/// segment behind it tells a trailing slash from more.
const KEPT: usize = 2 * SEGMENTS_MAX + 2;

/// The target of a request, well formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target<'a> {
    /// `*`: the server as a whole, for `OPTIONS` only (RFC 9112, section 3.2.4).
    Asterisk,
    /// Origin form: a path, and perhaps a query without its `?` (RFC 9112, section 3.2.1).
    Origin {
        /// The path.
        path: RequestPath<'a>,
        /// The query.
        query: Option<&'a str>,
    },
}

/// A target that is answered with 400 and never handed on.
///
/// It is none of the two forms, or holds a control character, a space, a `#` or text outside ASCII, or its path a
/// wrong escape or a dot segment in some disguise. A `%` in the query that starts no escape is left to the service:
/// many clients send `?discount=100%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the request target is malformed")]
pub struct Malformed;

/// The path of a request, still encoded, divided at its slashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestPath<'a> {
    text: &'a str,
    /// The first [`KEPT`] segments; no template looks further.
    segments: Vec<&'a str>,
}

impl<'a> Target<'a> {
    /// Judges the target of a request with `method`.
    pub fn parse(method: &str, uri: &'a str) -> Result<Self, Malformed> {
        if uri == "*" && method == "OPTIONS" {
            return Ok(Self::Asterisk);
        }
        let (path, query) = match uri.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (uri, None),
        };
        if !path.starts_with('/') || !is_visible(uri) || !has_sound_escapes(path) || has_dot_segment(path) {
            return Err(Malformed);
        }
        Ok(Self::Origin { path: RequestPath::new(path), query })
    }
}

impl<'a> RequestPath<'a> {
    /// Divides a path that [`Target::parse`] has let through.
    pub(super) fn new(text: &'a str) -> Self {
        let inner = text.strip_prefix('/').unwrap_or(text);
        Self { text, segments: inner.split('/').take(KEPT).collect() }
    }

    /// The whole path.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// The path with a slash at its end, or without the one that it has; `None` where that would be another kind of
    /// target.
    pub(crate) fn with_other_slash(&self) -> Option<String> {
        let other = match self.text.strip_suffix('/') {
            Some(shorter) => shorter.to_owned(),
            None => format!("{}/", self.text),
        };
        (other.starts_with('/') && !other.starts_with("//") && !other.ends_with("//")).then_some(other)
    }

    /// The segments, still encoded.
    pub(crate) fn segments(&self) -> &[&'a str] {
        &self.segments
    }

    /// What follows the first `count` segments: empty, or text that starts with a slash.
    pub(super) fn after(&self, count: usize) -> &'a str {
        let taken = self.segments.iter().take(count);
        let length =
            taken.fold(0_usize, |length, segment| length.saturating_add(segment.len()).saturating_add(1));
        self.text.get(length..).unwrap_or_default()
    }
}

/// Visible ASCII without `#`.
fn is_visible(uri: &str) -> bool {
    uri.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_well_formed_origin_form_is_let_through() {
        for good in
            ["/", "/a", "/a?", "/a?x=%20&?", "//", "/a%2Fb", "/%C3%A9", "/a|b", "/%00", "/a?x=100%", "/a?%zz"]
        {
            assert!(matches!(Target::parse("GET", good), Ok(Target::Origin { .. })), "{good:?}");
        }
        for bad in [
            "",
            "a",
            "*",
            "http://h/a",
            "?x",
            "/a b",
            "/a\0",
            "/a\n",
            "/\u{7f}",
            "/é",
            "/a#b",
            "/a?é",
            "/%",
            "/%4",
            "/%zz",
            "/%+1",
            "/a?x=%é",
        ] {
            assert_eq!(Target::parse("GET", bad), Err(Malformed), "{bad:?}");
        }
    }

    #[test]
    fn an_asterisk_is_for_options() {
        assert_eq!(Target::parse("OPTIONS", "*"), Ok(Target::Asterisk));
        assert_eq!(Target::parse("GET", "*"), Err(Malformed));
    }

    #[test]
    fn dot_segments_are_refused_in_the_path_and_free_in_the_query() {
        for bad in ["/..", "/a/./b", "/%2e%2E/a", "/a/..%2Fb", "/..;/a", "/a\\..\\b"] {
            assert_eq!(Target::parse("GET", bad), Err(Malformed), "{bad}");
        }
        assert!(Target::parse("GET", "/a?b=/../c").is_ok());
    }

    #[test]
    fn a_path_of_slashes_keeps_few_segments() {
        let endless = "/".repeat(1_000_000);
        assert_eq!(RequestPath::new(&endless).segments().len(), KEPT);
    }

    #[test]
    fn the_text_after_some_segments_starts_with_a_slash() {
        let path = RequestPath::new("/a/bc//d/");
        assert_eq!(
            [0, 1, 2, 3, 5].map(|count| path.after(count)),
            ["/a/bc//d/", "/bc//d/", "//d/", "/d/", ""]
        );
    }
}
