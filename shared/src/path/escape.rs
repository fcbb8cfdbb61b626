//! Percent encoding (RFC 3986, section 2.1), byte by byte and without allocation where it is compared.
//!
//! Functions that take the text of a *request* expect what [`Target`](super::Target) has let through: ASCII,
//! with every `%` followed by two hexadecimal digits. Other text gives nonsense, but no panic.

use std::borrow::Cow;

use super::target::split_at_mark;

/// The first byte that `text` stands for, and the text behind it.
pub(crate) fn split_first(text: &str) -> Option<(u8, &str)> {
    let byte = *text.as_bytes().first()?;
    match text.get(1..3).and_then(hex).filter(|_| byte == b'%') {
        Some(escaped) => Some((escaped, text.get(3..)?)),
        None => Some((byte, text.get(1..)?)),
    }
}

/// The last byte that `text` stands for, and the text before it.
///
/// Unambiguous, since the digits of an escape are never `%`.
pub(crate) fn split_last(text: &str) -> Option<(u8, &str)> {
    let escape = text.len().checked_sub(3).and_then(|at| text.split_at_checked(at));
    if let Some((before, escape)) = escape
        && let Some(byte) = escape.strip_prefix('%').and_then(hex)
    {
        return Some((byte, before));
    }
    let (before, last) = text.split_at_checked(text.len().checked_sub(1)?)?;
    Some((*last.as_bytes().first()?, before))
}

/// The bytes that `text` stands for.
pub(crate) fn decoded(text: &str) -> impl Iterator<Item = u8> {
    std::iter::successors(split_first(text), |(_, rest)| split_first(rest)).map(|(byte, _)| byte)
}

/// The bytes that a name or a value of a query stands for: `+` is a space there.
pub(crate) fn form_decoded(text: &str) -> impl Iterator<Item = u8> {
    std::iter::successors(form_first(text), |(_, rest)| form_first(rest)).map(|(byte, _)| byte)
}

fn form_first(text: &str) -> Option<(u8, &str)> {
    match text.strip_prefix('+') {
        Some(rest) => Some((b' ', rest)),
        None => split_first(text),
    }
}

/// What `text` stands for; `None` if that is not UTF-8.
pub(crate) fn decode(text: &str) -> Option<Cow<'_, str>> {
    if text.contains('%') {
        String::from_utf8(decoded(text).collect()).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(text))
    }
}

/// The same, with what is decoded in `buffer`.
pub(crate) fn decode_into<'a>(text: &'a str, buffer: &'a mut Vec<u8>) -> Option<&'a str> {
    if !text.contains('%') {
        return Some(text);
    }
    buffer.clear();
    buffer.extend(decoded(text));
    std::str::from_utf8(buffer).ok()
}

/// What a declared text stands for, which may be written with or without escapes.
///
/// `None` for white space, control characters, a `%` that starts no escape, and what is not UTF-8.
pub(crate) fn unescape(text: &str) -> Option<String> {
    if text.chars().any(|char| char.is_whitespace() || char.is_control()) {
        return None;
    }
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        bytes.push(hex(digits)?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

/// The canonical text of a literal in a path: all but the characters of a segment (RFC 3986, `pchar`) is
/// escaped.
pub(crate) fn encode(literal: &str) -> String {
    let mut text = String::with_capacity(literal.len());
    for byte in literal.bytes() {
        if is_unreserved(byte) || b"!$&'()*+,;=:@".contains(&byte) {
            text.push(char::from(byte));
        } else {
            push_escape(&mut text, byte);
        }
    }
    text
}

/// Writes the escape of a byte, in capitals.
pub(crate) fn push_escape(text: &mut String, byte: u8) {
    text.push('%');
    text.extend([byte >> 4, byte & 15].map(digit));
}

/// RFC 3986, section 2.3: what never needs an escape.
pub(crate) fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// Whether each `%` starts an escape.
pub(crate) fn has_sound_escapes(path: &str) -> bool {
    let mut rest = path;
    while let (_, Some(escape)) = split_at_mark(rest, b'%') {
        if !escape
            .as_bytes()
            .first_chunk::<2>()
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        {
            return false;
        }
        rest = escape;
    }
    true
}

/// Whether some server might resolve a part of `text` as `.` or `..`.
///
/// Some decode `%2F` or take `\` for a slash before they do so, some drop `;parameters` first: with any of
/// them a route's path could be left through the back door.
pub(crate) fn has_dot_segment(text: &str) -> bool {
    // Most paths have nothing of which one could be made.
    if !text.bytes().any(|byte| matches!(byte, b'.' | b'%')) {
        return false;
    }
    // The number of dots of a part that has nothing else yet.
    let mut dots = Some(0_u8);
    for byte in decoded(text).chain([b'/']) {
        match byte {
            b'.' => dots = dots.and_then(|count| count.checked_add(1)),
            b'/' | b'\\' | b';' => {
                if matches!(dots, Some(1 | 2)) {
                    return true;
                }
                dots = (byte != b';').then_some(0);
            }
            _ => dots = None,
        }
    }
    false
}

fn hex(digits: &str) -> Option<u8> {
    let [high, low] = digits.as_bytes() else { return None };
    let value = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from((value(*high)? << 4) | value(*low)?).ok()
}

fn digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or_default().to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_are_read_alike() {
        let text = "a%2Fb%41%";
        let forwards: Vec<u8> = decoded(text).collect();
        let mut backwards = Vec::new();
        let mut rest = text;
        while let Some((byte, before)) = split_last(rest) {
            backwards.insert(0, byte);
            rest = before;
        }
        assert_eq!(forwards, b"a/bA%");
        assert_eq!(backwards, forwards);
    }

    #[test]
    fn a_sign_is_no_hexadecimal_digit() {
        assert_eq!(unescape("%+1"), None);
        assert_eq!(hex("+1"), None);
    }

    #[test]
    fn a_declared_text_may_be_written_with_or_without_escapes() {
        assert_eq!(unescape("caf%C3%A9").as_deref(), Some("café"));
        assert_eq!(unescape("café").as_deref(), Some("café"));
        for bad in ["%", "%4", "%zz", "%C3", "a b", "a\tb", "%é"] {
            assert_eq!(unescape(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn what_is_encoded_reads_back() {
        for text in ["pets", "a/b", "100%", "{x}", "café", "\u{0}", "a;b=c"] {
            assert_eq!(unescape(&encode(text)).as_deref(), Some(text));
        }
        assert_eq!(encode("é/{"), "%C3%A9%2F%7B");
    }

    #[test]
    fn dot_segments_are_seen_through_every_disguise() {
        for dots in
            [".", "..", "%2e", ".%2E", "a/..", "../a", "a%2F..", "..%5Ca", "..;x", "a/.;/b", "%2e%2e%3b"]
        {
            assert!(has_dot_segment(dots), "{dots}");
        }
        for clean in ["", "...", "a.", ".a", "a..b", "..a/b..", ";..", "%2e%2e%2e"] {
            assert!(!has_dot_segment(clean), "{clean}");
        }
        assert!(!has_dot_segment(&".".repeat(1000)));
    }
}
