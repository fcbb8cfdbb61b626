//! Go's `strconv.ParseFloat` with 32 bits.

use super::digits::Digits;
use super::integer::IntegerProblem as Problem;
use super::quote;

/// A text that is not a floating-point number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("strconv.ParseFloat: parsing {}: {problem}", quote(.text))]
pub struct FloatError {
    /// What was given.
    pub text: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// Reads a number: `0.25`, `1e-3`, `1_0.5`, `0x1p-2`, `inf`, `nan`.
pub fn float(text: &str) -> Result<f32, FloatError> {
    let error = |problem| FloatError { text: text.to_owned(), problem };
    let number = special(text).or_else(|| hexadecimal(text)).or_else(|| decimal(text));
    let number = number.ok_or_else(|| error(Problem::Syntax))?;
    if number.is_infinite() && special(text).is_none() { Err(error(Problem::Range)) } else { Ok(number) }
}

/// `nan` has no sign.
fn special(text: &str) -> Option<f32> {
    let lower = text.to_ascii_lowercase();
    match lower.as_str() {
        "nan" => Some(f32::NAN),
        "inf" | "+inf" | "infinity" | "+infinity" => Some(f32::INFINITY),
        "-inf" | "-infinity" => Some(f32::NEG_INFINITY),
        _ => None,
    }
}

/// Underscores separate digits, as in Go's own literals; Rust's parser knows none.
fn decimal(text: &str) -> Option<f32> {
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = text.as_bytes();
    let misplaced =
        |at: &usize| bytes[*at] == b'_' && !(*at > 0 && digit(bytes.get(at - 1)) && digit(bytes.get(at + 1)));
    if (0..bytes.len()).any(|at| misplaced(&at)) || !bytes.iter().any(u8::is_ascii_digit) {
        return None;
    }
    text.replace('_', "").parse().ok()
}

/// A hexadecimal number has an exponent, of two, that cannot be left out.
fn hexadecimal(text: &str) -> Option<f32> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = Digits::read(digits, false);
    if digits.radix != 16 || !digits.well_formed {
        return None;
    }
    let exponent: i64 = digits.rest.strip_prefix(['p', 'P'])?.parse().ok()?;
    let power = (exponent - 4 * digits.places).clamp(-5_000, 5_000);
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "a share of tasks needs no more than the nearest number"
    )]
    Some((sign * digits.mantissa? as f64 * 2f64.powi(power as i32)) as f32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_is_read_in_every_notation_of_go() {
        for (text, number) in [
            ("0", 0.0),
            (".5", 0.5),
            ("1_0.5", 10.5),
            ("-1e-3", -0.001),
            ("0x1p-2", 0.25),
            ("0x_1.8p1", 3.0),
            ("1e-60", 0.0),
            ("Inf", f32::INFINITY),
        ] {
            assert_eq!(float(text), Ok(number), "{text}");
        }
        assert!(float("NaN").is_ok_and(f32::is_nan));
    }

    #[test]
    fn a_bad_number_is_worded_as_go_words_it() {
        for (text, problem) in [
            ("", "invalid syntax"),
            ("x", "invalid syntax"),
            ("1__0", "invalid syntax"),
            ("1_", "invalid syntax"),
            ("0x1", "invalid syntax"),
            ("-nan", "invalid syntax"),
            (" 1", "invalid syntax"),
            ("1e39", "value out of range"),
            ("0x1p128", "value out of range"),
        ] {
            let message = format!("strconv.ParseFloat: parsing \"{text}\": {problem}");
            assert_eq!(float(text).unwrap_err().to_string(), message);
        }
    }

    proptest! {
        #[test]
        fn every_number_is_read_back(number in prop::num::f32::NORMAL) {
            prop_assert_eq!(float(&number.to_string()), Ok(number));
            prop_assert_eq!(float(&format!("{number:e}")), Ok(number));
        }

        #[test]
        fn no_text_is_too_odd(text in "[-+0-9._exp]{0,12}") {
            let _ = float(&text);
        }
    }
}
