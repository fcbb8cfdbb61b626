//! Peers are measured in turns: every round has each of them once, and every round begins with another one, so that a
//! machine that gets slower or faster meanwhile does so for all of them.

use anyhow::Result;

/// Measures each of `variants` once a round. The outcomes of a variant stand in the order of the rounds.
pub(crate) fn in_turns<V, T>(
    variants: &[V],
    rounds: usize,
    mut measure: impl FnMut(&V) -> Result<T>,
) -> Result<Vec<Vec<T>>> {
    let mut outcomes: Vec<Vec<T>> = variants.iter().map(|_| Vec::with_capacity(rounds)).collect();
    for round in 0..rounds {
        for place in 0..variants.len() {
            let turn = (round + place) % variants.len();
            outcomes[turn].push(measure(&variants[turn])?);
        }
    }
    Ok(outcomes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_round_has_all_and_begins_with_another_one() {
        let mut order = String::new();
        let outcomes = in_turns(&['a', 'b', 'c'], 3, |variant| {
            order.push(*variant);
            Ok(order.len())
        });
        assert_eq!(order, "abcbcacab");
        assert_eq!(outcomes.unwrap(), [[1, 6, 8], [2, 4, 9], [3, 5, 7]]);
    }
}
