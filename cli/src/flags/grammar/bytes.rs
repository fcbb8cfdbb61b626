//! Docker's byte sizes: `RAMInBytes` of go-units, where every unit is a power of 1024.

use super::quote;

/// Why a text is not a size in memory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BytesError {
    /// No digit in it, or a negative number.
    #[error("invalid size: '{text}'")]
    Size {
        /// What was given.
        text: String,
    },
    /// The part before the unit is not a number.
    #[error("strconv.ParseFloat: parsing {}: invalid syntax", quote(.number))]
    Number {
        /// The part that should be a number.
        number: String,
    },
    /// The unit is none of `b k m g t p` with an optional `b` or `ib`.
    #[error("invalid suffix: '{suffix}'")]
    Suffix {
        /// What stands after the number: in lower case unless it is too long to be a unit.
        suffix: String,
    },
    /// More bytes than a signed 64-bit number holds. Docker sends a negative limit here.
    #[error("size '{text}' is larger than {} bytes", i64::MAX)]
    Range {
        /// What was given.
        text: String,
    },
}

/// Reads a size in bytes: `512m`, `1.5GiB`, `1 g`, `10kb`, `4096`.
pub fn ram_in_bytes(text: &str) -> Result<i64, BytesError> {
    let invalid = || BytesError::Size { text: text.to_owned() };
    let border = text.rfind(|letter: char| letter.is_ascii_digit() || letter == '.' || letter == ' ');
    let border = border.ok_or_else(invalid)?;
    let number = text[..=border].strip_suffix(' ').unwrap_or(&text[..=border]);
    let size = number_of(number)?;
    if size < 0.0 {
        return Err(invalid());
    }
    let size = size * multiplier(&text[border + 1..])?;
    // 2^63, the first number too large, is a float; 2^63 - 1 is not.
    if size >= 9_223_372_036_854_775_808.0 {
        return Err(BytesError::Range { text: text.to_owned() });
    }
    #[expect(clippy::cast_possible_truncation, reason = "Docker drops the fraction of a byte, too")]
    Ok(size as i64)
}

/// Rust also reads `inf` and `nan`, which are no sizes.
fn number_of(number: &str) -> Result<f64, BytesError> {
    let error = || BytesError::Number { number: number.to_owned() };
    let value = number.parse::<f64>().map_err(|_| error())?;
    if number.chars().any(|letter| letter.is_ascii_digit()) { Ok(value) } else { Err(error()) }
}

fn multiplier(suffix: &str) -> Result<f64, BytesError> {
    if suffix.is_empty() {
        return Ok(1.0);
    }
    if suffix.len() > 3 {
        return Err(BytesError::Suffix { suffix: suffix.to_owned() });
    }
    let suffix = suffix.to_lowercase();
    let (unit, rest) = suffix.split_at_checked(1).unwrap_or((&suffix, ""));
    let power = match (unit, rest) {
        ("b", "") => 0,
        ("k", "" | "b" | "ib") => 1,
        ("m", "" | "b" | "ib") => 2,
        ("g", "" | "b" | "ib") => 3,
        ("t", "" | "b" | "ib") => 4,
        ("p", "" | "b" | "ib") => 5,
        _ => return Err(BytesError::Suffix { suffix }),
    };
    Ok(1024f64.powi(power))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_powers_of_1024_whatever_their_spelling() {
        for (text, bytes) in [
            ("512m", 512 << 20),
            ("1.5GiB", 3 << 29),
            ("1 g", 1 << 30),
            ("1kb", 1024),
            ("1KIB", 1024),
            ("1b", 1),
            ("1pb", 1 << 50),
            (".5k", 512),
            ("1.", 1),
            ("1e3", 1000),
            ("1e3 k", 1_024_000),
            ("+5", 5),
            ("0", 0),
            ("1.9", 1),
        ] {
            assert_eq!(ram_in_bytes(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn a_bad_size_says_which_part_is_bad() {
        for (text, message) in [
            ("kb", "invalid size: 'kb'"),
            ("", "invalid size: ''"),
            ("-1", "invalid size: '-1'"),
            ("inf", "invalid size: 'inf'"),
            ("1kibb", "invalid suffix: 'kibb'"),
            ("1X", "invalid suffix: 'x'"),
            ("1bb", "invalid suffix: 'bb'"),
            ("1.2.3", "strconv.ParseFloat: parsing \"1.2.3\": invalid syntax"),
            ("1  g", "strconv.ParseFloat: parsing \"1 \": invalid syntax"),
            (" ", "strconv.ParseFloat: parsing \"\": invalid syntax"),
            ("0x10", "strconv.ParseFloat: parsing \"0x10\": invalid syntax"),
            (".", "strconv.ParseFloat: parsing \".\": invalid syntax"),
        ] {
            assert_eq!(ram_in_bytes(text).unwrap_err().to_string(), message, "{text}");
        }
    }

    #[test]
    fn a_size_that_would_wrap_to_a_negative_limit_is_refused() {
        assert!(matches!(ram_in_bytes("9000p"), Err(BytesError::Range { .. })));
        assert_eq!(ram_in_bytes("8191p"), Ok(8191 << 50));
    }
}
