//! Samples of one figure, and what is said of them: a median and how far they spread.

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

/// The values of one figure, one a round.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Sample(Vec<f64>);

impl Sample {
    /// The value in the middle; of an even number, the mean of the two in the middle. NaN without any value.
    pub(crate) fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The quarters between which the middle half of the values lies.
    pub(crate) fn spread(&self) -> (f64, f64) {
        (self.quantile(0.25), self.quantile(0.75))
    }

    /// The largest value.
    pub(crate) fn largest(&self) -> f64 {
        self.0.iter().copied().fold(f64::NAN, f64::max)
    }

    /// The values in the order of the rounds.
    pub(crate) fn values(&self) -> &[f64] {
        &self.0
    }

    /// This against a peer, round by round: what slowed one round down has slowed both.
    pub(crate) fn ratio_to(&self, peer: &Self) -> Self {
        self.0.iter().zip(&peer.0).map(|(own, peer)| own / peer).collect()
    }

    /// Between two neighbours the value is interpolated.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a sample has some hundreds of values"
    )]
    fn quantile(&self, part: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
        let place = last as f64 * part;
        let below = place.floor();
        let (low, high) = (sorted[below as usize], sorted[place.ceil() as usize]);
        low + (high - low) * (place - below)
    }
}

impl FromIterator<f64> for Sample {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

impl From<f64> for Sample {
    fn from(value: f64) -> Self {
        Self(vec![value])
    }
}

impl Serialize for Sample {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Sample", 2)?;
        object.serialize_field("median", &self.median())?;
        object.serialize_field("values", &self.0)?;
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(values: &[f64]) -> Sample {
        values.iter().copied().collect()
    }

    #[test]
    fn the_median_does_not_depend_on_the_order_of_the_rounds() {
        for values in [[9.0, 1.0, 2.0, 4.0, 3.0], [1.0, 2.0, 3.0, 4.0, 9.0]] {
            assert_eq!((sample(&values).median(), sample(&values).spread()), (3.0, (2.0, 4.0)));
        }
        assert_eq!(Sample::from(sample(&[1.0, 2.0]).median()), Sample::from(1.5));
        assert!(sample(&[]).median().is_nan());
    }

    #[test]
    fn a_ratio_compares_values_of_the_same_round() {
        let (own, peer) = (sample(&[1.0, 20.0]), sample(&[2.0, 10.0]));
        assert_eq!(own.ratio_to(&peer).values(), [0.5, 2.0]);
    }
}
