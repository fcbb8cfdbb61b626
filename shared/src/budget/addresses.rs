//! A number of IP addresses.
//!
//! A newtype, so that a count of addresses cannot be mixed up with a count of replicas or of nodes. It is
//! never an address itself, and it is never negative: subtraction stops at zero, and whoever needs to know by
//! how much something is short subtracts the other way round.

use std::fmt;
use std::iter::Sum;

/// A number of addresses on one network. All arithmetic saturates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Addresses(u64);

impl Addresses {
    /// No address.
    pub const NONE: Self = Self(0);
    /// One address.
    pub const ONE: Self = Self(1);

    /// `count` addresses.
    pub const fn new(count: u64) -> Self {
        Self(count)
    }

    /// One address for every item of a collection of this length.
    pub fn one_each(items: usize) -> Self {
        Self(u64::try_from(items).unwrap_or(u64::MAX))
    }

    /// The plain number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Whether there is none.
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// The sum of both.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// What is left of `self` when `other` is taken away; none where `other` is the greater.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// `self` for each of `count` things.
    #[must_use]
    pub const fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(count))
    }
}

impl Sum for Addresses {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::NONE, Self::plus)
    }
}

impl fmt::Display for Addresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_never_goes_below_zero_nor_over_the_top() {
        assert_eq!(Addresses::new(3).minus(Addresses::new(5)), Addresses::NONE);
        assert_eq!(Addresses::new(u64::MAX).plus(Addresses::ONE).get(), u64::MAX);
        assert_eq!(Addresses::new(u64::MAX).times(2).get(), u64::MAX);
    }
}
