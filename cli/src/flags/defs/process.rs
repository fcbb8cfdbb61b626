//! The process in a container.

use crate::flags::{ApiVersion, Draft, Flag, Heading, Takes, ValueError, grammar};

/// `--entrypoint`
#[derive(Debug)]
pub(in crate::flags) struct Entrypoint;

impl Flag for Entrypoint {
    fn long(&self) -> &'static str {
        "entrypoint"
    }

    fn takes(&self) -> Takes {
        Takes::One("COMMAND")
    }

    fn heading(&self) -> Heading {
        Heading::Container
    }

    fn everyday(&self) -> bool {
        false
    }

    fn summary(&self) -> &'static str {
        "Overwrite the default ENTRYPOINT of the image"
    }

    fn details(&self) -> &'static str {
        "One word for the whole command; it is split at spaces as a shell would, with quotes and backslashes, but \
         nothing in it is expanded. An empty one leaves the image's own:\n  \
         --entrypoint 'sh -c \"sleep 10\"'"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.container.command = grammar::words(value)?;
        Ok(())
    }
}

/// `-w`, `--workdir`
#[derive(Debug)]
pub(in crate::flags) struct Workdir;

impl Flag for Workdir {
    fn long(&self) -> &'static str {
        "workdir"
    }

    fn short(&self) -> Option<char> {
        Some('w')
    }

    fn takes(&self) -> Takes {
        Takes::One("DIRECTORY")
    }

    fn heading(&self) -> Heading {
        Heading::Container
    }

    fn everyday(&self) -> bool {
        false
    }

    fn summary(&self) -> &'static str {
        "Working directory inside the container"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        value.clone_into(&mut draft.container.directory);
        Ok(())
    }
}

/// `--init`
#[derive(Debug)]
pub(in crate::flags) struct Init;

impl Flag for Init {
    fn long(&self) -> &'static str {
        "init"
    }

    fn takes(&self) -> Takes {
        Takes::Switch
    }

    fn heading(&self) -> Heading {
        Heading::Container
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(37))
    }

    fn summary(&self) -> &'static str {
        "Use an init inside each service container"
    }

    fn details(&self) -> &'static str {
        "It forwards signals and reaps processes whose parent has ended."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.container.init = grammar::parse_bool(value)?;
        Ok(())
    }
}

/// `-t`, `--tty`
#[derive(Debug)]
pub(in crate::flags) struct Tty;

impl Flag for Tty {
    fn long(&self) -> &'static str {
        "tty"
    }

    fn short(&self) -> Option<char> {
        Some('t')
    }

    fn takes(&self) -> Takes {
        Takes::Switch
    }

    fn heading(&self) -> Heading {
        Heading::Container
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(25))
    }

    fn summary(&self) -> &'static str {
        "Allocate a pseudo-TTY"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.container.terminal = grammar::parse_bool(value)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{parse_line, request_of};

    #[test]
    fn entrypoint_is_split_as_by_a_shell_and_the_last_one_counts() {
        let line = ["--entrypoint", "x", "--entrypoint", "sh -c 'a b'", "nginx", "c d"];
        let container = request_of(&line).container;
        assert_eq!(container.command, ["sh", "-c", "a b"]);
        assert_eq!(container.arguments, ["c d"]);
        assert_eq!(
            parse_line(&["--entrypoint", "'", "nginx"]).unwrap_err().to_string(),
            "invalid argument \"'\" for \"--entrypoint\" flag: EOF found when expecting closing quote"
        );
    }

    #[test]
    fn workdir_init_and_tty_are_the_images_own_unless_they_are_given() {
        let container = request_of(&["nginx"]).container;
        assert!(!container.init && !container.terminal && container.directory.is_empty());
        let container = request_of(&["-tw", "/a", "--init", "nginx"]).container;
        assert!(container.init && container.terminal);
        assert_eq!(container.directory, "/a");
    }
}
