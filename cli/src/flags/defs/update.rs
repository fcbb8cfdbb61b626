//! How tasks are replaced when the service changes.

use crate::flags::{ApiVersion, Draft, Flag, Heading, Takes, ValueError, grammar};

/// `--update-parallelism`
#[derive(Debug)]
pub(in crate::flags) struct UpdateParallelism;

impl Flag for UpdateParallelism {
    fn long(&self) -> &'static str {
        "update-parallelism"
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
        "Maximum number of tasks updated simultaneously"
    }

    fn details(&self) -> &'static str {
        "0 is all at once."
    }

    fn default(&self) -> Option<&'static str> {
        Some("1")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.update.get_or_insert_default().parallelism = grammar::parse_uint(value, 0, 64)?;
        Ok(())
    }
}

/// `--update-delay`
#[derive(Debug)]
pub(in crate::flags) struct UpdateDelay;

impl Flag for UpdateDelay {
    fn long(&self) -> &'static str {
        "update-delay"
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
        "Delay between updates (ns|us|ms|s|m|h)"
    }

    fn default(&self) -> Option<&'static str> {
        Some("0s")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.update.get_or_insert_default().delay = grammar::nanoseconds(value)?;
        Ok(())
    }
}

/// `--update-order`
#[derive(Debug)]
pub(in crate::flags) struct UpdateOrder;

impl Flag for UpdateOrder {
    fn long(&self) -> &'static str {
        "update-order"
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
        "Update order"
    }

    fn details(&self) -> &'static str {
        "With `start-first` old and new tasks run side by side for a while, and every one of them needs its \
         addresses; the budget counts them."
    }

    fn choices(&self) -> &'static [&'static str] {
        &["start-first", "stop-first"]
    }

    fn default(&self) -> Option<&'static str> {
        Some("stop-first")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        value.clone_into(&mut draft.update.get_or_insert_default().order);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{parse_line, request_of};
    use crate::service::UpdateConfig;

    #[test]
    fn one_update_flag_brings_the_defaults_of_the_others() {
        assert_eq!(request_of(&["nginx"]).update, None);
        let expected = UpdateConfig { order: "start-first".into(), ..UpdateConfig::default() };
        assert_eq!(request_of(&["--update-order", "start-first", "nginx"]).update, Some(expected));
    }

    #[test]
    fn update_parallelism_and_delay_can_be_nothing() {
        let request = request_of(&["--update-parallelism", "0", "--update-delay", "0", "nginx"]);
        let expected = UpdateConfig { parallelism: 0, ..UpdateConfig::default() };
        assert_eq!(request.update, Some(expected));
    }

    #[test]
    fn a_job_has_no_update() {
        for mode in ["replicated-job", "global-job"] {
            let error = parse_line(&["--mode", mode, "--update-delay", "1s", "nginx"]).unwrap_err();
            assert_eq!(error.to_string(), "update and rollback configuration is not supported for jobs");
        }
    }
}
