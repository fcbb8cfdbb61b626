//! The alphabet of a compiled table: numbers as digits of 64, and texts in which what JSON, YAML or a shell would quote is
//! escaped. So the table stands in a configuration as it is, and is read where it stands.

use std::str::from_utf8;

use super::format::BITS;

/// Digits of a place in the table.
pub(super) const PLACE: usize = 5;
/// Digits of the number of a bit or of a group, and of a count of many.
pub(super) const NUMBER: usize = 4;
/// Stands for a count of so many or more, whose `NUMBER` digits follow; any other count is a digit.
pub(super) const MANY: usize = 63;
/// Digits of the number of a version, and of the set of a route's parts.
pub(super) const VERSIONS: usize = 3;
/// Digits of a number below 4096.
pub(super) const SMALL: usize = 2;
/// Digits of a number of 32 bits.
pub(super) const WIDE: usize = 6;
/// Digits of a number of 64 bits.
pub(super) const SUM: usize = 11;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const VALUES: [u8; 256] = values();

/// What starts an escape: two hexadecimal digits follow.
const ESCAPE: u8 = b'~';
const HEX: &[u8; 16] = b"0123456789ABCDEF";

#[expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "evaluated when it is compiled, with a number below 64"
)]
const fn values() -> [u8; 256] {
    let mut values = [0; 256];
    let mut value = 0;
    while value < DIGITS.len() {
        values[DIGITS[value] as usize] = value as u8;
        value = value.saturating_add(1);
    }
    values
}

/// What a digit stands for; nought for what is none.
#[inline]
fn value_of(digit: u8) -> u8 {
    VALUES.get(usize::from(digit)).copied().unwrap_or_default()
}

pub(super) fn is_digit(byte: u8) -> bool {
    byte == b'A' || value_of(byte) != 0
}

/// Whether a byte stands for itself in a text: nothing that is escaped in JSON, or has a meaning in a template, a stack
/// file or between quotes of a shell. All of a host does.
pub(crate) fn is_plain(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'/' | b':' | b'=' | b',' | b';' | b'!')
        || matches!(byte, b'(' | b')' | b'*' | b'+' | b'@' | b'?' | b'%' | b'[' | b']')
}

/// Appends a byte as a text has it.
pub(crate) fn push_stored(text: &mut Vec<u8>, byte: u8) {
    if is_plain(byte) {
        text.push(byte);
    } else {
        let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or_default();
        text.extend([ESCAPE, digit(byte >> 4), digit(byte & 15)]);
    }
}

/// Writes a number with `width` digits; `None` if it does not fit.
pub(super) fn push_number(text: &mut String, value: u64, width: usize) -> Option<()> {
    let mut digits = [0_u8; SUM];
    let digits = digits.get_mut(..width)?;
    let mut rest = value;
    for digit in digits.iter_mut().rev() {
        *digit = *DIGITS.get(usize::try_from(rest & 63).ok()?)?;
        rest >>= 6;
    }
    text.push_str(from_utf8(digits).ok()?);
    (rest == 0).then_some(())
}

/// How many digits a number has.
pub(super) fn digits(value: usize) -> usize {
    usize::try_from(usize::BITS.saturating_sub(value.leading_zeros())).unwrap_or_default().div_ceil(BITS)
}

/// Adds to a number that is written; `None` if it does not fit.
pub(super) fn add_number(digits: &mut [u8], more: usize) -> Option<()> {
    let mut rest = more;
    for digit in digits.iter_mut().rev() {
        rest = rest.checked_add(usize::from(value_of(*digit)))?;
        *digit = *DIGITS.get(rest & 63)?;
        rest >>= 6;
    }
    (rest == 0).then_some(())
}

/// A place in a table from which things are read one after the other.
///
/// A table is whole, or it is not [opened](super::Table::open): so reading cannot fail. What stands nowhere is nought and empty.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t [u8], at: usize) -> Self {
        Self { text, at }
    }

    /// Where it stands.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Passes over some bytes.
    #[inline]
    pub(super) fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    /// Reads a number of `W` digits.
    #[inline]
    pub(super) fn number<const W: usize>(&mut self) -> usize {
        let digits: Option<&[u8; W]> = self.text.get(self.at..).and_then(<[u8]>::first_chunk);
        self.skip(W);
        let Some(digits) = digits else { return 0 };
        let value = digits.iter().fold(0_u32, |value, digit| value << 6 | u32::from(value_of(*digit)));
        usize::try_from(value).unwrap_or_default()
    }

    /// Reads a number of so many digits.
    #[inline]
    pub(super) fn number_of(&mut self, width: usize) -> usize {
        let end = self.at.saturating_add(width);
        let digits = self.text.get(self.at..end).unwrap_or_default();
        self.at = end;
        digits.iter().fold(0, |value, digit| value << BITS | usize::from(value_of(*digit)))
    }

    /// Whether nothing follows.
    #[inline]
    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    /// Reads how many there are. No table has more of anything than bytes.
    #[inline]
    pub(super) fn count(&mut self) -> usize {
        let few = self.number::<1>();
        if few == MANY { self.number::<NUMBER>().min(self.text.len()) } else { few }
    }

    /// Reads a number of 16 bits.
    #[inline]
    pub(super) fn short<const W: usize>(&mut self) -> u16 {
        u16::try_from(self.number::<W>()).unwrap_or_default()
    }

    /// Reads a number of 64 bits.
    pub(super) fn sum(&mut self) -> u64 {
        (0..SUM).fold(0, |sum, _| sum << 6 | u64::try_from(self.number::<1>()).unwrap_or_default())
    }

    /// Reads a text that follows its length.
    #[inline]
    pub(super) fn stored(&mut self) -> Stored<'t> {
        let length = self.count();
        let start = self.at;
        self.skip(length);
        Stored(self.text.get(start..self.at).unwrap_or_default())
    }
}

/// A text in a table, with its escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stored<'t>(&'t [u8]);

impl<'t> Stored<'t> {
    /// As it stands in the table, to be compared with what was written by [`push_stored`].
    pub(crate) fn raw(self) -> &'t [u8] {
        self.0
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Whether it stands for this text.
    #[inline]
    pub(super) fn is(self, text: &str) -> bool {
        if self.0.contains(&ESCAPE) { self.bytes().eq(text.bytes()) } else { self.0 == text.as_bytes() }
    }

    /// What stands before and behind the first slash.
    pub(super) fn split_at_slash(self) -> (Self, Self) {
        let mut parts = self.0.splitn(2, |byte| *byte == b'/');
        let mut part = || Self(parts.next().unwrap_or_default());
        (part(), part())
    }

    /// The text, if nothing in it is escaped.
    pub(crate) fn plain(self) -> Option<&'t str> {
        if self.0.contains(&ESCAPE) { None } else { from_utf8(self.0).ok() }
    }

    /// The bytes that it stands for.
    pub(crate) fn bytes(self) -> Bytes<'t> {
        Bytes(self.0)
    }

    /// Appends what it stands for.
    pub(crate) fn push_to(self, text: &mut String) {
        if let Some(plain) = self.plain() {
            text.push_str(plain);
            return;
        }
        let (mut char, mut length) = ([0_u8; 4], 0_usize);
        for byte in self.bytes() {
            if let Some(place) = char.get_mut(length) {
                *place = byte;
            }
            length = length.saturating_add(1);
            if let Some(Ok(char)) = char.get(..length).map(from_utf8) {
                text.push_str(char);
                length = 0;
            }
        }
    }
}

/// The bytes that a text stands for, from both ends.
#[derive(Debug, Clone)]
pub(crate) struct Bytes<'t>(&'t [u8]);

impl Iterator for Bytes<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        match self.0 {
            [ESCAPE, high, low, rest @ ..] => {
                self.0 = rest;
                Some(escaped(*high, *low))
            }
            [byte, rest @ ..] => {
                self.0 = rest;
                Some(*byte)
            }
            [] => None,
        }
    }
}

/// Unambiguous, since the digits of an escape never start one.
impl DoubleEndedIterator for Bytes<'_> {
    fn next_back(&mut self) -> Option<u8> {
        match self.0 {
            [rest @ .., ESCAPE, high, low] => {
                self.0 = rest;
                Some(escaped(*high, *low))
            }
            [rest @ .., byte] => {
                self.0 = rest;
                Some(*byte)
            }
            [] => None,
        }
    }
}

fn escaped(high: u8, low: u8) -> u8 {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => digit.wrapping_sub(b'0'),
        _ => digit.wrapping_sub(b'A').wrapping_add(10) & 15,
    };
    value(high) << 4 | value(low)
}

/// A 64-bit digest of some bytes. A change of one word is always seen, any other with all but certainty; it is against
/// damage, not against somebody who writes tables.
pub(super) fn digest(bytes: &[u8]) -> u64 {
    const FACTORS: [u64; 4] =
        [0x9E37_79B9_7F4A_7C15, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x27D4_EB2F_1656_67C5];
    let [mut one, mut two, mut three, mut four] = FACTORS;
    let mix = |lane: u64, word: &[u8; 8], factor: u64| {
        (lane ^ u64::from_le_bytes(*word)).wrapping_mul(factor).rotate_left(29)
    };
    // Four lanes, each of which can be under way while the others are.
    let (blocks, tail) = bytes.as_chunks::<32>();
    for block in blocks {
        if let ([a, b, c, d], _) = block.as_chunks::<8>() {
            let [w, x, y, z] = FACTORS;
            one = mix(one, a, w);
            two = mix(two, b, x);
            three = mix(three, c, y);
            four = mix(four, d, z);
        }
    }
    let mut sum = one ^ two.rotate_left(16) ^ three.rotate_left(32) ^ four.rotate_left(48);
    for byte in tail {
        sum = (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
    }
    sum
}

/// The hash by which segments and hosts are found (FNV-1a).
#[derive(Debug, Clone, Copy)]
pub(super) struct Hash(pub(super) u32);

impl Hash {
    pub(super) const START: Self = Self(0x811C_9DC5);

    #[inline]
    pub(super) fn add(self, byte: u8) -> Self {
        Self((self.0 ^ u32::from(byte)).wrapping_mul(0x0100_0193))
    }

    pub(super) fn of(bytes: &[u8]) -> Self {
        bytes.iter().fold(Self::START, |hash, byte| hash.add(*byte))
    }

    /// The slots among `count` in which something with this hash may be, in the order in which they are looked at.
    #[inline]
    pub(super) fn slots(self, count: usize) -> impl Iterator<Item = usize> {
        // Its upper bits choose, of which the last byte would reach few.
        let mixed = (self.0 ^ self.0 >> 15).wrapping_mul(0x2C1B_3C6D);
        let first = u64::from(mixed).wrapping_mul(u64::try_from(count).unwrap_or_default()) >> 32;
        let first = usize::try_from(first).unwrap_or_default();
        (first..count).chain(0..first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(text: &str) -> Vec<u8> {
        let mut stored = Vec::new();
        text.bytes().for_each(|byte| push_stored(&mut stored, byte));
        stored
    }

    #[test]
    fn numbers_read_back_and_too_great_ones_do_not_fit() {
        let mut text = String::new();
        for value in [0, 1, 63, 64, 4095] {
            push_number(&mut text, value, SMALL).unwrap();
        }
        push_number(&mut text, u64::MAX, SUM).unwrap();
        let mut cursor = Cursor::new(text.as_bytes(), 0);
        for value in [0, 1, 63, 64, 4095] {
            assert_eq!(cursor.number::<SMALL>(), value);
        }
        assert_eq!(cursor.sum(), u64::MAX);
        assert_eq!(push_number(&mut text, 4096, SMALL), None);
    }

    #[test]
    fn what_is_added_to_a_number_carries_and_has_to_fit() {
        let sum = |from: u64, more| {
            let mut text = String::new();
            push_number(&mut text, from, SMALL).unwrap();
            let mut digits = text.into_bytes();
            add_number(&mut digits, more)?;
            Some(Cursor::new(&digits, 0).number::<SMALL>())
        };
        assert_eq!([sum(0, 0), sum(63, 1), sum(1, 4094)], [Some(0), Some(64), Some(4095)]);
        assert_eq!([sum(1, 4095), sum(4095, 1), sum(1, usize::MAX)], [None; 3]);
    }

    #[test]
    fn a_number_has_as_many_digits_as_it_takes_to_write_it() {
        for (value, count) in [(0, 0), (1, 1), (63, 1), (64, 2), (4095, 2), (4096, 3), (262_143, 3)] {
            assert_eq!(digits(value), count, "{value}");
            let mut text = String::new();
            push_number(&mut text, u64::try_from(value).unwrap(), count).unwrap();
            assert_eq!(Cursor::new(text.as_bytes(), 0).number_of(count), value);
        }
    }

    #[test]
    fn every_slot_is_looked_at_once_and_hashes_begin_everywhere() {
        for count in [1, 2, 5, 133] {
            let first = |name: usize| Hash::of(format!("r{name}").as_bytes()).slots(count).next().unwrap();
            let firsts: std::collections::BTreeSet<usize> = (0..count * 20).map(first).collect();
            assert_eq!(firsts.len(), count);
            let mut slots: Vec<usize> = Hash::of(b"pets").slots(count).collect();
            slots.sort_unstable();
            assert_eq!(slots, (0..count).collect::<Vec<_>>());
        }
        assert_eq!(Hash::of(b"pets").slots(0).next(), None);
    }

    #[test]
    fn a_text_reads_back_from_both_ends_and_needs_no_quotes() {
        for text in ["", "pets", "a b", "~", "\"<&>\\'`${}\u{0}\u{7f}é\u{1f600}é", "%2F~41"] {
            let bytes = stored(text);
            assert!(bytes.iter().all(|byte| is_plain(*byte) || *byte == ESCAPE), "{text}");
            let read = Stored(&bytes);
            assert!(read.bytes().eq(text.bytes()), "{text}");
            assert!(read.bytes().rev().eq(text.bytes().rev()), "{text}");
            let mut whole = String::new();
            read.push_to(&mut whole);
            assert_eq!(whole, text);
        }
    }

    #[test]
    fn what_stands_nowhere_is_nought_and_empty() {
        for text in [&b""[..], b"D", b"Eabc"] {
            let mut cursor = Cursor::new(text, 0);
            assert!(cursor.stored().is_empty(), "{text:?}");
            assert_eq!((cursor.number::<PLACE>(), cursor.sum()), (0, 0), "{text:?}");
        }
        let mut whole = String::new();
        Stored(b"~C3").push_to(&mut whole);
        assert_eq!(whole, "");
    }

    #[test]
    fn every_change_of_one_byte_and_every_swap_changes_the_digest() {
        let bytes: Vec<u8> = (0..100).collect();
        let digests: std::collections::BTreeSet<u64> = (0..bytes.len())
            .map(|at| {
                let mut changed = bytes.clone();
                changed[at] ^= 1;
                digest(&changed)
            })
            .chain((1..bytes.len()).map(|at| {
                let mut swapped = bytes.clone();
                swapped.swap(at - 1, at);
                digest(&swapped)
            }))
            .chain([digest(&bytes)])
            .collect();
        assert_eq!(digests.len(), 200);
    }
}
