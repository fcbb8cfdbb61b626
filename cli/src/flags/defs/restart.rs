//! When tasks are started again.

use crate::flags::{Draft, Flag, Heading, Takes, ValueError, grammar};

/// `--restart-condition`
#[derive(Debug)]
pub(in crate::flags) struct RestartCondition;

impl Flag for RestartCondition {
    fn long(&self) -> &'static str {
        "restart-condition"
    }

    fn takes(&self) -> Takes {
        Takes::One("CONDITION")
    }

    fn heading(&self) -> Heading {
        Heading::Lifecycle
    }

    fn everyday(&self) -> bool {
        false
    }

    fn summary(&self) -> &'static str {
        "Restart when condition is met"
    }

    fn details(&self) -> &'static str {
        "The engine judges it. One flag of the restart policy brings the others with it, at their defaults."
    }

    fn choices(&self) -> &'static [&'static str] {
        &["none", "on-failure", "any"]
    }

    fn default(&self) -> Option<&'static str> {
        Some("any")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        value.clone_into(&mut draft.restart.get_or_insert_default().condition);
        Ok(())
    }
}

/// `--restart-delay`
#[derive(Debug)]
pub(in crate::flags) struct RestartDelay;

impl Flag for RestartDelay {
    fn long(&self) -> &'static str {
        "restart-delay"
    }

    fn takes(&self) -> Takes {
        Takes::One("DURATION")
    }

    fn heading(&self) -> Heading {
        Heading::Lifecycle
    }

    fn everyday(&self) -> bool {
        false
    }

    fn summary(&self) -> &'static str {
        "Delay between restart attempts (ns|us|ms|s|m|h)"
    }

    fn default(&self) -> Option<&'static str> {
        Some("5s")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.restart.get_or_insert_default().delay = grammar::nanoseconds(value)?;
        Ok(())
    }
}

/// `--restart-max-attempts`
#[derive(Debug)]
pub(in crate::flags) struct RestartMaxAttempts;

impl Flag for RestartMaxAttempts {
    fn long(&self) -> &'static str {
        "restart-max-attempts"
    }

    fn takes(&self) -> Takes {
        Takes::One("N")
    }

    fn heading(&self) -> Heading {
        Heading::Lifecycle
    }

    fn everyday(&self) -> bool {
        false
    }

    fn summary(&self) -> &'static str {
        "Maximum number of restarts before giving up"
    }

    fn details(&self) -> &'static str {
        "0 is no limit."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.restart.get_or_insert_default().max_attempts = grammar::parse_uint(value, 0, 64)?;
        Ok(())
    }
}

/// `--restart-window`
#[derive(Debug)]
pub(in crate::flags) struct RestartWindow;

impl Flag for RestartWindow {
    fn long(&self) -> &'static str {
        "restart-window"
    }

    fn takes(&self) -> Takes {
        Takes::One("DURATION")
    }

    fn heading(&self) -> Heading {
        Heading::Lifecycle
    }

    fn everyday(&self) -> bool {
        false
    }

    fn summary(&self) -> &'static str {
        "Window used to evaluate the restart policy (ns|us|ms|s|m|h)"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.restart.get_or_insert_default().window = Some(grammar::nanoseconds(value)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{parse_line, request_of};
    use crate::service::RestartPolicy;

    #[test]
    fn one_restart_flag_brings_the_defaults_of_the_others() {
        assert_eq!(request_of(&["nginx"]).restart, None);
        let expected = RestartPolicy { max_attempts: 3, ..RestartPolicy::default() };
        assert_eq!(request_of(&["--restart-max-attempts", "3", "nginx"]).restart, Some(expected));
    }

    #[test]
    fn restart_flags_make_one_policy() {
        let line = ["--restart-condition", "x", "--restart-delay", "0s", "--restart-window", "1m", "nginx"];
        let expected =
            RestartPolicy { condition: "x".into(), delay: 0, max_attempts: 0, window: Some(60_000_000_000) };
        assert_eq!(request_of(&line).restart, Some(expected));
        assert!(parse_line(&["--restart-delay", "5", "nginx"]).is_err());
    }
}
