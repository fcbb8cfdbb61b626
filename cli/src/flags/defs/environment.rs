//! What the containers find in their environment.

use crate::flags::{Draft, Flag, Heading, Takes, ValueError, values};

/// `-e`, `--env`
#[derive(Debug)]
pub(in crate::flags) struct Env;

impl Flag for Env {
    fn long(&self) -> &'static str {
        "env"
    }

    fn short(&self) -> Option<char> {
        Some('e')
    }

    fn takes(&self) -> Takes {
        Takes::Many("NAME[=VALUE]")
    }

    fn heading(&self) -> Heading {
        Heading::Container
    }

    fn summary(&self) -> &'static str {
        "Set environment variables"
    }

    fn details(&self) -> &'static str {
        "The last value of a name counts. A name alone takes the value that it has in your shell. The engine \
         replaces templates such as {{.Task.Slot}} for each task."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.environment.push(values::environment_variable(value, &draft.shell.variables)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::flags::{Parsed, Shell, parse, parse_line, request_of};

    #[test]
    fn env_keeps_the_last_value_at_its_place() {
        let request = request_of(&["-e", "A=1", "-eB=2", "--env", "A=3", "nginx"]);
        assert_eq!(request.container.environment, ["B=2", "A=3"]);
    }

    #[test]
    fn env_reads_a_bare_name_from_the_shell() {
        let shell = Shell { variables: BTreeMap::from([("A".into(), "x y".into())]), ..Shell::default() };
        let line = ["-e", "A", "-e", "B", "nginx"].map(str::to_owned);
        let Ok(Parsed::Create(request)) = parse(&line, &shell) else { panic!("not a request") };
        assert_eq!(request.container.environment, ["A=x y", "B"]);
    }

    #[test]
    fn env_leaves_templates_to_the_engine() {
        let request = request_of(&["-e", "SLOT={{.Task.Slot}}", "nginx"]);
        assert_eq!(request.container.environment, ["SLOT={{.Task.Slot}}"]);
    }

    #[test]
    fn env_needs_a_name() {
        assert_eq!(
            parse_line(&["-e", "=b", "nginx"]).unwrap_err().to_string(),
            "invalid argument \"=b\" for \"-e, --env\" flag: invalid environment variable: =b"
        );
    }
}
