//! Go's `time.ParseDuration`.

use std::fmt::Write as _;

/// Why a text is not a duration. The last of them is Docker's, for what cannot run backwards.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// No number, something else than a number, or more than fits.
    #[error("time: invalid duration {}", time_quote(.text))]
    Syntax {
        /// What was given.
        text: String,
    },
    /// A number without a unit.
    #[error("time: missing unit in duration {}", time_quote(.text))]
    MissingUnit {
        /// What was given.
        text: String,
    },
    /// A unit that there is not.
    #[error("time: unknown unit {} in duration {}", time_quote(.unit), time_quote(.text))]
    UnknownUnit {
        /// The unit.
        unit: String,
        /// What was given.
        text: String,
    },
    /// Less than nothing.
    #[error("duration cannot be negative")]
    Negative,
}

/// Reads a duration in nanoseconds: `1h30m`, `1.5s`, `-10ms`, `0`. What is smaller than a nanosecond is dropped.
pub fn nanoseconds(text: &str) -> Result<i64, DurationError> {
    let invalid = || DurationError::Syntax { text: text.to_owned() };
    let (negative, mut rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (part, after) = part(rest, text)?;
        total = total.checked_add(part).filter(|total| *total <= LIMIT).ok_or_else(invalid)?;
        rest = after;
    }
    match i64::try_from(total) {
        Ok(total) => Ok(if negative { -total } else { total }),
        Err(_) if negative => Ok(i64::MIN),
        Err(_) => Err(invalid()),
    }
}

/// Reads a duration that is not negative.
pub fn positive_nanoseconds(text: &str) -> Result<i64, DurationError> {
    let duration = nanoseconds(text)?;
    if duration < 0 { Err(DurationError::Negative) } else { Ok(duration) }
}

/// The magnitude of the lowest signed 64-bit number.
const LIMIT: u64 = 1 << 63;

/// One number with its unit, in nanoseconds, and what follows it.
fn part<'t>(rest: &'t str, text: &str) -> Result<(u64, &'t str), DurationError> {
    let invalid = || DurationError::Syntax { text: text.to_owned() };
    let (whole, after) = digits(rest);
    let (places, after) = after.strip_prefix('.').map_or(("", after), digits);
    if whole.is_empty() && places.is_empty() {
        return Err(invalid());
    }
    let end = after.find(|letter: char| letter == '.' || letter.is_ascii_digit()).unwrap_or(after.len());
    let (unit, after) = after.split_at(end);
    if unit.is_empty() {
        return Err(DurationError::MissingUnit { text: text.to_owned() });
    }
    let unknown = || DurationError::UnknownUnit { unit: unit.to_owned(), text: text.to_owned() };
    let nanoseconds = nanoseconds_of(unit).ok_or_else(unknown)?;
    let whole = whole.bytes().try_fold(0u64, |sum, digit| {
        sum.checked_mul(10)?.checked_add(u64::from(digit - b'0')).filter(|sum| *sum <= LIMIT)
    });
    let whole = whole.and_then(|whole| whole.checked_mul(nanoseconds)).filter(|whole| *whole <= LIMIT);
    let total = whole.and_then(|whole| whole.checked_add(fraction(places, nanoseconds)));
    Ok((total.filter(|total| *total <= LIMIT).ok_or_else(invalid)?, after))
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len()))
}

/// Digits after the point, in nanoseconds: Go counts as many as fit into 63 bits, and multiplies as a float.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "Go computes it so, and the result is less than one unit"
)]
fn fraction(places: &str, nanoseconds: u64) -> u64 {
    let (mut mantissa, mut scale) = (0u64, 1f64);
    for digit in places.bytes() {
        let next = mantissa.checked_mul(10).and_then(|sum| sum.checked_add(u64::from(digit - b'0')));
        let Some(next) = next.filter(|next| *next < LIMIT) else { break };
        mantissa = next;
        scale *= 10.0;
    }
    (mantissa as f64 * (nanoseconds as f64 / scale)) as u64
}

fn nanoseconds_of(unit: &str) -> Option<u64> {
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

/// The quotes of Go's package `time`: bytes that are not plain ASCII are written as numbers.
fn time_quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            b' '..=0x7f => quoted.push(char::from(byte)),
            _ => {
                let written = write!(quoted, "\\x{byte:02x}");
                debug_assert!(written.is_ok(), "writing to a string does not fail");
            }
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_with_units_are_added_up() {
        for (text, expected) in [
            ("0", 0),
            ("+0", 0),
            ("5s", 5_000_000_000),
            ("1h30m", 5_400_000_000_000),
            ("1.5h", 5_400_000_000_000),
            (".5s", 500_000_000),
            ("1.s", 1_000_000_000),
            ("-1.5us", -1_500),
            ("3µs", 3_000),
            ("1s1s", 2_000_000_000),
            ("0.9ns", 0),
            ("-9223372036854775808ns", i64::MIN),
            ("0.100000000000000000000h", 360_000_000_000),
        ] {
            assert_eq!(nanoseconds(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_bad_duration_is_worded_as_go_words_it() {
        for (text, message) in [
            ("", "time: invalid duration \"\""),
            ("-", "time: invalid duration \"-\""),
            (".s", "time: invalid duration \".s\""),
            ("s", "time: invalid duration \"s\""),
            ("5", "time: missing unit in duration \"5\""),
            ("1h5", "time: missing unit in duration \"1h5\""),
            ("1x", "time: unknown unit \"x\" in duration \"1x\""),
            ("1é\"", "time: unknown unit \"\\xc3\\xa9\\\"\" in duration \"1\\xc3\\xa9\\\"\""),
            ("9223372036854775808ns", "time: invalid duration \"9223372036854775808ns\""),
            ("3000000h", "time: invalid duration \"3000000h\""),
        ] {
            assert_eq!(nanoseconds(text).unwrap_err().to_string(), message, "{text}");
        }
    }

    #[test]
    fn a_positive_duration_may_be_zero() {
        assert_eq!(positive_nanoseconds("0s"), Ok(0));
        assert_eq!(positive_nanoseconds("-1ns"), Err(DurationError::Negative));
    }

    proptest! {
        #[test]
        fn whole_numbers_of_every_unit_are_exact(count in 0i64..2_000, unit in 0usize..6) {
            let (unit, each) = [
                ("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000),
                ("m", 60_000_000_000), ("h", 3_600_000_000_000_i64),
            ][unit];
            prop_assert_eq!(nanoseconds(&format!("{count}{unit}")), Ok(count * each));
        }

        #[test]
        fn no_text_is_too_odd(text in "[-+0-9.smhµ ]{0,12}") {
            let _ = nanoseconds(&text);
        }
    }
}
