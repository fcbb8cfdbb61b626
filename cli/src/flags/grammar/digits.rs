//! Digits in any base, as Go's `math/big` scans them: with a base prefix, separators and a radix point.

/// The longest run of digits at the start of a text.
pub(super) struct Digits<'t> {
    pub(super) radix: u32,
    pub(super) mantissa: Option<u128>,
    /// Digits after the radix point.
    pub(super) places: i64,
    has_point: bool,
    pub(super) well_formed: bool,
    pub(super) rest: &'t str,
}

impl<'t> Digits<'t> {
    /// `octal_zero`: whether a leading zero alone means octal; a radix point is accepted only where it does not.
    pub(super) fn read(text: &'t str, octal_zero: bool) -> Self {
        let lower = text.get(..2).unwrap_or("").to_ascii_lowercase();
        match lower.as_str() {
            "0b" => Self::scan(&text[2..], 2, !octal_zero, true),
            "0o" => Self::scan(&text[2..], 8, !octal_zero, true),
            "0x" => Self::scan(&text[2..], 16, !octal_zero, true),
            _ if octal_zero && text.len() > 1 && text.starts_with('0') => {
                Self::scan(&text[1..], 8, false, true)
            }
            _ => Self::scan(text, 10, !octal_zero, false),
        }
    }

    pub(super) fn read_decimal(text: &'t str) -> Self {
        Self::scan(text, 10, false, false)
    }

    fn scan(text: &'t str, radix: u32, point_allowed: bool, after_prefix: bool) -> Self {
        let mut mantissa = Some(0u128);
        let (mut places, mut count, mut has_point) = (0i64, 0usize, false);
        let (mut separators_ok, mut previous_is_digit) = (true, after_prefix);
        let mut ended_with_separator = false;
        let mut end = text.len();
        for (at, letter) in text.char_indices() {
            if letter == '_' {
                separators_ok &= previous_is_digit;
                previous_is_digit = false;
                ended_with_separator = true;
            } else if letter == '.' && point_allowed && !has_point {
                separators_ok &= !ended_with_separator;
                has_point = true;
                previous_is_digit = false;
                ended_with_separator = false;
            } else if let Some(digit) = letter.to_digit(radix) {
                mantissa = mantissa
                    .and_then(|value| value.checked_mul(u128::from(radix))?.checked_add(u128::from(digit)));
                count += 1;
                places += i64::from(has_point);
                previous_is_digit = true;
                ended_with_separator = false;
            } else {
                end = at;
                break;
            }
        }
        let well_formed = count > 0 && separators_ok && !ended_with_separator;
        Self { radix, mantissa, places, has_point, well_formed, rest: &text[end..] }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.well_formed && !self.has_point && self.rest.is_empty()
    }
}
