//! How the command itself behaves.

use std::time::Duration;

use crate::flags::{ApiVersion, Draft, Flag, Heading, Instead, Origin, Takes, ValueError, grammar};

/// `-d`, `--detach`
#[derive(Debug)]
pub(in crate::flags) struct Detach;

impl Flag for Detach {
    fn long(&self) -> &'static str {
        "detach"
    }

    fn short(&self) -> Option<char> {
        Some('d')
    }

    fn takes(&self) -> Takes {
        Takes::Switch
    }

    fn heading(&self) -> Heading {
        Heading::Command
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(29))
    }

    fn summary(&self) -> &'static str {
        "Do not wait for the service to converge"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.run.detach = grammar::parse_bool(value)?;
        Ok(())
    }
}

/// `-q`, `--quiet`
#[derive(Debug)]
pub(in crate::flags) struct Quiet;

impl Flag for Quiet {
    fn long(&self) -> &'static str {
        "quiet"
    }

    fn short(&self) -> Option<char> {
        Some('q')
    }

    fn takes(&self) -> Takes {
        Takes::Switch
    }

    fn heading(&self) -> Heading {
        Heading::Command
    }

    fn summary(&self) -> &'static str {
        "Suppress progress output"
    }

    fn details(&self) -> &'static str {
        "The command waits all the same, unless --detach is given."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.run.quiet = grammar::parse_bool(value)?;
        Ok(())
    }
}

/// `--timeout`
#[derive(Debug)]
pub(in crate::flags) struct Timeout;

impl Flag for Timeout {
    fn long(&self) -> &'static str {
        "timeout"
    }

    fn takes(&self) -> Takes {
        Takes::One("duration")
    }

    fn heading(&self) -> Heading {
        Heading::Command
    }

    fn origin(&self) -> Origin {
        Origin::Smsvc
    }

    fn everyday(&self) -> bool {
        false
    }

    fn summary(&self) -> &'static str {
        "Give up waiting for the tasks after this time (ns|us|ms|s|m|h)"
    }

    fn details(&self) -> &'static str {
        "The command then says what the tasks wait for and ends with status 1; the service stays as it is."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        let nanoseconds = grammar::positive_nanoseconds(value)?;
        draft.run.timeout =
            u64::try_from(nanoseconds).ok().filter(|limit| *limit > 0).map(Duration::from_nanos);
        Ok(())
    }
}

/// `--dry-run`
#[derive(Debug)]
pub(in crate::flags) struct DryRun;

impl Flag for DryRun {
    fn long(&self) -> &'static str {
        "dry-run"
    }

    fn takes(&self) -> Takes {
        Takes::Switch
    }

    fn heading(&self) -> Heading {
        Heading::Command
    }

    fn origin(&self) -> Origin {
        Origin::Smsvc
    }

    fn summary(&self) -> &'static str {
        "Print what would be done, and change nothing"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        instead(Instead::DryRun, value, draft)
    }
}

/// `--print-docker`
#[derive(Debug)]
pub(in crate::flags) struct PrintDocker;

impl Flag for PrintDocker {
    fn long(&self) -> &'static str {
        "print-docker"
    }

    fn takes(&self) -> Takes {
        Takes::Switch
    }

    fn heading(&self) -> Heading {
        Heading::Command
    }

    fn origin(&self) -> Origin {
        Origin::Smsvc
    }

    fn summary(&self) -> &'static str {
        "Print the `docker service` command that does the same"
    }

    fn details(&self) -> &'static str {
        "Everything is decided and checked as usual, and nothing is changed. The command has the endpoint mode that was \
         chosen, and the labels that the flags of the API group stand for; it checks nothing when it is run."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        instead(Instead::PrintDocker, value, draft)
    }
}

/// The last of both flags counts; one that is taken back leaves the other alone.
fn instead(what: Instead, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
    if grammar::parse_bool(value)? {
        draft.run.instead = Some(what);
    } else if draft.run.instead == Some(what) {
        draft.run.instead = None;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::flags::{Instead, Run, request_of};

    #[test]
    fn detach_quiet_and_dry_run_are_off_unless_they_are_given() {
        let request = request_of(&["nginx"]);
        assert_eq!(request.run, Run::default());
        let request = request_of(&["-dq", "--dry-run", "nginx"]);
        assert_eq!(
            request.run,
            Run { detach: true, quiet: true, timeout: None, instead: Some(Instead::DryRun) }
        );
    }

    #[test]
    fn the_last_of_dry_run_and_print_docker_counts() {
        let instead = |line: &[&str]| request_of(&[line, &["nginx"]].concat()).run.instead;
        assert_eq!(instead(&["--dry-run", "--print-docker"]), Some(Instead::PrintDocker));
        assert_eq!(instead(&["--print-docker", "--dry-run"]), Some(Instead::DryRun));
        assert_eq!(instead(&["--print-docker", "--dry-run=false"]), Some(Instead::PrintDocker));
        assert_eq!(instead(&["--print-docker", "--print-docker=0"]), None);
    }

    #[test]
    fn a_timeout_is_a_duration_and_nought_is_none() {
        let timeout = |value| request_of(&["--timeout", value, "nginx"]).run.timeout;
        assert_eq!(timeout("1m30s"), Some(Duration::from_secs(90)));
        assert_eq!(timeout("0"), None);
    }

    #[test]
    fn the_last_detach_counts() {
        assert!(!request_of(&["--detach", "--detach=false", "nginx"]).run.detach);
    }
}
