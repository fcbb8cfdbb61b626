//! What Traefik's entry point does to a request target before any router sees it.
//!
//! For prediction: Traefik does this itself before it calls the middleware. Measured on Traefik 3.7 with its
//! defaults (`sanitizePath` on, encoded slashes allowed); the first step is Go's `net/url`.

use crate::path::{decoded, has_sound_escapes, is_unreserved, push_escape, split_first};

/// What becomes of a request target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// Routers see this target.
    Passes(String),
    /// The client gets this status at once.
    Answers(u16),
}

/// Receives a target in origin form, or `*`.
pub fn receive(method: &str, target: &str) -> Received {
    if method == "CONNECT" {
        return Received::Answers(501);
    }
    if target == "*" {
        // Go answers `OPTIONS *` by itself; no router takes any other.
        return Received::Answers(if method == "OPTIONS" { 200 } else { 404 });
    }
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    let forbidden = |byte: u8| byte.is_ascii_control() || byte == b' ' || byte == b'#';
    if !path.starts_with('/') || target.bytes().any(forbidden) {
        return Received::Answers(400);
    }
    let Some(escaped) = escaped(path) else { return Received::Answers(400) };
    let mut passed = cleaned(&normalized(&escaped));
    if let Some(query) = query {
        passed.push('?');
        passed.push_str(ascii(query.replace(';', "&").as_bytes(), &mut String::new()));
    }
    Received::Passes(passed)
}

/// A target as text, with bytes outside ASCII percent-encoded.
///
/// Traefik encodes the path, and hands the query on as it came. Encoded it means the same, and a rewrite can keep it.
/// The middleware does this before it decides. What has to be encoded stands in `buffer`.
pub fn ascii<'a>(target: &'a [u8], buffer: &'a mut String) -> &'a str {
    match std::str::from_utf8(target) {
        Ok(text) if text.is_ascii() => return text,
        _ => buffer.clear(),
    }
    for byte in target {
        if byte.is_ascii() {
            buffer.push(char::from(*byte));
        } else {
            push_escape(buffer, *byte);
        }
    }
    buffer
}

/// Go's `URL.EscapedPath`: the path as it was sent where its encoding is sound, else decoded and encoded anew, by which
/// an encoded slash becomes a slash. `None` where an escape is no escape.
fn escaped(path: &str) -> Option<String> {
    if !has_sound_escapes(path) {
        return None;
    }
    let sound =
        |byte: u8| byte == b'%' || byte == b'[' || byte == b']' || stays(byte) || b"!'()*".contains(&byte);
    if path.bytes().all(sound) {
        return Some(path.to_owned());
    }
    let mut text = String::with_capacity(path.len());
    for byte in decoded(ascii(path.as_bytes(), &mut String::new())) {
        if stays(byte) {
            text.push(char::from(byte));
        } else {
            push_escape(&mut text, byte);
        }
    }
    Some(text)
}

/// Whether Go leaves this byte of a path unescaped (`net/url`, `shouldEscape`).
fn stays(byte: u8) -> bool {
    is_unreserved(byte) || b"$&+,/:;=@".contains(&byte)
}

/// Decodes what never needs an escape, and writes the other escapes in capitals.
fn normalized(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((byte, behind)) = split_first(rest) {
        if is_unreserved(byte) || !rest.starts_with('%') {
            text.push(char::from(byte));
        } else {
            push_escape(&mut text, byte);
        }
        rest = behind;
    }
    text
}

/// Go's `path.Join`, with a trailing slash kept: no empty segments, no dot segments.
fn cleaned(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            segment => kept.push(segment),
        }
    }
    let mut text = format!("/{}", kept.join("/"));
    if path.ends_with('/') && !text.ends_with('/') {
        text.push('/');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(target: &str) -> String {
        match receive("GET", target) {
            Received::Passes(target) => target,
            answered @ Received::Answers(_) => panic!("{target}: {answered:?}"),
        }
    }

    #[test]
    fn dot_segments_and_double_slashes_are_gone_before_a_router_looks() {
        for (sent, seen) in [
            ("/a//b", "/a/b"),
            ("/a/../b", "/b"),
            ("/a/%2e%2e/b", "/b"),
            ("/a/./b/", "/a/b/"),
            ("/a//", "/a/"),
            ("/a/..", "/"),
            ("/..", "/"),
            ("//h/x", "/h/x"),
            ("/a/b/../../../c", "/c"),
            ("/a//?q", "/a/?q"),
        ] {
            assert_eq!(passes(sent), seen, "{sent}");
        }
    }

    #[test]
    fn an_encoded_slash_stays_what_it_is() {
        assert_eq!(passes("/a%2Fb"), "/a%2Fb");
        assert_eq!(passes("/A%2fB"), "/A%2FB");
        assert_eq!(passes("/a%2F..%2Fb"), "/a%2F..%2Fb");
    }

    #[test]
    fn escapes_that_are_not_needed_are_gone_and_missing_ones_are_added() {
        for (sent, seen) in [
            ("/%41%2d%7E", "/A-~"),
            ("/a|b", "/a%7Cb"),
            ("/a\"b", "/a%22b"),
            ("/é", "/%C3%A9"),
            ("/a{b}", "/a%7Bb%7D"),
            ("/a[b]", "/a[b]"),
            ("/a'b", "/a'b"),
            ("/a;b", "/a;b"),
            ("/a%00b", "/a%00b"),
            ("/a%e9", "/a%E9"),
        ] {
            assert_eq!(passes(sent), seen, "{sent}");
        }
    }

    #[test]
    fn the_query_is_left_alone_but_for_semicolons_and_bytes_outside_ascii() {
        assert_eq!(passes("/a?x=/../y&z=%zz"), "/a?x=/../y&z=%zz");
        assert_eq!(passes("/a?x=é"), "/a?x=%C3%A9");
        assert_eq!(passes("/a?x=1;y=2"), "/a?x=1&y=2");
    }

    #[test]
    fn what_is_no_target_is_answered_at_once() {
        for target in ["/%zz", "/a b", "/a#f", "/%4", "a"] {
            assert_eq!(receive("GET", target), Received::Answers(400), "{target}");
        }
        assert_eq!(receive("GET", "*"), Received::Answers(404));
        assert_eq!(receive("OPTIONS", "*"), Received::Answers(200));
        assert_eq!(receive("CONNECT", "/a"), Received::Answers(501));
    }
}
