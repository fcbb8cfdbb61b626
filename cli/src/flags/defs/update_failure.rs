//! What becomes of an update whose new tasks fail.

use crate::flags::{ApiVersion, Draft, Flag, Heading, Takes, ValueError, grammar};

/// `--update-monitor`
#[derive(Debug)]
pub(in crate::flags) struct UpdateMonitor;

impl Flag for UpdateMonitor {
    fn long(&self) -> &'static str {
        "update-monitor"
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
        Some(ApiVersion::v1(25))
    }

    fn summary(&self) -> &'static str {
        "Time to monitor each updated task for failure (ns|us|ms|s|m|h)"
    }

    fn default(&self) -> Option<&'static str> {
        Some("5s")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.update.get_or_insert_default().monitor = grammar::nanoseconds(value)?;
        Ok(())
    }
}

/// `--update-failure-action`
#[derive(Debug)]
pub(in crate::flags) struct UpdateFailureAction;

impl Flag for UpdateFailureAction {
    fn long(&self) -> &'static str {
        "update-failure-action"
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

    fn summary(&self) -> &'static str {
        "Action on update failure"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["pause", "continue", "rollback"]
    }

    fn default(&self) -> Option<&'static str> {
        Some("pause")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        value.clone_into(&mut draft.update.get_or_insert_default().failure_action);
        Ok(())
    }
}

/// `--update-max-failure-ratio`
#[derive(Debug)]
pub(in crate::flags) struct UpdateMaxFailureRatio;

impl Flag for UpdateMaxFailureRatio {
    fn long(&self) -> &'static str {
        "update-max-failure-ratio"
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
        Some(ApiVersion::v1(25))
    }

    fn summary(&self) -> &'static str {
        "Failure rate to tolerate during an update"
    }

    fn details(&self) -> &'static str {
        "From 0 to 1."
    }

    fn default(&self) -> Option<&'static str> {
        Some("0")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.update.get_or_insert_default().max_failure_ratio = grammar::float(value)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{parse_line, request_of};
    use crate::service::UpdateConfig;

    #[test]
    fn failure_of_update_has_a_time_a_share_and_an_action() {
        let line = [
            "--update-monitor=1m",
            "--update-failure-action=continue",
            "--update-max-failure-ratio=.5",
            "nginx",
        ];
        let expected = UpdateConfig {
            failure_action: "continue".into(),
            monitor: 60_000_000_000,
            max_failure_ratio: 0.5,
            ..UpdateConfig::default()
        };
        assert_eq!(request_of(&line).update, Some(expected));
    }

    #[test]
    fn update_max_failure_ratio_is_a_number() {
        let error =
            |ratio| parse_line(&["--update-max-failure-ratio", ratio, "nginx"]).unwrap_err().to_string();
        assert_eq!(
            error("x"),
            "invalid argument \"x\" for \"--update-max-failure-ratio\" flag: \
             strconv.ParseFloat: parsing \"x\": invalid syntax"
        );
        assert_eq!(error("nan"), "json: unsupported value: NaN");
    }
}
