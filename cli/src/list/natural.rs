//! The order of docker's lists: `web-2` stands before `web-10`.

use std::cmp::Ordering;

/// Compares letter by letter, and runs of digits as numbers; digits stand before other letters.
pub fn natural_order(one: &str, other: &str) -> Ordering {
    let (mut left, mut right) = (one.as_bytes(), other.as_bytes());
    loop {
        let (Some(a), Some(b)) = (left.first(), right.first()) else {
            return one.len().cmp(&other.len());
        };
        match (a.is_ascii_digit(), b.is_ascii_digit()) {
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) if a != b => return a.cmp(b),
            (false, false) => (left, right) = (&left[1..], &right[1..]),
            (true, true) => {
                let (zeros, number, rest) = digits(left);
                let (other_zeros, other_number, other_rest) = digits(right);
                let order = number.len().cmp(&other_number.len());
                let order = order.then_with(|| number.cmp(other_number));
                // Everything before the numbers is equal, so fewer zeros are less.
                let order = order.then_with(|| zeros.cmp(&other_zeros));
                if order != Ordering::Equal {
                    return order;
                }
                (left, right) = (rest, other_rest);
            }
        }
    }
}

/// Zeros in front, the other digits, and what follows.
fn digits(text: &[u8]) -> (usize, &[u8], &[u8]) {
    let zeros = text.iter().take_while(|byte| **byte == b'0').count();
    let rest = &text[zeros..];
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (zeros, &rest[..count], &rest[count..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_count_as_numbers() {
        for (less, more) in [
            ("web-2", "web-10"),
            ("a1", "ab"),
            ("a", "a1"),
            ("a01b", "a001b"),
            ("x9y2", "x9y10"),
            ("A", "a"),
            ("web-2-1", "web-2.1"),
        ] {
            assert_eq!(natural_order(less, more), Ordering::Less, "{less} {more}");
            assert_eq!(natural_order(more, less), Ordering::Greater, "{less} {more}");
        }
        assert_eq!(natural_order("a007", "a007"), Ordering::Equal);
    }
}
