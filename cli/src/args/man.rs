//! `docker smsvc man`.

use clap::Args;

/// Print the man page of a command
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docker smsvc man create | man -l -      the page of docker smsvc create
  docker smsvc man network redefine       of a command of two words")]
pub struct ManArgs {
    /// The command; docker smsvc itself without one
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,
}
