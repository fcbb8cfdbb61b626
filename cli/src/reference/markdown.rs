//! A command as a page of Markdown.

use std::fmt::Write as _;

use clap::{Arg, Command};

use super::typed;

/// The table of all commands.
pub(super) fn index(root: &Command) -> String {
    let mut text = String::from(
        "# The commands\n\nMade by `cargo xtask docs` from the definitions that the help texts are made from.\n\n\
         | command | what it does |\n|---|---|\n",
    );
    for command in root.get_subcommands() {
        let (name, about) = (command.get_name(), about(command));
        let _infallible = writeln!(text, "| [`docker smsvc {name}`]({name}.md) | {} |", prose(&about));
    }
    text
}

/// One command, and the commands below it.
pub(super) fn page(command: &Command) -> String {
    let mut text = String::new();
    section(command, &mut text);
    text
}

fn section(command: &Command, text: &mut String) {
    let _infallible = write!(text, "# {}\n\n{}.\n\n", typed(command), prose(&about(command)));
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim();
    let _infallible = write!(text, "```console\n{usage}\n```\n\n");
    let long = command.get_long_about().map(ToString::to_string).unwrap_or_default();
    paragraphs(long.strip_prefix(&about(command)).unwrap_or(&long), text);
    let shown = |arg: &&Arg| !arg.is_hide_set() && arg.get_id() != "help";
    let (operands, flags): (Vec<&Arg>, Vec<&Arg>) =
        command.get_arguments().filter(shown).partition(|arg| arg.is_positional());
    if !operands.is_empty() {
        text.push_str("## Arguments\n\n");
        for arg in operands {
            argument(arg, text);
        }
    }
    let mut heading = None;
    for flag in flags {
        let own = flag.get_help_heading().unwrap_or("Options");
        if heading != Some(own) {
            let _infallible = write!(text, "## {own}\n\n");
            heading = Some(own);
        }
        argument(flag, text);
    }
    let after = command.get_after_long_help().or(command.get_after_help());
    paragraphs(&after.map(ToString::to_string).unwrap_or_default(), text);
    for below in command.get_subcommands() {
        section(below, text);
    }
}

fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

/// A flag or an operand: how it is written, and what it means.
fn argument(arg: &Arg, text: &mut String) {
    let names = arg.get_value_names().unwrap_or_default().join(" ");
    let takes_value = arg.get_action().takes_values();
    let written = match (arg.get_short(), arg.get_long()) {
        (_, None) => names,
        (short, Some(long)) => {
            let short = short.map(|short| format!("-{short}, ")).unwrap_or_default();
            if takes_value { format!("{short}--{long} {names}") } else { format!("{short}--{long}") }
        }
    };
    let _infallible = write!(text, "### `{written}`\n\n");
    let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
    paragraphs(&help, text);
    let defaults = arg.get_default_values().iter().map(|value| value.to_string_lossy());
    let defaults: Vec<_> = defaults.filter(|_| takes_value && !arg.is_hide_default_value_set()).collect();
    if !defaults.is_empty() {
        let _infallible = write!(text, "Default: `{}`.\n\n", defaults.join(" "));
    }
    let choices: Vec<String> =
        arg.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect();
    if takes_value && !choices.is_empty() {
        let _infallible = write!(text, "One of {}.\n\n", choices.join(", "));
    }
}

/// Lines that are indented are something to type.
fn paragraphs(help: &str, text: &mut String) {
    let mut typed = false;
    for line in help.trim().lines() {
        let indented = line.starts_with("  ") || (typed && line.is_empty());
        if indented != typed {
            text.push_str(if indented { "\n```console\n" } else { "```\n\n" });
            typed = indented;
        }
        let line = if indented { line.strip_prefix("  ").unwrap_or(line).to_owned() } else { prose(line) };
        text.push_str(line.trim_end());
        text.push('\n');
    }
    if typed {
        text.push_str("```\n");
    }
    if !help.trim().is_empty() {
        text.push('\n');
    }
}

/// Text in which Markdown sees nothing but what stands between backticks.
fn prose(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut code = false;
    for letter in text.chars() {
        code ^= letter == '`';
        if !code && matches!(letter, '<' | '*' | '_' | '|' | '[') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_typed_is_fenced_and_what_is_said_is_escaped() {
        let mut text = String::new();
        paragraphs("A host: *.a_b, or `*.x`.\n\nExamples:\n  one *\n\n      two\nEnd", &mut text);
        assert_eq!(
            text,
            "A host: \\*.a\\_b, or `*.x`.\n\nExamples:\n\n```console\none *\n\n    two\n```\n\nEnd\n\n"
        );
    }
}
