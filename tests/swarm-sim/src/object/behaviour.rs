//! What the process of a simulated task does.
//!
//! It is told by the environment variables that the project's own test backend obeys, so that a scenario behaves alike
//! here and on a real engine: `BACKEND_LIFE_MS` (ends by itself after so many milliseconds), `BACKEND_EXIT_CODE` (with
//! this status) and `BACKEND_IGNORE_TERM` (has to be killed after the stop grace period).

use std::time::Duration;

use serde_json::Value;

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Behaviour {
    /// After which time it ends by itself.
    pub life: Option<Duration>,
    /// Its exit status then.
    pub exit_code: i64,
    /// Whether it ends only when it is killed.
    pub ignores_term: bool,
}

impl Behaviour {
    /// From the environment of a `ContainerSpec`.
    pub(crate) fn of(container: &Value) -> Self {
        let variables: Vec<&str> =
            container["Env"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let read = |name: &str| {
            variables.iter().rev().find_map(|entry| {
                entry.split_once('=').filter(|(key, _)| *key == name).map(|(_, value)| value)
            })
        };
        Self {
            life: read("BACKEND_LIFE_MS").and_then(|text| text.parse().ok()).map(Duration::from_millis),
            exit_code: read("BACKEND_EXIT_CODE").and_then(|text| text.parse().ok()).unwrap_or_default(),
            ignores_term: read("BACKEND_IGNORE_TERM").is_some_and(|text| text == "1"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_environment_tells_what_the_process_does_and_its_last_word_counts() {
        let told =
            Behaviour::of(&json!({"Env": ["BACKEND_LIFE_MS=5", "BACKEND_LIFE_MS=7", "BACKEND_EXIT_CODE=3"]}));
        let expected = Behaviour { life: Some(Duration::from_millis(7)), exit_code: 3, ignores_term: false };
        assert_eq!(told, expected);
        assert_eq!(Behaviour::of(&json!({})), Behaviour::default());
    }
}
