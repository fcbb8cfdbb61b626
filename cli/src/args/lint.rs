//! `docker smsvc lint`.

use clap::Args;

use super::CheckFormat;

/// Find what is wrong with the labels of services, before Traefik drops them without a word
///
/// Judges the API groups, and the labels for Traefik itself. Nothing is changed. The exit code is 4 where an error was
/// found, and 0 otherwise.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docker smsvc lint
  docker smsvc lint --strict --format json")]
pub struct LintArgs {
    /// Fail on warnings, too
    #[arg(long)]
    pub strict: bool,

    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    pub format: CheckFormat,
}
