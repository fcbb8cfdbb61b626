//! How a service's containers are checked: `ContainerSpec.Healthcheck`.

use serde_json::Value;

use super::Object;

/// A health check (Docker API 1.25). Times are nanoseconds; zero leaves a time to the image and the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Healthcheck {
    /// The image's own check does not run.
    Disabled,
    /// The image's own check, with what is given here in its place.
    Check(Check),
}

/// The parts of a health check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Check {
    /// The command, for the shell of the image; empty for the image's own.
    pub command: String,
    /// Between two checks.
    pub interval: i64,
    /// For one check.
    pub timeout: i64,
    /// After the start, failures do not count for this long.
    pub start_period: i64,
    /// Between two checks in the start period (Docker API 1.44).
    pub start_interval: i64,
    /// How many failures in a row make a container unhealthy.
    pub retries: i64,
}

impl Healthcheck {
    /// Writes `Healthcheck`.
    pub(super) fn write(&self) -> Value {
        let check = match self {
            Self::Disabled => return Object::new().with("Test", vec!["NONE"]).into(),
            Self::Check(check) => check,
        };
        let test = match check.command.as_str() {
            "" => Vec::new(),
            command => vec!["CMD-SHELL", command],
        };
        Object::new()
            .with_present("Test", test)
            .with_present("Interval", check.interval)
            .with_present("Timeout", check.timeout)
            .with_present("StartPeriod", check.start_period)
            .with_present("StartInterval", check.start_interval)
            .with_present("Retries", check.retries)
            .into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_check_without_a_command_keeps_the_images_own() {
        let check = Check { retries: 3, ..Check::default() };
        assert_eq!(Healthcheck::Check(check).write(), json!({"Retries": 3}));
        let check = Check { command: "true".into(), interval: 5, ..Check::default() };
        let written = json!({"Test": ["CMD-SHELL", "true"], "Interval": 5});
        assert_eq!(Healthcheck::Check(check).write(), written);
    }
}
