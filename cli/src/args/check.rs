//! `docker smsvc check`.

use clap::{Args, ValueEnum};

use crate::plan::check::NetworkSize;

/// Check stack files before `docker stack deploy`: do they fit, and what would go wrong?
///
/// Reads the files as `docker stack deploy` does and counts the addresses of every network, ingress included: once all
/// is settled, while it is deployed, and in a later update of all services at once. Services of the stack that exist
/// already are counted as a change.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docker smsvc check -f stack.yml shop              as docker stack deploy -c stack.yml shop
  docker smsvc check -f base.yml -f prod.yml shop   several files, the later one wins
  docker smsvc check -f stack.yml --offline --nodes 3 --network-size proxy=10.0.8.0/24,used=40 shop
  docker smsvc check -f stack.yml --format github shop     annotations for a pull request

Exit code: 0 it fits, 3 it does not fit, 4 something in the files is wrong.
Warnings count with --strict only.")]
pub struct CheckArgs {
    /// Stack file, or - for stdin; may be given several times
    #[arg(
        short = 'f',
        long = "file",
        short_alias = 'c',
        alias = "compose-file",
        value_name = "FILE",
        required = true
    )]
    pub files: Vec<String>,

    /// Name of the stack
    #[arg(value_name = "STACK", conflicts_with = "stack")]
    pub name: Option<String>,

    /// Name of the stack, too
    #[arg(long, value_name = "NAME")]
    pub stack: Option<String>,

    /// Count services as removed that the files no longer have, as docker stack deploy --prune does
    #[arg(long)]
    pub prune: bool,

    /// Fail on warnings, too
    #[arg(long)]
    pub strict: bool,

    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    pub format: CheckFormat,

    /// Ask no engine: an empty swarm of --nodes nodes
    #[arg(long, help_heading = "Without a swarm")]
    pub offline: bool,

    /// How many nodes the swarm has, with --offline
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        requires = "offline",
        help_heading = "Without a swarm"
    )]
    pub nodes: u64,

    /// A network that is not there to be asked: `NAME=CIDR[,used=N][,nodes=N]`
    #[arg(long = "network-size", value_name = "SIZE", help_heading = "Without a swarm")]
    pub sizes: Vec<NetworkSize>,
}

/// How a check is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people
    #[default]
    Table,
    /// For programs
    Json,
    /// Annotations of GitHub's workflows
    Github,
}

impl CheckArgs {
    /// The name of the stack; docker has no default for it, so files without one are taken for a stack called `stack`.
    pub fn stack_name(&self) -> &str {
        self.name.as_deref().or(self.stack.as_deref()).unwrap_or("stack")
    }
}
