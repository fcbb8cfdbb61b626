//! What becomes of an update, or of the rollback of one, whose new tasks fail.

use super::rolling::Change;
use crate::flags::{ApiVersion, Draft, Flag, Heading, Takes, ValueError, grammar};

/// `--update-monitor`, `--rollback-monitor`
#[derive(Debug)]
pub(in crate::flags) struct Monitor(pub(in crate::flags) Change);

impl Flag for Monitor {
    fn long(&self) -> &'static str {
        self.0.either("update-monitor", "rollback-monitor")
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
        Some(ApiVersion::v1(self.0.either(25, 28)))
    }

    fn summary(&self) -> &'static str {
        self.0.either(
            "Time to monitor each updated task for failure (ns|us|ms|s|m|h)",
            "Time to monitor each rolled back task (ns|us|ms|s|m|h)",
        )
    }

    fn default(&self) -> Option<&'static str> {
        Some("5s")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        self.0.config(draft).monitor = grammar::nanoseconds(value)?;
        Ok(())
    }
}

/// `--update-failure-action`, `--rollback-failure-action`
#[derive(Debug)]
pub(in crate::flags) struct FailureAction(pub(in crate::flags) Change);

impl Flag for FailureAction {
    fn long(&self) -> &'static str {
        self.0.either("update-failure-action", "rollback-failure-action")
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
        self.0.either(None, Some(ApiVersion::v1(28)))
    }

    fn summary(&self) -> &'static str {
        self.0.either("Action on update failure", "Action on rollback failure")
    }

    fn choices(&self) -> &'static [&'static str] {
        self.0.either(&["pause", "continue", "rollback"], &["pause", "continue"])
    }

    fn default(&self) -> Option<&'static str> {
        Some("pause")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        value.clone_into(&mut self.0.config(draft).failure_action);
        Ok(())
    }
}

/// `--update-max-failure-ratio`, `--rollback-max-failure-ratio`
#[derive(Debug)]
pub(in crate::flags) struct MaxFailureRatio(pub(in crate::flags) Change);

impl Flag for MaxFailureRatio {
    fn long(&self) -> &'static str {
        self.0.either("update-max-failure-ratio", "rollback-max-failure-ratio")
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
        Some(ApiVersion::v1(self.0.either(25, 28)))
    }

    fn summary(&self) -> &'static str {
        self.0
            .either("Failure rate to tolerate during an update", "Failure rate to tolerate during a rollback")
    }

    fn details(&self) -> &'static str {
        "From 0 to 1."
    }

    fn default(&self) -> Option<&'static str> {
        Some("0")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        self.0.config(draft).max_failure_ratio = grammar::float(value)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{parse_line, request_of};
    use crate::service::UpdateConfig;

    #[test]
    fn failure_has_a_time_a_share_and_an_action() {
        let expected = UpdateConfig {
            failure_action: "continue".into(),
            monitor: 60_000_000_000,
            max_failure_ratio: 0.5,
            ..UpdateConfig::default()
        };
        let update = [
            "--update-monitor=1m",
            "--update-failure-action=continue",
            "--update-max-failure-ratio=.5",
            "nginx",
        ];
        assert_eq!(request_of(&update).update.as_ref(), Some(&expected));
        let rollback = update.map(|word| word.replace("--update-", "--rollback-"));
        let rollback: Vec<&str> = rollback.iter().map(String::as_str).collect();
        assert_eq!(request_of(&rollback).rollback.as_ref(), Some(&expected));
    }

    #[test]
    fn a_max_failure_ratio_is_a_number() {
        for flag in ["--update-max-failure-ratio", "--rollback-max-failure-ratio"] {
            let error = |ratio| parse_line(&[flag, ratio, "nginx"]).unwrap_err().to_string();
            let expected = format!(
                "invalid argument \"x\" for \"{flag}\" flag: strconv.ParseFloat: parsing \"x\": invalid syntax"
            );
            assert_eq!(error("x"), expected);
            assert_eq!(error("nan"), "json: unsupported value: NaN");
        }
    }
}
