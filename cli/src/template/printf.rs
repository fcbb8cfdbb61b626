//! Go's `fmt.Sprintf`, for the verbs that formats use.

use super::print::{exponent, float, shown};
use super::value::Value;
use crate::flags::grammar::quote;

/// The flags, width and precision of a verb.
#[derive(Debug, Default, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the language")]
struct Spec {
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// Fills a format's verbs in. What does not fit shows as Go shows it: `%!d(string=x)`.
pub(super) fn sprintf(format: &str, values: &[Value<'_>]) -> String {
    let mut out = String::new();
    let mut rest = format;
    let mut values_left = values.iter();
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let spec = spec(&mut rest, &mut values_left);
        let Some(verb) = rest.chars().next() else {
            out.push_str("%!(NOVERB)");
            break;
        };
        rest = &rest[verb.len_utf8()..];
        if verb == '%' {
            out.push('%');
            continue;
        }
        match values_left.next() {
            Some(value) => out.push_str(&verb_of(verb, spec, value)),
            None => out.extend(["%!", verb.encode_utf8(&mut [0; 4]), "(MISSING)"]),
        }
    }
    out.push_str(rest.split('%').next().unwrap_or(""));
    let extra: Vec<String> = values_left
        .map(|value| match value {
            Value::Nil(None) | Value::Missing => "<nil>".to_owned(),
            value => format!("{}={}", value.type_name(), shown(value)),
        })
        .collect();
    if !extra.is_empty() {
        out.extend(["%!(EXTRA ", &extra.join(", "), ")"]);
    }
    out
}

fn spec<'v, 'a: 'v>(rest: &mut &str, values: &mut impl Iterator<Item = &'v Value<'a>>) -> Spec {
    let mut spec = Spec::default();
    loop {
        match rest.as_bytes().first() {
            Some(b'-') => (spec.minus, spec.zero) = (true, false),
            Some(b'+') => spec.plus = true,
            Some(b'#') => spec.sharp = true,
            Some(b' ') => spec.space = true,
            Some(b'0') => spec.zero = !spec.minus,
            _ => break,
        }
        *rest = &rest[1..];
    }
    spec.width = number(rest, values);
    if let Some(after) = rest.strip_prefix('.') {
        *rest = after;
        spec.precision = Some(number(rest, values).unwrap_or(0));
    }
    spec
}

/// Digits, or `*` for the next value.
fn number<'v, 'a: 'v>(rest: &mut &str, values: &mut impl Iterator<Item = &'v Value<'a>>) -> Option<usize> {
    if let Some(after) = rest.strip_prefix('*') {
        *rest = after;
        return match values.next() {
            Some(Value::Int(number)) => usize::try_from(*number).ok(),
            _ => None,
        };
    }
    let digits = rest.len() - rest.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    let number = rest[..digits].parse().ok().filter(|number| *number <= 1_000_000);
    *rest = &rest[digits..];
    number
}

fn verb_of(verb: char, spec: Spec, value: &Value<'_>) -> String {
    let text = match (verb, value) {
        ('v', _) | ('s', Value::Text(_) | Value::List(..) | Value::Duration(_) | Value::Time(_)) => {
            let text = match value {
                Value::Int(_) if spec.plus => signed(value, spec),
                Value::Text(_) if spec.sharp => quote(&shown(value)),
                value => shown(value),
            };
            return pad(&truncated(text, spec), spec);
        }
        ('s', Value::View(..)) => shown(value),
        ('q', Value::Text(text)) => quote(text),
        ('q', Value::List(elements, _)) => {
            let quoted: Vec<String> = elements.iter().map(|element| quote(&shown(element))).collect();
            format!("[{}]", quoted.join(" "))
        }
        ('x', Value::Text(text)) => hexadecimal(text),
        ('X', Value::Text(text)) => hexadecimal(text).to_uppercase(),
        ('t', Value::Bool(value)) => value.to_string(),
        ('T', _) => value.type_name(),
        ('d' | 'x' | 'X' | 'o' | 'b', Value::Int(_) | Value::Uint(_) | Value::Duration(_)) => {
            return pad_number(&radix(verb, value, spec), spec);
        }
        ('c' | 'q' | 'U', Value::Int(number)) => code_point(verb, *number),
        ('e' | 'E' | 'f' | 'F' | 'g' | 'G', Value::Float(number)) => {
            let mut text = real(verb, *number, spec.precision);
            if spec.plus && !text.starts_with('-') {
                text.insert(0, '+');
            }
            return pad_number(&text, spec);
        }
        (_, Value::Nil(None) | Value::Missing) => format!("%!{verb}(<nil>)"),
        _ => format!("%!{verb}({}={})", value.type_name(), shown(value)),
    };
    pad(&text, spec)
}

/// Two digits a byte.
fn hexadecimal(text: &str) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    text.bytes().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn truncated(text: String, spec: Spec) -> String {
    match spec.precision {
        Some(letters) => text.chars().take(letters).collect(),
        None => text,
    }
}

fn signed(value: &Value<'_>, spec: Spec) -> String {
    let text = shown(value);
    match text.starts_with('-') {
        false if spec.plus => format!("+{text}"),
        false if spec.space => format!(" {text}"),
        _ => text,
    }
}

fn radix(verb: char, value: &Value<'_>, spec: Spec) -> String {
    let (negative, size) = match value {
        Value::Int(number) | Value::Duration(number) => (*number < 0, number.unsigned_abs()),
        Value::Uint(number) => (false, *number),
        _ => (false, 0),
    };
    let digits = match verb {
        'x' => format!("{size:x}"),
        'X' => format!("{size:X}"),
        'o' => format!("{size:o}"),
        'b' => format!("{size:b}"),
        _ => size.to_string(),
    };
    let prefix = match verb {
        'x' if spec.sharp => "0x",
        'X' if spec.sharp => "0X",
        'o' if spec.sharp => "0",
        'b' if spec.sharp => "0b",
        _ => "",
    };
    let sign = match negative {
        true => "-",
        false if spec.plus => "+",
        false if spec.space => " ",
        false => "",
    };
    let least = spec.precision.unwrap_or(0);
    format!("{sign}{prefix}{digits:0>least$}")
}

fn code_point(verb: char, number: i64) -> String {
    let letter = u32::try_from(number).ok().and_then(char::from_u32).unwrap_or('\u{fffd}');
    match verb {
        'c' => letter.to_string(),
        'q' if letter == '\'' => r"'\''".to_owned(),
        'q' if letter == '"' => "'\"'".to_owned(),
        'q' => {
            let quoted = quote(letter.encode_utf8(&mut [0; 4]));
            format!("'{}'", &quoted[1..quoted.len() - 1])
        }
        _ => format!("U+{number:04X}"),
    }
}

fn real(verb: char, number: f64, precision: Option<usize>) -> String {
    let text = match (verb.to_ascii_lowercase(), precision) {
        ('f', precision) => format!("{number:.*}", precision.unwrap_or(6)),
        ('e', precision) => exponent(&format!("{number:.*e}", precision.unwrap_or(6)), 'e'),
        (_, None) => float(number),
        // %g counts significant digits and drops zeros at the end.
        (_, Some(digits)) => {
            let digits = digits.max(1);
            let rounded = format!("{number:.*e}", digits - 1);
            let power: i32 = rounded.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
            let trim = |text: &str| {
                if text.contains('.') {
                    text.trim_end_matches('0').trim_end_matches('.').to_owned()
                } else {
                    text.to_owned()
                }
            };
            if power < -4 || usize::try_from(power).is_ok_and(|power| power >= digits) {
                let (mantissa, power) = rounded.split_once('e').unwrap_or((&rounded, "0"));
                exponent(&format!("{}e{power}", trim(mantissa)), 'e')
            } else {
                let after = i64::try_from(digits).unwrap_or(0) - 1 - i64::from(power);
                trim(&format!("{number:.*}", usize::try_from(after).unwrap_or(0)))
            }
        }
    };
    if verb.is_ascii_uppercase() { text.to_uppercase() } else { text }
}

/// Zeros stand behind the sign.
fn pad_number(text: &str, spec: Spec) -> String {
    let missing = spec.width.unwrap_or(0).saturating_sub(text.chars().count());
    if !spec.zero || spec.minus || missing == 0 {
        return pad(text, spec);
    }
    let sign = usize::from(text.starts_with(['-', '+', ' ']));
    format!("{}{}{}", &text[..sign], "0".repeat(missing), &text[sign..])
}

fn pad(text: &str, spec: Spec) -> String {
    let width = spec.width.unwrap_or(0);
    match spec {
        Spec { minus: true, .. } => format!("{text:<width$}"),
        Spec { zero: true, .. } => format!("{text:0>width$}"),
        _ => format!("{text:>width$}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_print_as_in_go() {
        let text = Value::text("hi");
        for (format, value, expected) in [
            ("%s|", text.clone(), "hi|"),
            ("%5s|%", text.clone(), "   hi|%!(NOVERB)"),
            ("%-5s|", text.clone(), "hi   |"),
            ("%.1s", text.clone(), "h"),
            ("%q", text.clone(), "\"hi\""),
            ("%x", text.clone(), "6869"),
            ("%d", text.clone(), "%!d(string=hi)"),
            ("%d", Value::Int(-5), "-5"),
            ("%05d", Value::Int(-5), "-0005"),
            ("%+d", Value::Int(5), "+5"),
            ("%x", Value::Int(255), "ff"),
            ("%#X", Value::Uint(255), "0XFF"),
            ("%v", Value::Bool(true), "true"),
            ("%t", Value::Bool(true), "true"),
            ("%s", Value::Int(1), "%!s(int=1)"),
            ("%f", Value::Float(1.5), "1.500000"),
            ("%.2f", Value::Float(1.005), "1.00"),
            ("%g", Value::Float(1e21), "1e+21"),
            ("%.3g", Value::Float(1234.5), "1.23e+03"),
            ("%e", Value::Float(0.5), "5.000000e-01"),
            ("%c", Value::Int(65), "A"),
            ("%U", Value::Int(65), "U+0041"),
            ("%z", Value::Int(1), "%!z(int=1)"),
            ("%%", Value::Int(1), "%%!(EXTRA int=1)"),
        ] {
            assert_eq!(sprintf(format, &[value]), expected, "{format}");
        }
        assert_eq!(sprintf("%d %d", &[Value::Int(1)]), "1 %!d(MISSING)");
        assert_eq!(sprintf("%*d|", &[Value::Int(4), Value::Int(1)]), "   1|");
    }
}
