//! How tasks are replaced: `UpdateConfig` and `RollbackConfig` of a service spec.

use serde_json::{Number, Value};

use super::Object;

/// How an update, or its rollback, proceeds. Its default is what Docker's CLI fills in beside a field that was given.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateConfig {
    /// How many tasks are replaced at a time; 0 is all at once.
    pub parallelism: u64,
    /// Between two batches, in nanoseconds.
    pub delay: i64,
    /// `pause`, `continue` or, for updates, `rollback`; or whatever the engine is to judge.
    pub failure_action: String,
    /// How long each new task is watched for failure, in nanoseconds.
    pub monitor: i64,
    /// The share of tasks that may fail.
    pub max_failure_ratio: f32,
    /// `stop-first` or `start-first`, or whatever the engine is to judge.
    pub order: String,
}

impl Default for UpdateConfig {
    /// The defaults of swarmkit, `api/defaults/service.go`.
    fn default() -> Self {
        Self {
            parallelism: 1,
            delay: 0,
            failure_action: "pause".to_owned(),
            monitor: 5_000_000_000,
            max_failure_ratio: 0.0,
            order: "stop-first".to_owned(),
        }
    }
}

impl UpdateConfig {
    /// A share that JSON has no notation for, as Go names it.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        match self.max_failure_ratio {
            ratio if ratio.is_nan() => Err("NaN"),
            ratio if ratio == f32::INFINITY => Err("+Inf"),
            ratio if ratio == f32::NEG_INFINITY => Err("-Inf"),
            _ => Ok(()),
        }
    }

    /// Writes either config.
    pub(super) fn write(&self) -> Value {
        Object::new()
            .with("Parallelism", self.parallelism)
            .with_present("Delay", self.delay)
            .with_present("FailureAction", self.failure_action.as_str())
            .with_present("Monitor", self.monitor)
            .with("MaxFailureRatio", shortest(self.max_failure_ratio))
            .with("Order", self.order.as_str())
            .into()
    }
}

/// The number with the fewest digits that reads back as this one, as Go writes it: `0.1`, not `0.10000000149`.
fn shortest(ratio: f32) -> Value {
    ratio.to_string().parse::<Number>().map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_ratio_is_written_with_the_digits_it_was_given_with() {
        for (ratio, written) in [
            (0.0, json!(0)),
            (0.1, json!(0.1)),
            (1.0, json!(1)),
            (1e-9, json!(1e-9)),
            (0.333_333_34, json!(0.333_333_34)),
        ] {
            assert_eq!(shortest(ratio), written);
        }
    }
}
