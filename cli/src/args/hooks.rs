//! `docker smsvc hooks`.

use clap::{Args, Subcommand};

/// Hints after `docker service create` and `docker network create`
///
/// With hooks enabled, docker prints one line after these commands when a network of the swarm is nearly full. The
/// setting is in config.json, which keeps everything else that is in it.
#[derive(Debug, Clone, Copy, Args)]
#[command(arg_required_else_help = true)]
pub struct HooksArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: HooksCommand,
}

/// What to do with the hooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum HooksCommand {
    /// Switch the hints on
    Enable,
    /// Switch the hints off
    Disable,
    /// Show whether they are on
    Status,
}
