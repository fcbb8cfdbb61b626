//! Reads a command line as Docker's parser (spf13/pflag) does.
//!
//! The flags of `create` stand before the image; everything from the image on belongs to the container. Elsewhere they
//! stand anywhere. Names are not
//! abbreviated. A switch takes a value only after `=`. Letters can be written together, and the first one that
//! takes a value takes the rest of the word.

use super::clap_command::HelpLength;
use super::draft::Draft;
use super::error::{FlagError, FlagName};
use super::flag::{Flag, Takes};
use super::line::{CREATE, Line, Operands};
use super::request::CreateRequest;
use super::shell::Shell;
use super::update_request::{ServicesRequest, UpdateRequest};

/// What a command line asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked<R> {
    /// Something to do.
    For(Box<R>),
    /// Help, which wins over whatever follows it, but not over an error before it.
    Help(HelpLength),
}

/// Parses what follows `docker smsvc create`.
pub fn parse(arguments: &[String], shell: &Shell) -> Result<Asked<CreateRequest>, FlagError> {
    read(&CREATE, arguments, shell, |draft, operands| {
        let (image, command) = operands.split_first().ok_or(FlagError::Operands { line: &CREATE })?;
        Ok(draft.finish(image, command)?)
    })
}

/// Parses what follows `docker smsvc update` or `docker smsvc rollback`.
pub fn parse_update(
    line: &'static Line,
    arguments: &[String],
    shell: &Shell,
) -> Result<Asked<UpdateRequest>, FlagError> {
    read(line, arguments, shell, |draft, operands| Ok(draft.finish_update(operands.concat())?))
}

/// Parses what follows `docker smsvc scale` or `docker smsvc rm`.
pub fn parse_services(
    line: &'static Line,
    arguments: &[String],
    shell: &Shell,
) -> Result<Asked<ServicesRequest>, FlagError> {
    read(line, arguments, shell, |draft, operands| Ok(draft.finish_services(operands)))
}

fn read<R>(
    line: &'static Line,
    arguments: &[String],
    shell: &Shell,
    finish: impl FnOnce(Draft<'_>, &[String]) -> Result<R, FlagError>,
) -> Result<Asked<R>, FlagError> {
    let mut draft = Draft::new(shell);
    let mut words = Words { line, rest: arguments };
    let mut operands = Vec::new();
    while let Some(word) = words.next() {
        let help = if word == "--" {
            operands.extend_from_slice(words.rest);
            break;
        } else if let Some(long) = word.strip_prefix("--") {
            long_flag(word, long, &mut words, &mut draft)?
        } else if word.len() > 1 && word.starts_with('-') {
            short_flags(word, &mut words, &mut draft)?
        } else {
            operands.push(word.to_owned());
            if line.operands == Operands::Image {
                operands.extend_from_slice(words.rest);
                break;
            }
            None
        };
        if let Some(length) = help {
            return Ok(Asked::Help(length));
        }
    }
    if !line.takes_operands(operands.len()) {
        return Err(FlagError::Operands { line });
    }
    Ok(Asked::For(Box::new(finish(draft, &operands)?)))
}

struct Words<'a> {
    line: &'static Line,
    rest: &'a [String],
}

impl<'a> Words<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let (word, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(word)
    }
}

fn long_flag(
    word: &str,
    long: &str,
    words: &mut Words<'_>,
    draft: &mut Draft<'_>,
) -> Result<Option<HelpLength>, FlagError> {
    if long.starts_with(['-', '=']) {
        return Err(FlagError::Syntax { word: word.to_owned() });
    }
    let (name, value) = match long.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (long, None),
    };
    let Some(flag) = words.line.by_long(name) else {
        let help = (name == "help").then_some(HelpLength::Long);
        return help.map(Some).ok_or_else(|| FlagError::UnknownLong { name: name.to_owned() });
    };
    let value = match (value, flag.takes()) {
        (Some(value), _) => value,
        (None, Takes::Switch) => "true",
        (None, _) => words.next().ok_or_else(|| FlagError::MissingLongValue { word: word.to_owned() })?,
    };
    apply(flag, value, draft)?;
    Ok(None)
}

fn short_flags(
    word: &str,
    words: &mut Words<'_>,
    draft: &mut Draft<'_>,
) -> Result<Option<HelpLength>, FlagError> {
    let mut cluster = &word[1..];
    while let Some(letter) = cluster.chars().next() {
        let rest = &cluster[letter.len_utf8()..];
        let Some(flag) = words.line.by_short(letter) else {
            let unknown = || FlagError::UnknownShort { letter, cluster: cluster.to_owned() };
            return (letter == 'h').then_some(Some(HelpLength::Short)).ok_or_else(unknown);
        };
        let after_equals = rest.strip_prefix('=').filter(|value| !value.is_empty());
        let value = match (after_equals, flag.takes()) {
            (Some(value), _) => value,
            (None, Takes::Switch) => {
                apply(flag, "true", draft)?;
                cluster = rest;
                continue;
            }
            (None, _) if !rest.is_empty() => rest,
            (None, _) => words
                .next()
                .ok_or_else(|| FlagError::MissingShortValue { letter, cluster: cluster.to_owned() })?,
        };
        apply(flag, value, draft)?;
        break;
    }
    Ok(None)
}

fn apply(flag: &'static dyn Flag, value: &str, draft: &mut Draft<'_>) -> Result<(), FlagError> {
    let invalid =
        |cause| FlagError::InvalidValue { flag: FlagName::of(flag), value: value.to_owned(), cause };
    flag.apply(value, draft).map_err(invalid)?;
    draft.note(flag, value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::flags::{TABLE, parse_line, request_of};

    fn error(line: &[&str]) -> String {
        parse_line(line).unwrap_err().to_string()
    }

    #[test]
    fn everything_from_the_image_on_belongs_to_the_container() {
        let request = request_of(&["--name", "a", "nginx", "--badflag", "-d", "--", "x"]);
        assert_eq!(request.image.as_given(), "nginx");
        assert_eq!(request.container.arguments, ["--badflag", "-d", "--", "x"]);
        assert!(!request.run.detach);
    }

    #[test]
    fn two_dashes_end_the_flags_once() {
        assert_eq!(request_of(&["--name", "a", "--", "nginx", "--x"]).container.arguments, ["--x"]);
        assert_eq!(request_of(&["--", "--x"]).image.as_given(), "--x");
        assert_eq!(request_of(&["--name", "--", "nginx"]).name, "--");
    }

    #[test]
    fn a_single_dash_and_an_empty_word_are_images() {
        assert_eq!(request_of(&["-", "nginx"]).image.as_given(), "-");
        assert_eq!(request_of(&[""]).image.as_given(), "");
    }

    #[test]
    fn a_value_follows_as_a_word_or_after_an_equals_sign() {
        for line in [["--name", "a", "x"].as_slice(), &["--name=a", "x"]] {
            assert_eq!(request_of(line).name, "a");
        }
        assert_eq!(request_of(&["--name", "--x", "nginx"]).name, "--x");
        assert_eq!(request_of(&["--name=", "nginx"]).name, "");
        assert_eq!(request_of(&["--name=a=b", "nginx"]).name, "a=b");
    }

    #[test]
    fn the_last_scalar_wins() {
        assert_eq!(request_of(&["--name", "a", "--name", "b", "nginx"]).name, "b");
    }

    #[test]
    fn letters_can_stand_together_and_the_first_with_a_value_takes_the_rest() {
        let request = request_of(&["-dqp8080:80", "nginx"]);
        assert!(request.run.detach && request.run.quiet);
        assert_eq!(request.ports[0].published, Some(8080));
        for line in [["-p=8080:80", "x"].as_slice(), &["-p", "8080:80", "x"], &["-p8080:80", "x"]] {
            assert_eq!(request_of(line).ports[0].target, 80);
        }
    }

    #[test]
    fn a_switch_takes_a_value_only_after_an_equals_sign() {
        assert!(!request_of(&["--detach=F", "nginx"]).run.detach);
        assert!(!request_of(&["-d=0", "nginx"]).run.detach);
        assert_eq!(request_of(&["--detach", "false"]).image.as_given(), "false");
        assert_eq!(error(&["-d=", "nginx"]), "unknown shorthand flag: '=' in -=");
    }

    #[test]
    fn errors_are_worded_as_docker_words_them() {
        for (line, message) in [
            (["--foo=1", "x"].as_slice(), "unknown flag: --foo"),
            (&["--nam", "x"], "unknown flag: --nam"),
            (&["-x", "x"], "unknown shorthand flag: 'x' in -x"),
            (&["-dxy", "x"], "unknown shorthand flag: 'x' in -xy"),
            (&["-dp"], "flag needs an argument: 'p' in -p"),
            (&["--publish"], "flag needs an argument: --publish"),
            (&["--=x"], "bad flag syntax: --=x"),
            (&["---x"], "bad flag syntax: ---x"),
            (&["-p=", "x"], "invalid argument \"=\" for \"-p, --publish\" flag: invalid containerPort: ="),
            (
                &["-d=true=x", "x"],
                "invalid argument \"true=x\" for \"-d, --detach\" flag: strconv.ParseBool: parsing \"true=x\": invalid syntax",
            ),
        ] {
            assert_eq!(error(line), message, "{line:?}");
        }
    }

    #[test]
    fn an_image_is_needed() {
        for line in [[].as_slice(), &["--"], &["--name", "a"]] {
            assert_eq!(parse_line(line), Err(FlagError::Operands { line: &CREATE }));
        }
    }

    #[test]
    fn help_is_found_among_flags_and_letters_but_not_behind_the_image() {
        assert_eq!(parse_line(&["--name", "a", "--help"]), Ok(Asked::Help(HelpLength::Long)));
        assert_eq!(parse_line(&["-dh"]), Ok(Asked::Help(HelpLength::Short)));
        assert_eq!(request_of(&["nginx", "--help"]).container.arguments, ["--help"]);
        assert!(parse_line(&["--foo", "--help"]).is_err());
    }

    /// Words that are flags, parts of flags and values, so that a good part of the lines is well-formed.
    fn words() -> impl Strategy<Value = Vec<String>> {
        let flags: Vec<String> = TABLE
            .iter()
            .flat_map(|flag| {
                let long = format!("--{}", flag.long());
                [format!("{long}="), long].into_iter().chain(flag.short().map(|short| format!("-{short}")))
            })
            .collect();
        let odd = "[-=,:/a-z0-9\".é{}* ]{0,10}";
        let word = prop_oneof![
            prop::sample::select(flags.clone()),
            (prop::sample::select(flags), odd).prop_map(|(flag, value)| flag + &value),
            odd.prop_map(String::from),
        ];
        prop::collection::vec(word, 0..8)
    }

    proptest! {
        #[test]
        fn no_line_is_too_odd(line in words()) {
            let line: Vec<&str> = line.iter().map(String::as_str).collect();
            if let Err(error) = parse_line(&line) {
                prop_assert!(!error.to_string().is_empty());
                prop_assert!(matches!(error.exit_code(), 1 | 125));
            }
        }

        #[test]
        fn what_stands_behind_the_image_changes_nothing_else(line in words(), more in words()) {
            let line: Vec<&str> = line.iter().map(String::as_str).chain(["--", "nginx"]).collect();
            let longer: Vec<&str> = line.iter().copied().chain(more.iter().map(String::as_str)).collect();
            if let (Ok(Asked::For(short)), Ok(Asked::For(long))) = (parse_line(&line), parse_line(&longer)) {
                prop_assert_eq!(long.container.arguments.len(), short.container.arguments.len() + more.len());
                prop_assert_eq!(long.labels, short.labels);
                prop_assert_eq!(long.given, short.given);
            } else {
                prop_assert_eq!(parse_line(&line).is_ok(), parse_line(&longer).is_ok());
            }
        }
    }
}
