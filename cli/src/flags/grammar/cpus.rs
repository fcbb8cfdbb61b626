//! Docker's CPU counts: a rational number of at most nine decimal places, as Go's `big.Rat` reads it.

use super::digits::Digits;

/// Why a text is not a number of CPUs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CpusError {
    /// Neither a fraction nor a floating-point number.
    #[error("failed to parse {text} as a rational number")]
    Rational {
        /// What was given.
        text: String,
    },
    /// Less than a billionth of a CPU is asked for.
    #[error("value is too precise")]
    TooPrecise,
    /// More than fits. Docker sends the low 64 bits here.
    #[error("value is too large")]
    TooLarge,
}

/// Reads a number of CPUs in billionths: `1.5`, `.5`, `1/4`, `1e-9`, `0x1p-2`.
///
/// A fraction takes a base prefix on either side and octal for a leading zero; a floating-point number takes
/// prefixes too, but its leading zeros mean nothing. Negative numbers pass, as they do in Docker.
pub fn nano_cpus(text: &str) -> Result<i64, CpusError> {
    let number = match text.split_once('/') {
        Some((over, under)) => fraction(over, under),
        None => float(text),
    };
    let number = number.ok_or_else(|| CpusError::Rational { text: text.to_owned() })?;
    number.billionths()
}

/// `mantissa / divisor * 10^ten * 2^two`, or a mantissa that outgrew 128 bits.
struct Rational {
    negative: bool,
    mantissa: Option<u128>,
    divisor: u128,
    ten: i64,
    two: i64,
}

impl Rational {
    fn billionths(&self) -> Result<i64, CpusError> {
        let mut mantissa = self.mantissa.ok_or(CpusError::TooLarge)?;
        let mut divisor = self.divisor;
        if mantissa == 0 {
            return Ok(0);
        }
        let ten = self.ten + 9;
        scale(&mut mantissa, &mut divisor, 5, ten)?;
        scale(&mut mantissa, &mut divisor, 2, ten.saturating_add(self.two))?;
        if mantissa % divisor != 0 {
            return Err(CpusError::TooPrecise);
        }
        let value = i128::try_from(mantissa / divisor).map_err(|_| CpusError::TooLarge)?;
        i64::try_from(if self.negative { -value } else { value }).map_err(|_| CpusError::TooLarge)
    }
}

/// Multiplies `over / under` by `factor^power`, on the side where it cancels first.
fn scale(over: &mut u128, under: &mut u128, factor: u128, power: i64) -> Result<(), CpusError> {
    let (grows, cancels, failure) =
        if power >= 0 { (over, under, CpusError::TooLarge) } else { (under, over, CpusError::TooPrecise) };
    for _ in 0..power.unsigned_abs() {
        if *cancels % factor == 0 {
            *cancels /= factor;
        } else {
            *grows = grows.checked_mul(factor).ok_or_else(|| failure.clone())?;
        }
    }
    Ok(())
}

fn fraction(over: &str, under: &str) -> Option<Rational> {
    let (negative, over) = split_sign(over);
    let (over, under) = (Digits::read(over, true), Digits::read(under, true));
    let divisor = under.mantissa?;
    let whole = over.is_whole() && under.is_whole() && divisor != 0;
    whole.then_some(Rational { negative, mantissa: over.mantissa, divisor, ten: 0, two: 0 })
}

fn float(text: &str) -> Option<Rational> {
    let (negative, digits) = split_sign(text);
    let digits = Digits::read(digits, false);
    if !digits.well_formed {
        return None;
    }
    let (mut ten, mut two) = match digits.radix {
        10 => (-digits.places, 0),
        radix => (0, -digits.places * i64::from(radix.trailing_zeros())),
    };
    let mut exponent = digits.rest.chars();
    match exponent.next() {
        None => {}
        Some('e' | 'E') => ten += power(exponent.as_str())?,
        Some('p' | 'P') => two += power(exponent.as_str())?,
        Some(_) => return None,
    }
    Some(Rational { negative, mantissa: digits.mantissa, divisor: 1, ten, two })
}

/// An exponent. Go refuses those beyond a million; within i64 the sums above cannot overflow.
fn power(text: &str) -> Option<i64> {
    let (negative, digits) = split_sign(text);
    let digits = Digits::read_decimal(digits);
    if !digits.is_whole() || digits.radix != 10 {
        return None;
    }
    let value = i64::try_from(digits.mantissa?).ok().filter(|value| *value <= 1_000_000)?;
    Some(if negative { -value } else { value })
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fractions_and_decimals_are_exact() {
        for (text, nano) in [
            ("1", 1_000_000_000),
            (".5", 500_000_000),
            ("1.", 1_000_000_000),
            ("+.5", 500_000_000),
            ("1/4", 250_000_000),
            ("-1/4", -250_000_000),
            ("1e-9", 1),
            ("1E3", 1_000_000_000_000),
            ("0", 0),
            ("0/5", 0),
            ("1_000", 1_000_000_000_000),
            ("00.5", 500_000_000),
            ("08", 8_000_000_000),
            ("1.0000000000000000000000", 1_000_000_000),
            ("9223372036.854775807", i64::MAX),
        ] {
            assert_eq!(nano_cpus(text), Ok(nano), "{text}");
        }
    }

    #[test]
    fn prefixes_choose_a_base_and_a_leading_zero_does_so_in_fractions_only() {
        for (text, cpus) in [
            ("0x10", 16.0),
            ("010", 10.0),
            ("010/2", 4.0),
            ("0b11", 3.0),
            ("0o7", 7.0),
            ("0x1/0x2", 0.5),
            ("0x1p-2", 0.25),
            ("0x.8", 0.5),
            ("0x.8p1", 1.0),
        ] {
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let read = nano_cpus(text).map(|nano| nano as f64 / 1e9);
            assert_eq!(read, Ok(cpus), "{text}");
        }
    }

    #[test]
    fn less_than_a_billionth_is_too_precise() {
        for text in ["1e-10", "1/3", "0.0000000001", "1e-1000000"] {
            assert_eq!(nano_cpus(text), Err(CpusError::TooPrecise), "{text}");
        }
        assert_eq!(nano_cpus("3/3000000000"), Ok(1));
    }

    #[test]
    fn what_would_wrap_around_is_too_large() {
        for text in ["9223372036.854775808", "1e30", "1e400", "99999999999999999999999999999999999999999999"]
        {
            assert_eq!(nano_cpus(text), Err(CpusError::TooLarge), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_named() {
        for text in [
            "",
            "x",
            "1_",
            ".",
            "1e",
            "0e",
            "1/-4",
            "1/0",
            "1.5/2",
            " 1",
            "1 ",
            "1__0",
            "0x",
            "1e9999999",
            "1e1_0/1",
        ] {
            let error = CpusError::Rational { text: text.to_owned() };
            assert_eq!(nano_cpus(text), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_number_of_billionths_is_read_back(nano: i64) {
            let (sign, size) = (if nano < 0 { "-" } else { "" }, nano.unsigned_abs());
            let decimal = format!("{sign}{}.{:09}", size / 1_000_000_000, size % 1_000_000_000);
            for text in [decimal, format!("{nano}/1000000000"), format!("{nano}e-9"), format!("{sign}{size:#x}/1_000_000_000")] {
                prop_assert_eq!(nano_cpus(&text), Ok(nano), "{}", text);
            }
        }

        #[test]
        fn a_fraction_is_exact_or_refused(over: u32, under in 1u32..) {
            let (nano, under_whole) = (i64::from(over) * 1_000_000_000, i64::from(under));
            let exact = nano % under_whole == 0;
            let expected = if exact { Ok(nano / under_whole) } else { Err(CpusError::TooPrecise) };
            prop_assert_eq!(nano_cpus(&format!("{over}/{under}")), expected);
        }

        #[test]
        fn no_text_is_too_odd(text in "[-+0-9a-fxobpE_./ é]{0,12}") {
            let _ = nano_cpus(&text);
        }
    }
}
