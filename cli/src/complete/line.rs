//! Where in a command line the cursor stands.

use clap::{Arg, ArgAction, Command};

use super::{Directive, Offer, flags, subcommands};

/// What can stand where the cursor is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Known already.
    Known(Offer),
    /// A value of a flag or an argument.
    Value {
        /// The long name of the flag, or the name of the argument: `network`, `SERVICE`.
        of: String,
        /// What stands before the value in the same word: `--network=`.
        before: String,
        /// What is typed of it.
        prefix: String,
        /// The values that the command line itself knows.
        choices: Vec<String>,
    },
}

/// Reads the words behind `docker smsvc`, the last of them up to the cursor.
pub fn wanted(root: &Command, words: &[String]) -> Wanted {
    let (typed, before) =
        words.split_last().map_or(("", &[][..]), |(typed, before)| (typed.as_str(), before));
    let mut command = root;
    let mut arguments = 0;
    let mut waiting: Option<&Arg> = None;
    let mut only_arguments = false;
    for word in before {
        if waiting.take().is_some() {
            continue;
        }
        if only_arguments || !word.starts_with('-') || word == "-" {
            match command.find_subcommand(word) {
                Some(next) if arguments == 0 && !only_arguments => command = next,
                _ => arguments += 1,
            }
        } else if word == "--" {
            only_arguments = true;
        } else {
            waiting = flag(command, word).filter(|flag| takes_value(flag) && !word.contains('='));
        }
        // What follows an image belongs to the container.
        if arguments > 0 && command.get_arguments().any(Arg::is_trailing_var_arg_set) {
            return known(Vec::new(), Directive::Files);
        }
    }
    if let Some(flag) = waiting {
        return value(flag, "", typed);
    }
    if !only_arguments && typed.starts_with('-') {
        return match typed.split_once('=') {
            Some((name, prefix)) => match flag(command, name) {
                Some(flag) => value(flag, &format!("{name}="), prefix),
                None => known(Vec::new(), Directive::Only),
            },
            None => known(flags(command, typed), Directive::Only),
        };
    }
    let below = subcommands(command, typed);
    let mut positionals = command.get_positionals();
    let argument = positionals.nth(arguments).or_else(|| command.get_positionals().last());
    match argument {
        _ if !below.is_empty() && arguments == 0 => known(below, Directive::Only),
        Some(argument) => value(argument, "", typed),
        None => known(Vec::new(), Directive::Only),
    }
}

fn known(candidates: Vec<(String, String)>, directive: Directive) -> Wanted {
    Wanted::Known(Offer { candidates, directive })
}

fn flag<'c>(command: &'c Command, word: &str) -> Option<&'c Arg> {
    let name = word.split('=').next().unwrap_or(word);
    if let Some(long) = name.strip_prefix("--") {
        return command.get_arguments().find(|flag| flag.get_long() == Some(long));
    }
    // Of letters that stand together the last one may wait for a value.
    let letter = name.chars().next_back()?;
    command.get_arguments().find(|flag| flag.get_short() == Some(letter))
}

/// A switch has a value only behind an equals sign.
fn takes_value(flag: &Arg) -> bool {
    matches!(flag.get_action(), ArgAction::Set | ArgAction::Append) && !flag.is_require_equals_set()
}

fn value(of: &Arg, before: &str, prefix: &str) -> Wanted {
    let name = match (of.get_long(), of.get_value_names()) {
        (Some(long), _) => long.to_owned(),
        (None, Some([name, ..])) => name.to_string(),
        (None, _) => of.get_id().to_string(),
    };
    let is_switch = !takes_value(of) && of.get_long().is_some();
    let choices = if is_switch {
        vec!["true".to_owned(), "false".to_owned()]
    } else {
        of.get_possible_values().iter().map(|choice| choice.get_name().to_owned()).collect()
    };
    Wanted::Value { of: name, before: before.to_owned(), prefix: prefix.to_owned(), choices }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::command;

    fn at(line: &[&str]) -> Wanted {
        let words: Vec<String> = line.iter().map(|&word| word.to_owned()).collect();
        let mut root = command();
        root.build();
        wanted(&root, &words)
    }

    fn names(line: &[&str]) -> Vec<String> {
        match at(line) {
            Wanted::Known(offer) => offer.candidates.into_iter().map(|(name, _)| name).collect(),
            Wanted::Value { .. } => panic!("{line:?} wants a value"),
        }
    }

    fn value_of(line: &[&str]) -> (String, String) {
        match at(line) {
            Wanted::Value { of, prefix, .. } => (of, prefix),
            Wanted::Known(offer) => panic!("{line:?}: {offer:?}"),
        }
    }

    #[test]
    fn commands_and_flags_are_offered_where_they_stand() {
        assert_eq!(names(&["cr"]), ["create"]);
        assert_eq!(names(&["create", "--netw"]), ["--network"]);
        assert!(names(&["routes", "t"]).contains(&"test".to_owned()));
        assert!(names(&["create", "nginx", "--netw"]).is_empty());
    }

    #[test]
    fn a_value_is_wanted_behind_a_flag_that_takes_one() {
        for (line, of, prefix) in [
            (&["create", "--network", "fr"][..], "network", "fr"),
            (&["create", "--network=fr"], "network", "fr"),
            (&["create", "--detach", "--endpoint-mode", ""], "endpoint-mode", ""),
            (&["create", "--detach=t"], "detach", "t"),
            (&["ps", "-q", "we"], "SERVICE", "we"),
            (&["inspect", "web", ""], "SERVICE", ""),
            (&["ls", "-f", "na"], "filter", "na"),
        ] {
            assert_eq!(value_of(line), (of.to_owned(), prefix.to_owned()), "{line:?}");
        }
    }
}
