//! Where the output of the containers goes.

use crate::flags::{Draft, Flag, Heading, Takes, ValueError, values};

/// `--log-driver`
#[derive(Debug)]
pub(in crate::flags) struct LogDriver;

impl Flag for LogDriver {
    fn long(&self) -> &'static str {
        "log-driver"
    }

    fn takes(&self) -> Takes {
        Takes::One("DRIVER")
    }

    fn heading(&self) -> Heading {
        Heading::Container
    }

    fn everyday(&self) -> bool {
        false
    }

    fn summary(&self) -> &'static str {
        "Logging driver for service"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        value.clone_into(&mut draft.log_driver);
        Ok(())
    }
}

/// `--log-opt`
#[derive(Debug)]
pub(in crate::flags) struct LogOpt;

impl Flag for LogOpt {
    fn long(&self) -> &'static str {
        "log-opt"
    }

    fn takes(&self) -> Takes {
        Takes::Many("NAME[=VALUE]")
    }

    fn heading(&self) -> Heading {
        Heading::Container
    }

    fn everyday(&self) -> bool {
        false
    }

    fn summary(&self) -> &'static str {
        "Logging driver options"
    }

    fn details(&self) -> &'static str {
        "They count only next to --log-driver. A name alone takes the value that it has in your shell:\n  \
         --log-driver json-file --log-opt max-size=10m"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.log_options.push(values::environment_variable(value, &draft.shell.variables)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{parse_line, request_of};

    #[test]
    fn log_opt_counts_only_next_to_a_log_driver() {
        assert_eq!(request_of(&["--log-opt", "a=b", "nginx"]).log_driver, None);
        let line = ["--log-opt", "a=b", "--log-opt", "a=c=d", "--log-driver", "x", "nginx"];
        let driver = request_of(&line).log_driver.unwrap();
        assert_eq!((driver.name.as_str(), driver.options["a"].as_str()), ("x", "c=d"));
        assert!(parse_line(&["--log-opt", "=b", "nginx"]).is_err());
    }
}
