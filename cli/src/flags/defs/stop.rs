//! How a container is ended.

use crate::flags::{ApiVersion, Draft, Flag, Heading, Takes, ValueError, grammar};

/// `--stop-grace-period`
#[derive(Debug)]
pub(in crate::flags) struct StopGracePeriod;

impl Flag for StopGracePeriod {
    fn long(&self) -> &'static str {
        "stop-grace-period"
    }

    fn takes(&self) -> Takes {
        Takes::One("DURATION")
    }

    fn heading(&self) -> Heading {
        Heading::Container
    }

    fn everyday(&self) -> bool {
        false
    }

    fn summary(&self) -> &'static str {
        "Time to wait before force killing a container (ns|us|ms|s|m|h)"
    }

    fn details(&self) -> &'static str {
        "A number with a unit, or several: 30s, 1m30s."
    }

    fn default(&self) -> Option<&'static str> {
        Some("10s")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.container.stop_grace_period = Some(grammar::nanoseconds(value)?);
        Ok(())
    }
}

/// `--stop-signal`
#[derive(Debug)]
pub(in crate::flags) struct StopSignal;

impl Flag for StopSignal {
    fn long(&self) -> &'static str {
        "stop-signal"
    }

    fn takes(&self) -> Takes {
        Takes::One("SIGNAL")
    }

    fn heading(&self) -> Heading {
        Heading::Container
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(28))
    }

    fn summary(&self) -> &'static str {
        "Signal to stop the container"
    }

    fn details(&self) -> &'static str {
        "A name or a number: SIGQUIT, 3."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        value.clone_into(&mut draft.container.stop_signal);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{parse_line, request_of};

    #[test]
    fn stop_signal_is_taken_as_it_is() {
        assert_eq!(request_of(&["--stop-signal", "SIGQUIT", "nginx"]).container.stop_signal, "SIGQUIT");
    }

    #[test]
    fn stop_grace_period_can_be_nothing_but_needs_a_unit() {
        let period = |text| request_of(&["--stop-grace-period", text, "nginx"]).container.stop_grace_period;
        assert_eq!((period("1m30s"), period("0")), (Some(90_000_000_000), Some(0)));
        assert_eq!(
            parse_line(&["--stop-grace-period", "5", "nginx"]).unwrap_err().to_string(),
            "invalid argument \"5\" for \"--stop-grace-period\" flag: time: missing unit in duration \"5\""
        );
    }
}
