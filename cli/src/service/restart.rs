//! When tasks are started again: `TaskTemplate.RestartPolicy`.

use serde_json::Value;

use super::Object;

/// A restart policy. Its default is what Docker's CLI fills in beside a field that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestartPolicy {
    /// `none`, `on-failure` or `any`, or whatever the engine is to judge.
    pub condition: String,
    /// Between the end of a task and the start of the next, in nanoseconds.
    pub delay: i64,
    /// How often a task is started again; 0 is no limit.
    pub max_attempts: u64,
    /// How long a task has to run for its start to count as successful, in nanoseconds.
    pub window: Option<i64>,
}

impl Default for RestartPolicy {
    /// The defaults of swarmkit, `api/defaults/service.go`.
    fn default() -> Self {
        Self { condition: "any".to_owned(), delay: 5_000_000_000, max_attempts: 0, window: None }
    }
}

impl RestartPolicy {
    /// Writes `RestartPolicy`.
    pub(super) fn write(&self) -> Value {
        Object::new()
            .with_present("Condition", self.condition.as_str())
            .with("Delay", self.delay)
            .with("MaxAttempts", self.max_attempts)
            .with_given("Window", self.window)
            .into()
    }
}
