//! How the command itself behaves.

use crate::flags::{ApiVersion, Draft, Flag, Heading, Origin, Takes, ValueError, grammar};

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
        draft.run.dry_run = grammar::parse_bool(value)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{Run, request_of};

    #[test]
    fn detach_quiet_and_dry_run_are_off_unless_they_are_given() {
        let request = request_of(&["nginx"]);
        assert_eq!(request.run, Run::default());
        let request = request_of(&["-dq", "--dry-run", "nginx"]);
        assert_eq!(request.run, Run { detach: true, quiet: true, dry_run: true });
    }

    #[test]
    fn the_last_detach_counts() {
        assert!(!request_of(&["--detach", "--detach=false", "nginx"]).run.detach);
    }
}
