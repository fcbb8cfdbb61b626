//! Printing, byte for byte as Go's `encoding/json` does.

use std::fmt::Write as _;

use super::Json;

/// What is escaped in strings besides what JSON demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escape {
    /// `<`, `>` and `&`, too: Go's default.
    Html,
    /// Nothing more.
    Least,
}

/// Without white space.
pub fn compact(value: &Json, escape: Escape) -> String {
    let mut out = String::new();
    write(&mut out, value, escape, None);
    out
}

/// A member or an element a line, four spaces a level, as `docker inspect` prints.
pub fn indented(value: &Json, escape: Escape) -> String {
    let mut out = String::new();
    write(&mut out, value, escape, Some(0));
    out
}

fn write(out: &mut String, value: &Json, escape: Escape, level: Option<usize>) {
    let _infallible = match value {
        Json::Null => out.write_str("null"),
        Json::Bool(value) => write!(out, "{value}"),
        Json::Unsigned(number) => write!(out, "{number}"),
        Json::Negative(number) => write!(out, "{number}"),
        Json::Float(number) => out.write_str(&float(*number)),
        Json::Text(text) => {
            string(out, text, escape);
            Ok(())
        }
        Json::Array(elements) => {
            list(out, ('[', ']'), elements.iter(), level, |out, element, level| {
                write(out, element, escape, level);
            });
            Ok(())
        }
        Json::Object(members) => {
            list(out, ('{', '}'), members.iter(), level, |out, (key, value), level| {
                string(out, key, escape);
                out.push_str(if level.is_some() { ": " } else { ":" });
                write(out, value, escape, level);
            });
            Ok(())
        }
    };
}

fn list<T>(
    out: &mut String,
    (open, close): (char, char),
    items: impl ExactSizeIterator<Item = T>,
    level: Option<usize>,
    mut item: impl FnMut(&mut String, T, Option<usize>),
) {
    let inner = level.map(|level| level + 1);
    let empty = items.len() == 0;
    out.push(open);
    for (index, entry) in items.enumerate() {
        if index > 0 {
            out.push(',');
        }
        new_line(out, inner);
        item(out, entry, inner);
    }
    if !empty {
        new_line(out, level);
    }
    out.push(close);
}

fn new_line(out: &mut String, level: Option<usize>) {
    if let Some(level) = level {
        out.push('\n');
        out.push_str(&"    ".repeat(level));
    }
}

fn string(out: &mut String, text: &str, escape: Escape) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            // Line separators that old JavaScript takes for the end of a string.
            '\u{2028}' | '\u{2029}' => hexadecimal(out, letter),
            '<' | '>' | '&' if escape == Escape::Html => hexadecimal(out, letter),
            letter if letter < ' ' => hexadecimal(out, letter),
            letter => out.push(letter),
        }
    }
    out.push('"');
}

fn hexadecimal(out: &mut String, letter: char) {
    let _infallible = write!(out, "\\u{:04x}", u32::from(letter));
}

/// The shortest digits that read back, with an exponent only for what is very large or very small.
fn float(number: f64) -> String {
    let size = number.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        // Go writes at least two digits of an exponent, and here drops the zero of a negative one.
        let text = format!("{number:e}");
        return match text.split_once('e') {
            Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
            _ => text,
        };
    }
    format!("{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Json {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn members_keep_their_order_and_numbers_their_digits() {
        for text in [
            r#"{"b":1,"a":[true,null,-5,18446744073709551615],"c":{},"d":[],"e":0.1}"#,
            r"[1e-7,1e+21,1.5e+300,100000000000000000000,0.000001]",
        ] {
            assert_eq!(compact(&read(text), Escape::Html), text);
        }
    }

    #[test]
    fn strings_are_escaped_as_go_does() {
        let value = Json::from("<a&b>\u{1}\u{8}\n\"\\\u{2028}ü");
        assert_eq!(compact(&value, Escape::Least), "\"<a&b>\\u0001\\b\\n\\\"\\\\\\u2028ü\"");
        assert_eq!(compact(&value, Escape::Html), "\"\\u003ca\\u0026b\\u003e\\u0001\\b\\n\\\"\\\\\\u2028ü\"");
    }

    #[test]
    fn every_level_is_four_spaces() {
        let expected = "[\n    {\n        \"a\": [],\n        \"b\": [\n            1,\n            {}\n        ]\n    }\n]";
        assert_eq!(indented(&read(r#"[{"a":[],"b":[1,{}]}]"#), Escape::Html), expected);
    }
}
