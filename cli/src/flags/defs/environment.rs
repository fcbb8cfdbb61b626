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

/// `--env-file`
#[derive(Debug)]
pub(in crate::flags) struct EnvFile;

impl Flag for EnvFile {
    fn long(&self) -> &'static str {
        "env-file"
    }

    fn takes(&self) -> Takes {
        Takes::Many("FILE")
    }

    fn heading(&self) -> Heading {
        Heading::Container
    }

    fn everyday(&self) -> bool {
        false
    }

    fn summary(&self) -> &'static str {
        "Read in a file of environment variables"
    }

    fn details(&self) -> &'static str {
        "One NAME=value a line, taken as it stands: there are no quotes. A name alone takes the value that it has \
         in your shell, and is left out where it has none. What --env says counts more."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.env_files.push(value.to_owned());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io;
    use std::path::Path;

    use crate::flags::{Asked, Shell, parse, parse_line, request_of};

    #[test]
    fn env_keeps_the_last_value_at_its_place() {
        let request = request_of(&["-e", "A=1", "-eB=2", "--env", "A=3", "nginx"]);
        assert_eq!(request.container.environment, ["B=2", "A=3"]);
    }

    #[test]
    fn env_reads_a_bare_name_from_the_shell() {
        let shell = Shell { variables: BTreeMap::from([("A".into(), "x y".into())]), ..Shell::default() };
        let line = ["-e", "A", "-e", "B", "nginx"].map(str::to_owned);
        let Ok(Asked::For(request)) = parse(&line, &shell) else { panic!("not a request") };
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

    fn read(path: &Path) -> io::Result<Vec<u8>> {
        if path == Path::new("a.env") {
            Ok(b"A=1\nB=2".to_vec())
        } else {
            Err(io::ErrorKind::NotFound.into())
        }
    }

    #[test]
    fn env_file_comes_before_env() {
        let line = ["-e", "A=3", "--env-file", "a.env", "-e", "C=4", "nginx"].map(str::to_owned);
        let Ok(Asked::For(request)) = parse(&line, &Shell { read, ..Shell::default() }) else {
            panic!("not a request")
        };
        assert_eq!(request.container.environment, ["B=2", "A=3", "C=4"]);
    }

    #[test]
    fn env_file_has_to_be_there() {
        let line = ["--env-file", "b.env", "nginx"].map(str::to_owned);
        let error = parse(&line, &Shell { read, ..Shell::default() }).unwrap_err();
        assert_eq!(error.to_string(), "open b.env: no such file or directory");
        assert_eq!(error.exit_code(), 1);
    }
}
