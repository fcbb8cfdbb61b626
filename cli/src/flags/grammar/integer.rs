//! Go's `strconv.ParseUint` and `strconv.ParseInt`.

use super::quote;

/// Why a text is not an integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IntegerProblem {
    /// A sign, a letter, a misplaced underscore, or nothing at all.
    #[error("invalid syntax")]
    Syntax,
    /// Well-formed, but it needs more bits.
    #[error("value out of range")]
    Range,
}

/// A text that is not an integer of the wanted size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("strconv.{function}: parsing {}: {problem}", quote(.text))]
pub struct IntegerError {
    /// The Go function that Docker would have called: it is part of the message.
    pub function: &'static str,
    /// What was given.
    pub text: String,
    /// What is wrong with it.
    pub problem: IntegerProblem,
}

/// Reads an unsigned integer of at most `bits` (1 to 64) bits in `base`. Of two problems the first counts.
///
/// Base 0 means: `0x`, `0o` or `0`, and `0b` choose hexadecimal, octal and binary, anything else is decimal,
/// and underscores may stand between digits. There is no sign in any base.
pub fn parse_uint(text: &str, base: u32, bits: u32) -> Result<u64, IntegerError> {
    magnitude(text, base, bits).map_err(|problem| IntegerError {
        function: "ParseUint",
        text: text.to_owned(),
        problem,
    })
}

/// Reads a signed integer of at most `bits` (1 to 64) bits in `base`, which has [`parse_uint`]'s meaning.
pub fn parse_int(text: &str, base: u32, bits: u32) -> Result<i64, IntegerError> {
    let error = |problem| IntegerError { function: "ParseInt", text: text.to_owned(), problem };
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let magnitude = i128::from(magnitude(digits, base, 64).map_err(error)?);
    let value = if negative { -magnitude } else { magnitude };
    let limit = 1i128 << (bits - 1);
    if value < -limit || value >= limit {
        return Err(error(IntegerProblem::Range));
    }
    i64::try_from(value).map_err(|_| error(IntegerProblem::Range))
}

fn magnitude(text: &str, base: u32, bits: u32) -> Result<u64, IntegerProblem> {
    if text.is_empty() {
        return Err(IntegerProblem::Syntax);
    }
    let (radix, digits) = if base == 0 { radix_of_prefix(text) } else { (base, text) };
    let most = u64::MAX >> (64 - bits);
    let mut value: u64 = 0;
    for letter in digits.chars() {
        if letter == '_' && base == 0 {
            continue;
        }
        let digit = letter.to_digit(radix).ok_or(IntegerProblem::Syntax)?;
        let next = value.checked_mul(u64::from(radix)).and_then(|value| value.checked_add(u64::from(digit)));
        value = next.filter(|next| *next <= most).ok_or(IntegerProblem::Range)?;
    }
    if base == 0 && !underscores_are_well_placed(text) {
        return Err(IntegerProblem::Syntax);
    }
    Ok(value)
}

/// A prefix with a letter needs a digit after it; a lone leading zero makes the rest octal.
fn radix_of_prefix(text: &str) -> (u32, &str) {
    let Some(after_zero) = text.strip_prefix('0') else { return (10, text) };
    if text.len() >= 3 {
        let lettered = [(2, 'b'), (8, 'o'), (16, 'x')]
            .iter()
            .find_map(|(radix, letter)| Some((*radix, strip_letter(after_zero, *letter)?)));
        if let Some(found) = lettered {
            return found;
        }
    }
    (8, after_zero)
}

fn strip_letter(text: &str, letter: char) -> Option<&str> {
    text.strip_prefix(letter).or_else(|| text.strip_prefix(letter.to_ascii_uppercase()))
}

/// Each underscore stands between two digits; a base prefix counts as a digit before the first.
fn underscores_are_well_placed(text: &str) -> bool {
    let (_, digits) = radix_of_prefix(text);
    let mut digit_before = digits.len() < text.len();
    let mut last = ' ';
    for letter in digits.chars() {
        if letter == '_' && !digit_before {
            return false;
        }
        digit_before = letter != '_';
        last = letter;
    }
    last != '_'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn base_zero(text: &str) -> Result<u64, IntegerProblem> {
        parse_uint(text, 0, 64).map_err(|error| error.problem)
    }

    #[test]
    fn a_prefix_chooses_the_base() {
        for (text, value) in [
            ("0x10", 16),
            ("0X1f", 31),
            ("0b11", 3),
            ("0o17", 15),
            ("017", 15),
            ("0", 0),
            ("00", 0),
            ("3", 3),
        ] {
            assert_eq!(base_zero(text), Ok(value), "{text}");
        }
        for text in ["08", "0x", "0b2", "0b", "x", ""] {
            assert_eq!(base_zero(text), Err(IntegerProblem::Syntax), "{text}");
        }
    }

    #[test]
    fn underscores_only_separate_digits() {
        for (text, value) in [("1_000", 1000), ("0_7", 7), ("0x_f", 15), ("0b1_1", 3)] {
            assert_eq!(base_zero(text), Ok(value), "{text}");
        }
        for text in ["1_", "_1", "1__0", "0x_", "0_"] {
            assert_eq!(base_zero(text), Err(IntegerProblem::Syntax), "{text}");
        }
        assert_eq!(parse_uint("1_0", 10, 64).unwrap_err().problem, IntegerProblem::Syntax);
    }

    #[test]
    fn an_unsigned_integer_has_no_sign_and_no_space() {
        for text in ["-1", "+1", " 1", "1 ", "1.5"] {
            assert_eq!(base_zero(text), Err(IntegerProblem::Syntax), "{text}");
        }
    }

    #[test]
    fn too_many_bits_are_out_of_range() {
        assert_eq!(base_zero("18446744073709551615"), Ok(u64::MAX));
        let error = parse_uint("18446744073709551616", 0, 64).unwrap_err();
        assert_eq!(
            error.to_string(),
            "strconv.ParseUint: parsing \"18446744073709551616\": value out of range"
        );
        assert_eq!(parse_uint("65535", 10, 16), Ok(65535));
        assert_eq!(parse_uint("65536x", 10, 16).unwrap_err().problem, IntegerProblem::Range);
    }

    #[test]
    fn a_signed_integer_takes_one_sign() {
        assert_eq!(parse_int("-12", 10, 64), Ok(-12));
        assert_eq!(parse_int("+12", 10, 64), Ok(12));
        assert_eq!(parse_int("-9223372036854775808", 10, 64), Ok(i64::MIN));
        assert_eq!(parse_int("9223372036854775808", 10, 64).unwrap_err().problem, IntegerProblem::Range);
        assert_eq!(parse_int("--1", 10, 64).unwrap_err().problem, IntegerProblem::Syntax);
    }

    proptest! {
        #[test]
        fn a_number_is_read_back_from_every_base(value: u64, at in 2usize..20) {
            prop_assert_eq!(base_zero(&value.to_string()), Ok(value));
            for mut text in [format!("{value:#x}"), format!("{value:#o}"), format!("{value:#b}")] {
                prop_assert_eq!(base_zero(&text), Ok(value));
                text.insert(at.min(text.len() - 1), '_');
                prop_assert_eq!(base_zero(&text), Ok(value), "{}", text);
            }
        }

        #[test]
        fn a_limit_of_bits_is_the_same_as_a_comparison(value: u64, bits in 1u32..=64) {
            let fits = u128::from(value) < 1 << bits;
            prop_assert_eq!(parse_uint(&value.to_string(), 10, bits).is_ok(), fits);
        }
    }
}
