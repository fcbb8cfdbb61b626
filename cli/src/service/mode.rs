//! How many tasks a service has: `Mode` of a service spec.

use serde_json::Value;

use super::Object;

/// The mode of a service (Docker API 1.41).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A number of tasks that are kept running; the engine takes one where none is given.
    Replicated {
        /// The number of tasks.
        replicas: Option<u64>,
    },
    /// One task on every node that fits.
    Global,
    /// A number of tasks that run to their end.
    ReplicatedJob {
        /// How many have to complete.
        completions: Option<u64>,
        /// How many run at the same time.
        concurrent: Option<u64>,
    },
    /// One task on every node that fits, run to its end.
    GlobalJob,
}

impl Mode {
    /// Writes `Spec.Mode`.
    pub(super) fn write(self) -> Value {
        let with = |object: Object, key: &str, number: Option<u64>| match number {
            Some(number) => object.with(key, number),
            None => object,
        };
        let (name, block) = match self {
            Self::Replicated { replicas } => ("Replicated", with(Object::new(), "Replicas", replicas)),
            Self::Global => ("Global", Object::new()),
            Self::ReplicatedJob { completions, concurrent } => {
                let block = with(Object::new(), "MaxConcurrent", concurrent);
                ("ReplicatedJob", with(block, "TotalCompletions", completions))
            }
            Self::GlobalJob => ("GlobalJob", Object::new()),
        };
        Object::new().with(name, block).into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_mode_is_a_key_of_its_own() {
        for (mode, written) in [
            (Mode::Global, json!({"Global": {}})),
            (Mode::GlobalJob, json!({"GlobalJob": {}})),
            (
                Mode::ReplicatedJob { completions: Some(5), concurrent: Some(2) },
                json!({"ReplicatedJob": {"MaxConcurrent": 2, "TotalCompletions": 5}}),
            ),
        ] {
            assert_eq!(mode.write(), written);
        }
    }

    #[test]
    fn a_number_that_was_not_given_is_not_sent() {
        assert_eq!(Mode::Replicated { replicas: None }.write(), json!({"Replicated": {}}));
        assert_eq!(Mode::Replicated { replicas: Some(0) }.write(), json!({"Replicated": {"Replicas": 0}}));
    }
}
