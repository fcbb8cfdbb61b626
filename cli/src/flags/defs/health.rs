//! How the containers are checked.

use crate::flags::{ApiVersion, Draft, Flag, Heading, Takes, ValueError, grammar};

/// `--health-cmd`
#[derive(Debug)]
pub(in crate::flags) struct HealthCmd;

impl Flag for HealthCmd {
    fn long(&self) -> &'static str {
        "health-cmd"
    }

    fn takes(&self) -> Takes {
        Takes::One("COMMAND")
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
        "Command to run to check health"
    }

    fn details(&self) -> &'static str {
        "It runs in the shell of the image, in place of the image's own check; 0 is healthy:\n  \
         --health-cmd 'wget -qO /dev/null localhost:8080/health'"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        value.clone_into(&mut draft.health.command);
        Ok(())
    }
}

/// `--health-retries`
#[derive(Debug)]
pub(in crate::flags) struct HealthRetries;

impl Flag for HealthRetries {
    fn long(&self) -> &'static str {
        "health-retries"
    }

    fn takes(&self) -> Takes {
        Takes::One("N")
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
        "Consecutive failures needed to report unhealthy"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.health.retries = grammar::parse_int(value, 0, 64)?;
        Ok(())
    }
}

/// `--no-healthcheck`
#[derive(Debug)]
pub(in crate::flags) struct NoHealthcheck;

impl Flag for NoHealthcheck {
    fn long(&self) -> &'static str {
        "no-healthcheck"
    }

    fn takes(&self) -> Takes {
        Takes::Switch
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
        "Disable any container-specified HEALTHCHECK"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.no_healthcheck = grammar::parse_bool(value)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{parse_line, request_of};
    use crate::service::{Check, Healthcheck};

    #[test]
    fn health_flags_make_a_check_of_what_is_given() {
        assert_eq!(request_of(&["nginx"]).container.healthcheck, None);
        let line = ["--health-cmd", "true", "--health-retries", "0x2", "nginx"];
        let check = Check { command: "true".into(), retries: 2, ..Check::default() };
        assert_eq!(request_of(&line).container.healthcheck, Some(Healthcheck::Check(check)));
    }

    #[test]
    fn no_healthcheck_goes_with_no_other_health_flag() {
        let healthcheck = |line: &[&str]| request_of(line).container.healthcheck;
        assert_eq!(healthcheck(&["--no-healthcheck", "--health-cmd=", "nginx"]), Some(Healthcheck::Disabled));
        assert_eq!(healthcheck(&["--no-healthcheck=false", "nginx"]), None);
        for flag in ["--health-cmd=x", "--health-interval=0s", "--health-retries=1"] {
            let error = parse_line(&["--no-healthcheck", flag, "nginx"]).unwrap_err();
            assert_eq!(error.to_string(), "--no-healthcheck conflicts with --health-* options");
        }
    }
}
