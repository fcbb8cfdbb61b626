//! Request targets: what a client asks for, judged before anything is compared with it.

use super::{has_dot_segment, has_sound_escapes};

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

/// The path of a request, still encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestPath<'a>(&'a str);

/// What is left of a path from some segment on: segments, still encoded, with slashes between them; or nothing at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rest<'a>(Option<&'a str>);

impl<'a> Target<'a> {
    /// Judges the target of a request with `method`.
    pub fn parse(method: &str, uri: &'a str) -> Result<Self, Malformed> {
        if uri == "*" && method == "OPTIONS" {
            return Ok(Self::Asterisk);
        }
        // Most paths have nothing that an escape or a dot segment could be made of.
        let (mut has_query, mut is_plain) = (false, true);
        for byte in uri.bytes() {
            match byte {
                b'?' => has_query = true,
                b'%' | b'.' if !has_query => is_plain = false,
                b'#' => return Err(Malformed),
                _ if !byte.is_ascii_graphic() => return Err(Malformed),
                _ => {}
            }
        }
        let (path, query) = if has_query { split_at_mark(uri, b'?') } else { (uri, None) };
        let is_sound = is_plain || has_sound_escapes(path) && !has_dot_segment(path);
        if !path.starts_with('/') || !is_sound {
            return Err(Malformed);
        }
        Ok(Self::Origin { path: RequestPath(path), query })
    }
}

impl<'a> RequestPath<'a> {
    /// The whole path.
    pub(crate) fn text(self) -> &'a str {
        self.0
    }

    /// Puts the path with a slash at its end, or without the one that it has, into `text`; whether that is a target of the
    /// same kind.
    pub(crate) fn with_other_slash(self, text: &mut String) -> bool {
        text.clear();
        if let Some(shorter) = self.0.strip_suffix('/') {
            text.push_str(shorter);
        } else {
            text.push_str(self.0);
            text.push('/');
        }
        text.starts_with('/') && !text.starts_with("//") && !text.ends_with("//")
    }

    /// A path that differs from one that was let through in the slash at its end alone.
    pub(crate) fn of_other_slash(text: &'a str) -> Self {
        Self(text)
    }

    /// Its segments.
    pub(crate) fn segments(self) -> Rest<'a> {
        Rest(Some(self.0.strip_prefix('/').unwrap_or(self.0)))
    }

    /// What follows the first `count` segments: empty, or text that starts with a slash.
    pub(crate) fn after(self, count: usize) -> &'a str {
        let mut rest = self.0;
        for _ in 0..count {
            let inner = rest.get(1..).unwrap_or_default();
            rest = position(inner, b'/').and_then(|at| inner.get(at..)).unwrap_or_default();
        }
        rest
    }
}

impl<'a> Rest<'a> {
    /// The first segment, and what is left behind it.
    #[inline]
    pub(crate) fn split_first(self) -> Option<(&'a str, Self)> {
        let text = self.0?;
        let (first, behind) = split_at_mark(text, b'/');
        Some((first, Self(behind)))
    }

    /// Whether nothing is left.
    pub(crate) fn is_end(self) -> bool {
        self.0.is_none()
    }

    /// Whether `{rest*}` takes it.
    pub(crate) fn fits_rest(self) -> bool {
        self.0.is_some_and(|text| !text.is_empty() && !text.starts_with('/'))
    }

    /// Whether it may follow a prefix.
    pub(crate) fn fits_prefix(self) -> bool {
        self.0.is_none_or(|text| !text.starts_with('/'))
    }
}

/// The text before the first `mark`, and what is behind it if there is one. For an ASCII byte; a search for a `char` is
/// made for long texts, and costs more than most targets are long.
#[inline]
pub(crate) fn split_at_mark(text: &str, mark: u8) -> (&str, Option<&str>) {
    match position(text, mark).and_then(|at| text.split_at_checked(at)) {
        Some((before, behind)) => (before, behind.get(1..)),
        None => (text, None),
    }
}

#[inline]
fn position(text: &str, mark: u8) -> Option<usize> {
    text.bytes().position(|byte| byte == mark)
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
    fn segments_come_one_by_one_and_an_empty_one_counts() {
        let segments = |path| {
            let mut rest = RequestPath(path).segments();
            let mut all = Vec::new();
            while let Some((first, after)) = rest.split_first() {
                all.push(first);
                rest = after;
            }
            all
        };
        assert_eq!(segments("/a/bc//d/"), ["a", "bc", "", "d", ""]);
        assert_eq!(segments("/"), [""]);
    }

    #[test]
    fn the_other_slash_never_makes_another_kind_of_target() {
        let other = |path| {
            let mut text = String::new();
            RequestPath(path).with_other_slash(&mut text).then_some(text)
        };
        assert_eq!(other("/a").as_deref(), Some("/a/"));
        assert_eq!(other("/a/").as_deref(), Some("/a"));
        for none in ["/", "//a", "/a//"] {
            assert_eq!(
                other(none).filter(|text| text.ends_with("//") || !text.starts_with("/a")),
                None,
                "{none}"
            );
        }
    }

    #[test]
    fn the_text_after_some_segments_starts_with_a_slash() {
        let path = RequestPath("/a/bc//d/");
        assert_eq!(
            [0, 1, 2, 3, 5].map(|count| path.after(count)),
            ["/a/bc//d/", "/bc//d/", "//d/", "/d/", ""]
        );
    }
}
