//! Number and character constants (Go `text/template/parse` `newNumber`).

use super::node::Number;
use crate::flags::grammar::{parse_int, parse_uint, quote};

/// Reads `12`, `0x1f`, `-3`, `1_000`, `1.5`, `1e3`.
pub(super) fn number(text: &str) -> Result<Number, String> {
    if let Ok(number) = parse_int(text, 0, 64) {
        return Ok(Number::Int(number));
    }
    if let Ok(number) = parse_uint(text, 0, 64) {
        return Ok(Number::Uint(number));
    }
    let plain = text.replace('_', "");
    let is_decimal = plain.contains(['.', 'e', 'E']) && !plain.to_ascii_lowercase().contains('x');
    match plain.parse::<f64>() {
        Ok(number) if is_decimal && number.is_finite() => Ok(Number::Float(number)),
        _ if text.chars().all(|letter| letter.is_ascii_digit() || "+-_".contains(letter)) => {
            Err(format!("integer overflow: {}", quote(text)))
        }
        _ => Err(format!("illegal number syntax: {}", quote(text))),
    }
}

/// Reads `'a'` as the number of its code point.
pub(super) fn character(text: &str) -> Result<Number, String> {
    let inner = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap_or(text);
    let mut letters = unescape(inner).unwrap_or_default();
    match (letters.pop(), letters.is_empty()) {
        (Some(letter), true) => Ok(Number::Int(i64::from(u32::from(letter)))),
        _ => Err(format!("malformed character constant: {text}")),
    }
}

/// Reads `"a\n"` or `` `a\n` ``.
pub(super) fn text(source: &str) -> Result<String, String> {
    if let Some(raw) = source.strip_prefix('`') {
        return Ok(raw.strip_suffix('`').unwrap_or(raw).replace('\r', ""));
    }
    let inner = source.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(source);
    unescape(inner).ok_or_else(|| "invalid syntax".to_owned())
}

/// Go's escapes: `\n`, `\x41`, `\u00e9`, `\101` … `None` where one is none of them.
fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        let kind = rest.chars().next()?;
        let (digits, radix, skip) = match kind {
            'x' => (2, 16, 1),
            'u' => (4, 16, 1),
            'U' => (8, 16, 1),
            '0'..='7' => (3, 8, 0),
            _ => {
                out.push(simple(kind)?);
                rest = &rest[1..];
                continue;
            }
        };
        let code = u32::from_str_radix(rest.get(skip..skip + digits)?, radix).ok()?;
        out.push(char::from_u32(code)?);
        rest = &rest[skip + digits..];
    }
    Some(out)
}

fn simple(kind: char) -> Option<char> {
    Some(match kind {
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        '\\' | '\'' | '"' => kind,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_go_reads_constants() {
        for (source, read) in [
            ("12", Number::Int(12)),
            ("-3", Number::Int(-3)),
            ("0x1f", Number::Int(31)),
            ("1_000", Number::Int(1000)),
            ("18446744073709551615", Number::Uint(u64::MAX)),
            ("1.5", Number::Float(1.5)),
            ("1e3", Number::Float(1000.0)),
        ] {
            assert_eq!(number(source), Ok(read), "{source}");
        }
        assert!(number("99999999999999999999").unwrap_err().starts_with("integer overflow"));
        assert_eq!(character("'a'"), Ok(Number::Int(97)));
    }

    #[test]
    fn escapes_are_those_of_go() {
        assert_eq!(text(r#""a\tb\x41\u00e9\101\"""#).unwrap(), "a\tbA\u{e9}A\"");
        assert_eq!(text(r"`a\t`").unwrap(), r"a\t");
        assert!(text(r#""\z""#).is_err());
    }
}
