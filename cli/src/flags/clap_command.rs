//! The flag table as a clap command: what help, completion, man pages and reference pages are made from.
//!
//! clap never parses this command; [`parse`](super::parse()) does.

use clap::builder::ValueParser;
use clap::{Arg, ArgAction, Command};

use super::flag::{ApiVersion, Flag, Origin, Takes};
use super::table::TABLE;

/// How much help is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HelpLength {
    /// `-h`: one line a flag.
    Short,
    /// `--help`: rules and examples, too.
    Long,
}

const EXAMPLES: &str = "\
Examples:
  A service with two routes of an API; the endpoint mode is chosen, the addresses are checked:

      docker smsvc create --name pets --network front --group petstore --host api.example.com \\
        --base /v2 --port 8080 --route 'GET,POST /pets' --route 'GET /pets/{petId}' example/pets:3

  A plain service, exactly as `docker service create` would make it:

      docker smsvc create --name db --network back --endpoint-mode vip --ip-budget off postgres:18

  What would be done, without doing it:

      docker smsvc create --dry-run --name web --replicas 200 --network front nginx";

/// The oldest API that smsvc works with at all; flags say only what needs more.
const FLOOR: ApiVersion = ApiVersion::v1(41);

/// The command `create`.
pub fn command() -> Command {
    Command::new("create")
        .about("Create a service, after choosing its endpoint mode and checking its networks' addresses")
        .bin_name("docker smsvc create")
        .override_usage("docker smsvc create [OPTIONS] IMAGE [COMMAND] [ARG...]")
        .after_long_help(EXAMPLES)
        .args(TABLE.iter().map(|flag| arg(*flag)))
        .arg(Arg::new("IMAGE").help("The image to run").required(true))
        .arg(
            Arg::new("COMMAND")
                .help("Arguments of the container, flags included")
                .value_name("ARG")
                .num_args(0..)
                .trailing_var_arg(true)
                .allow_hyphen_values(true),
        )
}

/// The help text, without colours, as Docker's.
pub fn help(length: HelpLength) -> String {
    let styled = match length {
        HelpLength::Short => command().render_help(),
        HelpLength::Long => command().render_long_help(),
    };
    styled.to_string()
}

fn arg(flag: &'static dyn Flag) -> Arg {
    let arg = Arg::new(flag.long())
        .long(flag.long())
        .help(flag.summary())
        .long_help(long_help(flag))
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

fn long_help(flag: &dyn Flag) -> String {
    let mut text = format!("{}.", flag.summary());
    if !flag.choices().is_empty() {
        text.extend([" One of ", &flag.choices().join(", "), "."]);
    }
    if let Some(default) = flag.default() {
        text.extend([" Default: ", default, "."]);
    }
    if matches!(flag.takes(), Takes::Many(_)) {
        text.push_str(" Can be given several times.");
    }
    if let Some(version) = flag.min_api().filter(|version| *version > FLOOR) {
        text.extend([" Needs API ", &version.to_string(), "."]);
    }
    if flag.origin() == Origin::Smsvc {
        text.push_str(" Not a flag of `docker service create`.");
    }
    if !flag.details().is_empty() {
        text.push_str("\n\n");
        text.push_str(flag.details());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clap_accepts_the_table() {
        command().debug_assert();
    }

    #[test]
    fn every_flag_is_in_the_long_help_and_everyday_ones_in_the_short_one() {
        let (short, long) = (help(HelpLength::Short), help(HelpLength::Long));
        let shows =
            |help: &str, name: &str| help.lines().any(|line| line.split([' ', ',']).any(|word| word == name));
        for flag in TABLE {
            let name = format!("--{}", flag.long());
            assert!(shows(&long, &name) && long.contains(flag.heading().title()), "{name}");
            assert_eq!(shows(&short, &name), flag.everyday(), "{name}");
        }
    }

    #[test]
    fn the_short_help_fits_on_a_screen() {
        let help = help(HelpLength::Short);
        assert!(help.lines().count() <= 50, "{help}");
        assert!(!help.contains("Examples:"));
    }
}
