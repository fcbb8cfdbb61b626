//! What the shell offers after Tab: cobra's `__complete` protocol, answered from the command tree.
//!
//! Values that the swarm knows are fetched with a short timeout, and silently left out where that fails. Nothing here
//! runs docker again: during completion it would call us.

mod line;
mod value;

pub use line::{Wanted, wanted};
pub use value::values;

use clap::Command;

/// The sub-commands by which docker, and its older completion script, ask.
pub const COMMANDS: [&str; 2] = ["__complete", "__completeNoDesc"];

/// What the shell may do beside offering the candidates (cobra's directives).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Directive {
    /// Offer files, where there is no candidate.
    Files = 0,
    /// Offer the candidates only.
    Only = 4,
    /// As `Only`, and add no space behind one.
    OnlyOpen = 6,
}

/// What is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Candidates, with what they are.
    pub candidates: Vec<(String, String)>,
    /// What else the shell may do.
    pub directive: Directive,
}

impl Offer {
    /// The answer of the protocol: a candidate a line, and the directive last.
    pub fn text(&self, described: bool) -> String {
        let mut lines: Vec<String> = self
            .candidates
            .iter()
            .map(|(candidate, what)| {
                if described && !what.is_empty() { format!("{candidate}\t{what}") } else { candidate.clone() }
            })
            .collect();
        lines.push(format!(":{}", self.directive as u8));
        lines.join("\n")
    }
}

/// The sub-commands that begin with `prefix`.
fn subcommands(command: &Command, prefix: &str) -> Vec<(String, String)> {
    let shown = command.get_subcommands().filter(|command| !command.is_hide_set());
    shown
        .filter(|command| command.get_name().starts_with(prefix))
        .map(|command| {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            (command.get_name().to_owned(), about)
        })
        .collect()
}

/// The long flags that begin with `prefix`.
fn flags(command: &Command, prefix: &str) -> Vec<(String, String)> {
    let flags = command.get_arguments().filter(|flag| !flag.is_hide_set());
    flags
        .filter_map(|flag| {
            let help = flag.get_help().map(ToString::to_string).unwrap_or_default();
            Some((format!("--{}", flag.get_long()?), help))
        })
        .chain([("--help".to_owned(), "Show the help".to_owned())])
        .filter(|(flag, _)| flag.starts_with(prefix))
        .collect()
}
