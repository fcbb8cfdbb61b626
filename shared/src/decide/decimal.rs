//! Numbers as text, without what printing costs elsewhere.

/// A number in decimal digits.
#[derive(Debug, Clone, Copy)]
pub struct Decimal {
    digits: [u8; 20],
    start: usize,
}

impl Decimal {
    /// The digits of a number.
    pub fn new(number: u64) -> Self {
        let (mut digits, mut start, mut rest) = ([b'0'; 20], 20_usize, number);
        for (at, digit) in digits.iter_mut().enumerate().rev() {
            *digit = b'0'.wrapping_add(u8::try_from(rest % 10).unwrap_or_default());
            (start, rest) = (at, rest / 10);
            if rest == 0 {
                break;
            }
        }
        Self { digits, start }
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        self.digits.get(self.start..).and_then(|digits| std::str::from_utf8(digits).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_as_it_is_printed() {
        for number in [0, 7, 10, 404, 99_999, u64::MAX] {
            assert_eq!(Decimal::new(number).as_str(), number.to_string());
        }
    }
}
