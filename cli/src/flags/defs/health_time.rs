//! When the containers are checked.

use crate::flags::{ApiVersion, Draft, Flag, Heading, Takes, ValueError, grammar};

/// `--health-interval`
#[derive(Debug)]
pub(in crate::flags) struct HealthInterval;

impl Flag for HealthInterval {
    fn long(&self) -> &'static str {
        "health-interval"
    }

    fn takes(&self) -> Takes {
        Takes::One("DURATION")
    }

    fn heading(&self) -> Heading {
        Heading::Health
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(25))
    }

    fn summary(&self) -> &'static str {
        "Time between running the check (ms|s|m|h)"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.health.interval = grammar::positive_nanoseconds(value)?;
        Ok(())
    }
}

/// `--health-timeout`
#[derive(Debug)]
pub(in crate::flags) struct HealthTimeout;

impl Flag for HealthTimeout {
    fn long(&self) -> &'static str {
        "health-timeout"
    }

    fn takes(&self) -> Takes {
        Takes::One("DURATION")
    }

    fn heading(&self) -> Heading {
        Heading::Health
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(25))
    }

    fn summary(&self) -> &'static str {
        "Maximum time to allow one check to run (ms|s|m|h)"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.health.timeout = grammar::positive_nanoseconds(value)?;
        Ok(())
    }
}

/// `--health-start-period`
#[derive(Debug)]
pub(in crate::flags) struct HealthStartPeriod;

impl Flag for HealthStartPeriod {
    fn long(&self) -> &'static str {
        "health-start-period"
    }

    fn takes(&self) -> Takes {
        Takes::One("DURATION")
    }

    fn heading(&self) -> Heading {
        Heading::Health
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(29))
    }

    fn summary(&self) -> &'static str {
        "Time to initialize before failures count (ms|s|m|h)"
    }

    fn details(&self) -> &'static str {
        "A task that is unhealthy after this time is replaced."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.health.start_period = grammar::positive_nanoseconds(value)?;
        Ok(())
    }
}

/// `--health-start-interval`
#[derive(Debug)]
pub(in crate::flags) struct HealthStartInterval;

impl Flag for HealthStartInterval {
    fn long(&self) -> &'static str {
        "health-start-interval"
    }

    fn takes(&self) -> Takes {
        Takes::One("DURATION")
    }

    fn heading(&self) -> Heading {
        Heading::Health
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(44))
    }

    fn summary(&self) -> &'static str {
        "Time between checks in the start period (ms|s|m|h)"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.health.start_interval = grammar::positive_nanoseconds(value)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{parse_line, request_of};
    use crate::service::{Check, Healthcheck};

    #[test]
    fn health_times_are_parts_of_one_check() {
        let line = [
            "--health-interval=1.5s",
            "--health-timeout=1s",
            "--health-start-period=1m",
            "--health-start-interval=1ms",
            "nginx",
        ];
        let check = Check {
            interval: 1_500_000_000,
            timeout: 1_000_000_000,
            start_period: 60_000_000_000,
            start_interval: 1_000_000,
            ..Check::default()
        };
        assert_eq!(request_of(&line).container.healthcheck, Some(Healthcheck::Check(check)));
    }

    #[test]
    fn health_times_are_not_negative() {
        assert_eq!(
            parse_line(&["--health-timeout", "-1s", "nginx"]).unwrap_err().to_string(),
            "invalid argument \"-1s\" for \"--health-timeout\" flag: duration cannot be negative"
        );
    }
}
