//! Functions on strings: Docker's own, and Go's escapers.

use std::fmt::Write as _;

use super::value::Value;
use crate::json::{Escape, compact};

/// `json`: compact, with `<`, `>` and `&` as they are.
pub(super) fn json(value: &Value<'_>) -> String {
    use crate::json::Json;
    let scalar = |json: Json| compact(&json, Escape::Least);
    match value {
        Value::Missing | Value::Nil(_) => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(number) | Value::Duration(number) => number.to_string(),
        Value::Uint(number) => number.to_string(),
        Value::Float(number) => scalar(Json::Float(*number)),
        Value::Text(text) | Value::Time(text) => scalar(Json::from(text.as_ref())),
        Value::List(elements, _) => format!("[{}]", elements.iter().map(json).collect::<Vec<_>>().join(",")),
        Value::View(Some(json), _) => compact(json, Escape::Least),
        Value::View(None, kind) => match kind.target() {
            super::Kind::Struct(_) => "{}".to_owned(),
            _ => "null".to_owned(),
        },
    }
}

/// `split`: Go's `strings.Split`.
pub(super) fn split(text: &str, separator: &str) -> Vec<String> {
    if separator.is_empty() {
        return text.chars().map(String::from).collect();
    }
    text.split(separator).map(str::to_owned).collect()
}

/// `title`: the first letter of every word in upper case (Go's `strings.Title`).
pub(super) fn title(text: &str) -> String {
    let mut before = ' ';
    let titled = text.chars().flat_map(|letter| {
        // Letters, digits, the underscore, and whatever else is no ASCII and no space make words.
        let inside = if before.is_ascii() {
            before.is_ascii_alphanumeric() || before == '_'
        } else {
            !before.is_whitespace()
        };
        let starts = !inside;
        before = letter;
        let (upper, same) = (starts.then(|| letter.to_uppercase()), (!starts).then_some(letter));
        upper.into_iter().flatten().chain(same)
    });
    titled.collect()
}

/// `pad`: spaces around a text that is not empty.
pub(super) fn pad(text: &str, before: i64, after: i64) -> Result<String, String> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let spaces = |count: i64| match usize::try_from(count) {
        Ok(count) => Ok(" ".repeat(count.min(1 << 20))),
        Err(_) => Err("strings: negative Repeat count".to_owned()),
    };
    Ok(format!("{}{text}{}", spaces(before)?, spaces(after)?))
}

/// `truncate`: at most so many bytes, and no half letter.
pub(super) fn truncate(text: &str, length: i64) -> Result<&str, String> {
    let Ok(length) = usize::try_from(length) else {
        return Err(format!("runtime error: slice bounds out of range [:{length}]"));
    };
    Ok(&text[..text.floor_char_boundary(length)])
}

/// `html`
pub(super) fn html(text: &str) -> String {
    let escaped = text.chars().map(|letter| match letter {
        '"' => "&#34;".to_owned(),
        '\'' => "&#39;".to_owned(),
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '\0' => "\u{fffd}".to_owned(),
        letter => letter.to_string(),
    });
    escaped.collect()
}

/// `js`
pub(super) fn js(text: &str) -> String {
    let escaped = text.chars().map(|letter| match letter {
        '\\' | '\'' | '"' => format!("\\{letter}"),
        '<' | '>' | '&' | '=' => format!("\\u{:04X}", u32::from(letter)),
        letter if letter < ' ' || letter == '\u{7f}' => format!("\\u{:04X}", u32::from(letter)),
        letter => letter.to_string(),
    });
    escaped.collect()
}

/// `urlquery`
pub(super) fn urlquery(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b' ' => out.push('+'),
            byte if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) => out.push(char::from(byte)),
            byte => {
                let _infallible = write!(out, "%{byte:02X}");
            }
        }
        out
    })
}
