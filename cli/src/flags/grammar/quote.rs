//! Go's `strconv.Quote`, the `%q` of Docker's messages.

use std::fmt::Write as _;

/// Puts `text` in double quotes and escapes what Go would escape: quotes, backslashes and what cannot be
/// printed.
///
/// Rust's `escape_debug` decides what is printable; it differs from Go's tables in rare combining marks only.
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\u{07}' => quoted.push_str("\\a"),
            '\u{08}' => quoted.push_str("\\b"),
            '\u{0b}' => quoted.push_str("\\v"),
            '\u{0c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\'' => quoted.push('\''),
            _ if letter.escape_debug().len() == 1 => quoted.push(letter),
            _ => escape_code_point(&mut quoted, u32::from(letter)),
        }
    }
    quoted.push('"');
    quoted
}

fn escape_code_point(quoted: &mut String, code: u32) {
    let written = match code {
        0..=0x7f => write!(quoted, "\\x{code:02x}"),
        0x80..=0xffff => write!(quoted, "\\u{code:04x}"),
        _ => write!(quoted, "\\U{code:08x}"),
    };
    debug_assert!(written.is_ok(), "writing to a string does not fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_backslashes_and_controls_are_escaped() {
        assert_eq!(quote("a\"b\\c"), r#""a\"b\\c""#);
        assert_eq!(quote("a\tb\nc\u{7}\u{0}\u{7f}"), r#""a\tb\nc\a\x00\x7f""#);
        assert_eq!(quote("\u{85}\u{e000}"), r#""\u0085\ue000""#);
    }

    #[test]
    fn printable_text_stays_as_it_is() {
        assert_eq!(quote("it's é 日本"), "\"it's é 日本\"");
        assert_eq!(quote(""), "\"\"");
    }
}
