//! Amounts: sizes in bytes, and rates.

use std::fmt;
use std::time::Duration;

/// The factors of a size, the greatest first.
const UNITS: [(&str, u64); 7] = [
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("kB", 1000),
    ("B", 1),
];

/// A size in bytes, of 1 and more: `1MiB`, `500kB`, `4096`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteSize(u64);

/// So many in a period: `100/s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate {
    /// How many; 1 or more.
    pub amount: u32,
    /// In what time.
    pub period: Period,
}

/// The time that a rate is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// `s`
    Second,
    /// `m`
    Minute,
    /// `h`
    Hour,
}

impl ByteSize {
    /// Reads a number with or without a unit, whose case does not count.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at_checked(digits)?;
        let unit = unit.trim();
        let factor = match UNITS.iter().find(|(known, _)| known.eq_ignore_ascii_case(unit)) {
            Some((_, factor)) => *factor,
            None if unit.is_empty() => 1,
            None => return None,
        };
        // Traefik reads such a number as signed.
        let bytes =
            number.parse::<u64>().ok()?.checked_mul(factor).filter(|bytes| i64::try_from(*bytes).is_ok())?;
        (bytes > 0).then_some(Self(bytes))
    }

    /// The number of bytes.
    pub fn bytes(self) -> u64 {
        self.0
    }
}

/// In the greatest binary unit without a remainder, which [`ByteSize::parse`] reads back.
impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let binary = UNITS.iter().filter(|(unit, _)| unit.ends_with("iB"));
        match binary.into_iter().find(|(_, factor)| self.0.is_multiple_of(*factor)) {
            Some((unit, factor)) => write!(f, "{}{unit}", self.0.checked_div(*factor).unwrap_or_default()),
            None => write!(f, "{}", self.0),
        }
    }
}

impl Rate {
    /// Reads `100/s`, `6000/m` or `10/h`.
    pub fn parse(text: &str) -> Option<Self> {
        let (amount, period) = text.split_once('/')?;
        let period = match period {
            "s" => Period::Second,
            "m" => Period::Minute,
            "h" => Period::Hour,
            _ => return None,
        };
        Some(Self { amount: count(amount)?, period })
    }
}

impl Period {
    /// How long it is.
    pub fn duration(self) -> Duration {
        Duration::from_secs(match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3600,
        })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let period = match self.period {
            Period::Second => 's',
            Period::Minute => 'm',
            Period::Hour => 'h',
        };
        write!(f, "{}/{period}", self.amount)
    }
}

/// Reads a number of 1 and more.
pub(crate) fn count(text: &str) -> Option<u32> {
    text.parse().ok().filter(|count| *count > 0 && text.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_a_binary_or_a_decimal_unit_or_none() {
        for (text, bytes) in [
            ("1MiB", 1 << 20),
            ("500kB", 500_000),
            ("4096", 4096),
            ("1 gib", 1 << 30),
            ("7B", 7),
            ("2MB", 2_000_000),
        ] {
            assert_eq!(ByteSize::parse(text).unwrap().bytes(), bytes, "{text}");
        }
        for bad in ["", "0", "MiB", "-1", "1.5MiB", "1TiB", "9999999999GiB", "1k"] {
            assert_eq!(ByteSize::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn amounts_print_what_reads_back() {
        for text in ["1MiB", "3KiB", "4097", "1GiB"] {
            assert_eq!(ByteSize::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(ByteSize::parse("2048KiB").unwrap().to_string(), "2MiB");
        for text in ["100/s", "6000/m", "1/h"] {
            assert_eq!(Rate::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_rate_without_amount_or_period_is_none() {
        for bad in ["", "100", "0/s", "/s", "1/d", "+1/s", "1/ s"] {
            assert_eq!(Rate::parse(bad), None, "{bad}");
        }
    }
}
