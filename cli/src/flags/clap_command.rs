//! A flag table as a clap command: what help, completion, man pages and reference pages are made from.
//!
//! clap never parses this command; [`parse`](super::parse()) does.

use clap::builder::ValueParser;
use clap::{Arg, ArgAction, Command};

use super::flag::{ApiVersion, Flag, Heading, Origin, Takes};
use super::line::{Line, Operands};

/// How much help is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HelpLength {
    /// `-h`: one line a flag.
    Short,
    /// `--help`: rules and examples, too.
    Long,
}

/// The oldest API that smsvc works with at all; flags say only what needs more.
const FLOOR: ApiVersion = ApiVersion::v1(41);

impl Line {
    /// The sub-command.
    pub fn command(&self) -> Command {
        let command = Command::new(self.name)
            .about(self.about)
            .bin_name(format!("docker smsvc {}", self.name))
            .override_usage(format!("docker smsvc {} {}", self.name, self.usage))
            .after_long_help(self.examples)
            .args(self.flags.iter().map(|flag| self.arg(*flag)))
            .disable_help_flag(true)
            .arg(help());
        match self.operands {
            Operands::Image => command.arg(Arg::new("IMAGE").help("The image to run").required(true)).arg(
                Arg::new("COMMAND")
                    .help("Arguments of the container, flags included")
                    .value_name("ARG")
                    .num_args(0..)
                    .trailing_var_arg(true)
                    .allow_hyphen_values(true),
            ),
            Operands::OneService => command
                .arg(Arg::new("SERVICE").help("Its name, its id, or the beginning of its id").required(true)),
            Operands::Services => command.arg(
                Arg::new("SERVICE")
                    .help("Services by name, by id, or by the beginning of an id")
                    .num_args(1..)
                    .required(true),
            ),
        }
    }

    fn arg(&self, flag: &'static dyn Flag) -> Arg {
        let arg = Arg::new(flag.long())
            .long(flag.long())
            .help(flag.summary())
            .long_help(self.long_help(flag))
            .hide_short_help(!flag.everyday())
            .help_heading(flag.heading().title())
            .value_parser(ValueParser::string());
        let arg = match flag.short() {
            Some(short) => arg.short(short),
            None => arg,
        };
        match flag.takes() {
            Takes::Switch => arg.action(ArgAction::SetTrue),
            Takes::One(value) => arg.action(ArgAction::Set).value_name(value).allow_hyphen_values(true),
            Takes::Many(value) => arg.action(ArgAction::Append).value_name(value).allow_hyphen_values(true),
        }
    }

    fn long_help(&self, flag: &dyn Flag) -> String {
        let mut text = format!("{}.", flag.summary());
        if !flag.choices().is_empty() {
            text.extend([" One of ", &flag.choices().join(", "), "."]);
        }
        // What is not given to an update stays as it is.
        let defaults = self.operands == Operands::Image || flag.origin() == Origin::Smsvc;
        if let Some(default) = flag.default().filter(|_| defaults) {
            text.extend([" Default: ", default, "."]);
        }
        if matches!(flag.takes(), Takes::Many(_)) {
            text.push_str(" Can be given several times.");
        }
        if let Some(version) = flag.min_api().filter(|version| *version > FLOOR) {
            text.extend([" Needs API ", &version.to_string(), "."]);
        }
        if flag.origin() == Origin::Smsvc {
            text.extend([" Not a flag of `docker service ", self.name, "`."]);
        }
        if !flag.details().is_empty() {
            text.push_str("\n\n");
            text.push_str(flag.details());
        }
        text
    }
}

/// Beside the other flags that are about the command itself, not under a heading of its own.
fn help() -> Arg {
    Arg::new("help")
        .short('h')
        .long("help")
        .action(ArgAction::Help)
        .help_heading(Heading::Command.title())
        .help("Print help; --help says more than -h")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flags::{CREATE, REMOVE, ROLLBACK, SCALE, UPDATE};

    #[test]
    fn clap_accepts_the_tables() {
        for line in [&CREATE, &UPDATE, &ROLLBACK, &SCALE, &REMOVE] {
            line.command().debug_assert();
        }
    }

    #[test]
    fn every_flag_is_in_the_long_help_and_everyday_ones_in_the_short_one() {
        for line in [&CREATE, &UPDATE, &ROLLBACK, &SCALE, &REMOVE] {
            shows_its_flags(line);
        }
    }

    fn shows_its_flags(line: &Line) {
        let (short, long) = (line.help(HelpLength::Short), line.help(HelpLength::Long));
        let shows =
            |help: &str, name: &str| help.lines().any(|line| line.split([' ', ',']).any(|word| word == name));
        for flag in line.flags {
            let name = format!("--{}", flag.long());
            assert!(shows(&long, &name) && long.contains(flag.heading().title()), "{name}");
            assert_eq!(shows(&short, &name), flag.everyday(), "{name}");
        }
    }

    #[test]
    fn the_short_help_fits_on_a_screen() {
        let help = CREATE.help(HelpLength::Short);
        assert!(help.lines().count() <= 45, "{help}");
        assert!(!help.contains("Examples:"));
    }
}
