//! How tasks are replaced when an update is taken back.

use crate::flags::{ApiVersion, Draft, Flag, Heading, Takes, ValueError, grammar};

/// `--rollback-parallelism`
#[derive(Debug)]
pub(in crate::flags) struct RollbackParallelism;

impl Flag for RollbackParallelism {
    fn long(&self) -> &'static str {
        "rollback-parallelism"
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

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(28))
    }

    fn summary(&self) -> &'static str {
        "Maximum number of tasks rolled back simultaneously"
    }

    fn details(&self) -> &'static str {
        "0 is all at once."
    }

    fn default(&self) -> Option<&'static str> {
        Some("1")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.rollback.get_or_insert_default().parallelism = grammar::parse_uint(value, 0, 64)?;
        Ok(())
    }
}

/// `--rollback-delay`
#[derive(Debug)]
pub(in crate::flags) struct RollbackDelay;

impl Flag for RollbackDelay {
    fn long(&self) -> &'static str {
        "rollback-delay"
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

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(28))
    }

    fn summary(&self) -> &'static str {
        "Delay between task rollbacks (ns|us|ms|s|m|h)"
    }

    fn default(&self) -> Option<&'static str> {
        Some("0s")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.rollback.get_or_insert_default().delay = grammar::nanoseconds(value)?;
        Ok(())
    }
}

/// `--rollback-order`
#[derive(Debug)]
pub(in crate::flags) struct RollbackOrder;

impl Flag for RollbackOrder {
    fn long(&self) -> &'static str {
        "rollback-order"
    }

    fn takes(&self) -> Takes {
        Takes::One("ORDER")
    }

    fn heading(&self) -> Heading {
        Heading::Lifecycle
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(29))
    }

    fn summary(&self) -> &'static str {
        "Rollback order"
    }

    fn details(&self) -> &'static str {
        "With `start-first` old and new tasks run side by side for a while, as in an update."
    }

    fn choices(&self) -> &'static [&'static str] {
        &["start-first", "stop-first"]
    }

    fn default(&self) -> Option<&'static str> {
        Some("stop-first")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        value.clone_into(&mut draft.rollback.get_or_insert_default().order);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{parse_line, request_of};
    use crate::service::UpdateConfig;

    #[test]
    fn one_rollback_flag_brings_the_defaults_of_the_others() {
        assert_eq!(request_of(&["nginx"]).rollback, None);
        let expected = UpdateConfig { order: "start-first".into(), ..UpdateConfig::default() };
        assert_eq!(request_of(&["--rollback-order", "start-first", "nginx"]).rollback, Some(expected));
    }

    #[test]
    fn rollback_parallelism_and_delay_can_be_nothing() {
        let request = request_of(&["--rollback-parallelism", "0", "--rollback-delay", "0", "nginx"]);
        let expected = UpdateConfig { parallelism: 0, ..UpdateConfig::default() };
        assert_eq!(request.rollback, Some(expected));
    }

    #[test]
    fn a_job_has_no_rollback() {
        for mode in ["replicated-job", "global-job"] {
            let error = parse_line(&["--mode", mode, "--rollback-delay", "1s", "nginx"]).unwrap_err();
            assert_eq!(error.to_string(), "update and rollback configuration is not supported for jobs");
        }
    }
}
