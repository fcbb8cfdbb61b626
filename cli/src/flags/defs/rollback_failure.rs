//! What becomes of a rollback whose tasks fail.

use crate::flags::{ApiVersion, Draft, Flag, Heading, Takes, ValueError, grammar};

/// `--rollback-monitor`
#[derive(Debug)]
pub(in crate::flags) struct RollbackMonitor;

impl Flag for RollbackMonitor {
    fn long(&self) -> &'static str {
        "rollback-monitor"
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
        "Time to monitor each rolled back task (ns|us|ms|s|m|h)"
    }

    fn default(&self) -> Option<&'static str> {
        Some("5s")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.rollback.get_or_insert_default().monitor = grammar::nanoseconds(value)?;
        Ok(())
    }
}

/// `--rollback-failure-action`
#[derive(Debug)]
pub(in crate::flags) struct RollbackFailureAction;

impl Flag for RollbackFailureAction {
    fn long(&self) -> &'static str {
        "rollback-failure-action"
    }

    fn takes(&self) -> Takes {
        Takes::One("ACTION")
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
        "Action on rollback failure"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["pause", "continue"]
    }

    fn default(&self) -> Option<&'static str> {
        Some("pause")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        value.clone_into(&mut draft.rollback.get_or_insert_default().failure_action);
        Ok(())
    }
}

/// `--rollback-max-failure-ratio`
#[derive(Debug)]
pub(in crate::flags) struct RollbackMaxFailureRatio;

impl Flag for RollbackMaxFailureRatio {
    fn long(&self) -> &'static str {
        "rollback-max-failure-ratio"
    }

    fn takes(&self) -> Takes {
        Takes::One("RATIO")
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
        "Failure rate to tolerate during a rollback"
    }

    fn details(&self) -> &'static str {
        "From 0 to 1."
    }

    fn default(&self) -> Option<&'static str> {
        Some("0")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.rollback.get_or_insert_default().max_failure_ratio = grammar::float(value)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{parse_line, request_of};
    use crate::service::UpdateConfig;

    #[test]
    fn failure_of_rollback_has_a_time_a_share_and_an_action() {
        let line = [
            "--rollback-monitor=1m",
            "--rollback-failure-action=continue",
            "--rollback-max-failure-ratio=.5",
            "nginx",
        ];
        let expected = UpdateConfig {
            failure_action: "continue".into(),
            monitor: 60_000_000_000,
            max_failure_ratio: 0.5,
            ..UpdateConfig::default()
        };
        assert_eq!(request_of(&line).rollback, Some(expected));
    }

    #[test]
    fn rollback_max_failure_ratio_is_a_number() {
        let error =
            |ratio| parse_line(&["--rollback-max-failure-ratio", ratio, "nginx"]).unwrap_err().to_string();
        assert_eq!(
            error("x"),
            "invalid argument \"x\" for \"--rollback-max-failure-ratio\" flag: \
             strconv.ParseFloat: parsing \"x\": invalid syntax"
        );
        assert_eq!(error("nan"), "json: unsupported value: NaN");
    }
}
