//! A command line that cannot be read, in docker's words: people and scripts know them.
//!
//! clap finds what is wrong; here it is only said again, for every command alike.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};

use crate::flags::grammar::quote;
use crate::template::ParseError;

/// What is wrong with a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageError {
    message: String,
    exit: u8,
}

/// docker's code for flags that cannot be read.
const FLAGS: u8 = 125;
/// docker's code for everything else.
const OTHER: u8 = 1;

impl UsageError {
    /// Says an error of clap again. `root` is the command tree, `words` what was parsed.
    pub(super) fn new(error: &clap::Error, root: &mut Command, words: &[String]) -> Self {
        root.build();
        let command = deepest(root, words);
        let name = command.get_bin_name().unwrap_or_default().to_owned();
        let (message, exit, see) = match error.kind() {
            ErrorKind::UnknownArgument => unknown(error, command, &name, words),
            ErrorKind::InvalidSubcommand => {
                let wrong = context(error, ContextKind::InvalidSubcommand).unwrap_or_default();
                (unknown_command(root, &name, &wrong), OTHER, "Run")
            }
            ErrorKind::MissingRequiredArgument => missing(error, command, &name),
            ErrorKind::InvalidValue | ErrorKind::ValueValidation => match invalid(error, command, words) {
                Ok(message) => (message, FLAGS, "Run"),
                Err(template) => {
                    return Self { message: format!("template parsing error: {template}"), exit: OTHER };
                }
            },
            _ => {
                let text = error.render().to_string();
                let first = text.lines().next().unwrap_or_default();
                (first.trim_start_matches("error: ").to_owned(), FLAGS, "Run")
            }
        };
        let usage = usage(command);
        Self { message: format!("{message}\n\n{usage}\n\n{see} '{name} --help' for more information"), exit }
    }

    /// The text, with the usage below it.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The status to exit with.
    pub fn exit_code(&self) -> u8 {
        self.exit
    }
}

/// `Usage:  docker smsvc ls [OPTIONS]`, with docker's two spaces.
fn usage(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    usage.lines().next().unwrap_or_default().replacen("Usage: ", "Usage:  ", 1)
}

fn deepest<'c>(root: &'c Command, words: &[String]) -> &'c Command {
    words
        .iter()
        .fold((root, true), |(command, going_on), word| match command.find_subcommand(word) {
            Some(next) if going_on => (next, true),
            _ => (command, false),
        })
        .0
}

type Said = (String, u8, &'static str);

fn unknown(error: &clap::Error, command: &Command, name: &str, words: &[String]) -> Said {
    let wrong = context(error, ContextKind::InvalidArg).unwrap_or_default();
    if let Some(long) = wrong.strip_prefix("--") {
        let long = long.split('=').next().unwrap_or(long);
        return (format!("unknown flag: --{long}"), FLAGS, "Run");
    }
    if let Some(letter) = wrong.strip_prefix('-').and_then(|letters| letters.chars().next()) {
        let cluster = words.iter().find_map(|word| {
            let letters = word.strip_prefix('-').filter(|letters| !letters.starts_with('-'))?;
            letters.find(letter).map(|at| letters[at..].to_owned())
        });
        let cluster = cluster.unwrap_or_else(|| letter.to_string());
        return (format!("unknown shorthand flag: '{letter}' in -{cluster}"), FLAGS, "Run");
    }
    let most = command.get_positionals().count();
    let rule = if most == 0 {
        "accepts no arguments".to_owned()
    } else {
        format!("accepts at most {}", arguments(most))
    };
    (format!("docker: '{name}' {rule}"), OTHER, "Run")
}

fn missing(error: &clap::Error, command: &Command, name: &str) -> Said {
    let required = command.get_positionals().filter(|positional| positional.is_required_set());
    let required: Vec<&Arg> = required.collect();
    let shown = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(shown)) => shown.as_slice(),
        _ => &[],
    };
    let flags = || shown.iter().all(|shown| shown.trim_start_matches('<').starts_with("--"));
    if required.is_empty() && !flags() {
        let all = command.get_arguments().any(|arg| arg.get_long() == Some("all"));
        let instead = if all { ", or --all" } else { "" };
        return (format!("docker: '{name}' requires at least 1 argument{instead}"), OTHER, "See");
    }
    if required.is_empty() || (!shown.is_empty() && flags()) {
        // clap shows one of several as `<--this <VALUE>|--that>`.
        let either = |shown: &String| {
            let names = shown.split(['<', '>', '|', ' ']).filter_map(|word| word.strip_prefix("--"));
            names.map(quote).collect::<Vec<_>>().join(" or ")
        };
        let missing: Vec<String> = shown.iter().map(either).collect();
        return (format!("required flag(s) {} not set", missing.join(", ")), OTHER, "Run");
    }
    let many = command
        .get_positionals()
        .any(|positional| positional.get_num_args().is_some_and(|count| count.max_values() > 1));
    let least = if many || command.get_positionals().count() > required.len() { "at least " } else { "" };
    (format!("docker: '{name}' requires {least}{}", arguments(required.len())), OTHER, "See")
}

fn arguments(count: usize) -> String {
    if count == 1 { "1 argument".to_owned() } else { format!("{count} arguments") }
}

/// A value that a flag does not take. A template has its own words.
fn invalid(error: &clap::Error, command: &Command, words: &[String]) -> Result<String, ParseError> {
    use std::error::Error as _;
    let cause = error.source();
    if let Some(template) = cause.and_then(|cause| cause.downcast_ref::<ParseError>()) {
        return Err(template.clone());
    }
    let value = context(error, ContextKind::InvalidValue).unwrap_or_default();
    let shown = context(error, ContextKind::InvalidArg).unwrap_or_default();
    let arg = command.get_arguments().find(|arg| arg.to_string() == shown);
    let choices = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(choices)) => choices.as_slice(),
        _ => &[],
    };
    if value.is_empty() && cause.is_none() && choices.is_empty() {
        // The line ends with the flag.
        let letters = words.last().and_then(|word| word.strip_prefix('-'));
        if let Some(letters) = letters.filter(|letters| !letters.starts_with('-')) {
            let letter = letters.chars().next_back().unwrap_or_default();
            return Ok(format!("flag needs an argument: '{letter}' in -{letter}"));
        }
        let long = arg.and_then(Arg::get_long).unwrap_or(&shown);
        return Ok(format!("flag needs an argument: --{long}"));
    }
    let name = match arg.map(|arg| (arg.get_short(), arg.get_long(), arg.get_value_names())) {
        Some((Some(short), Some(long), _)) => format!("\"-{short}, --{long}\" flag"),
        Some((None, Some(long), _)) => format!("\"--{long}\" flag"),
        Some((_, None, Some([name, ..]))) => name.to_string(),
        _ => shown,
    };
    let why = match cause {
        Some(cause) => cause.to_string(),
        None => format!("must be one of {}", choices.join(", ")),
    };
    Ok(format!("invalid argument {} for {name}: {why}", quote(&value)))
}

fn unknown_command(root: &Command, name: &str, wrong: &str) -> String {
    let near = root
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
        .flat_map(Command::get_name_and_visible_aliases)
        .map(|known| (distance(known, wrong), known))
        .filter(|(distance, known)| *distance <= 2 || known.starts_with(wrong))
        .min();
    let unknown = format!("docker: unknown command: {name} {wrong}");
    match near {
        Some((_, known)) => format!("{unknown}\n\nDid you mean this?\n\t{known}"),
        None => unknown,
    }
}

fn context(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => texts.first().cloned(),
        _ => None,
    }
}

/// How many letters have to be changed, added or taken away (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (at, candidate) in other.iter().enumerate() {
            let change = diagonal + usize::from(letter != *candidate);
            diagonal = row[at + 1];
            row[at + 1] = change.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use crate::args::{Parsing, parse};

    fn said(line: &str) -> (String, u8) {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        match parse(&words) {
            Err(Parsing::Wrong(error)) => {
                (error.message().lines().next().unwrap_or_default().to_owned(), error.exit_code())
            }
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn what_is_wrong_is_said_in_dockers_words() {
        for (line, message, exit) in [
            ("ls --badflag", "unknown flag: --badflag", 125),
            ("ls --badflag=1", "unknown flag: --badflag", 125),
            ("ls -qz", "unknown shorthand flag: 'z' in -z", 125),
            ("ls -aq", "unknown shorthand flag: 'a' in -aq", 125),
            ("ls web", "docker: 'docker smsvc ls' accepts no arguments", 1),
            ("ps", "docker: 'docker smsvc ps' requires at least 1 argument", 1),
            ("network dump", "docker: 'docker smsvc network dump' requires at least 1 argument, or --all", 1),
            ("network redefine front", "required flag(s) \"subnet\" not set", 1),
            (
                "network redefine --subnet 10.0.0.0/8",
                "docker: 'docker smsvc network redefine' requires 1 argument",
                1,
            ),
            ("routes test GET", "docker: 'docker smsvc routes test' requires 2 arguments", 1),
            ("ls --format", "flag needs an argument: --format", 125),
            (
                "ls -f x",
                "invalid argument \"x\" for \"-f, --filter\" flag: bad format of filter (expected name=value)",
                125,
            ),
            (
                "ls --quiet=x",
                "invalid argument \"x\" for \"-q, --quiet\" flag: strconv.ParseBool: parsing \"x\": invalid syntax",
                125,
            ),
            ("ls --format {{", "template parsing error: template: :1: unclosed action", 1),
            ("nope", "docker: unknown command: docker smsvc nope", 1),
        ] {
            assert_eq!(said(line), (message.to_owned(), exit), "{line}");
        }
    }

    #[test]
    fn a_command_that_is_nearly_one_is_suggested() {
        let words = ["inspct".to_owned()];
        let Err(Parsing::Wrong(error)) = parse(&words) else { panic!("it is none") };
        let expected = "docker: unknown command: docker smsvc inspct\n\nDid you mean this?\n\tinspect\n\n\
                        Usage:  docker smsvc COMMAND\n\nRun 'docker smsvc --help' for more information";
        assert_eq!(error.message(), expected);
    }
}
