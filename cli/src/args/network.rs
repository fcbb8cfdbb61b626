//! `docker smsvc network …`.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use ipnet::IpNet;

use crate::flags::IpBudget;
use crate::flags::grammar::positive_nanoseconds;

/// Write networks and their services down, make them again, and redefine a network that is full
#[derive(Debug, Args)]
#[command(arg_required_else_help = true, subcommand_required = true)]
pub struct NetworkArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: NetworkCommand,
}

/// The commands on networks.
#[derive(Debug, Subcommand)]
pub enum NetworkCommand {
    /// Write a network and every service on it to one JSON document
    Dump(DumpArgs),
    /// Make the networks and services of a dump that are missing
    Restore(RestoreArgs),
    /// Give a network other address ranges without losing a service
    Redefine(RedefineArgs),
    /// Go on with a redefinition that was interrupted
    Resume(ResumeArgs),
    /// Go back to the ranges that a network had before its redefinition
    Undo(ResumeArgs),
}

/// Write a network and every service on it to one JSON document
///
/// The document is lossless: the specs are the engine's own, with networks, configs and secrets by name. What configs
/// and secrets hold is not in it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docker smsvc network dump front                    to standard output
  docker smsvc network dump front back -o dump.json  to a file
  docker smsvc network dump --all -o swarm.json      every network and service of the swarm")]
pub struct DumpArgs {
    /// The networks, by name or id
    #[arg(value_name = "NETWORK", required_unless_present = "all")]
    pub networks: Vec<String>,

    /// Every overlay network of the swarm, and every service
    #[arg(long, conflicts_with = "networks")]
    pub all: bool,

    /// The file to write; one that exists is replaced as a whole
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Make the networks and services of a dump that are missing
///
/// What is there and equal is left alone; what differs is reported and left alone, too. On another swarm, names are
/// mapped to its ids; networks, configs and secrets that it lacks are listed before anything changes. So is a network
/// that has too few addresses for the services that are missing.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docker smsvc network restore dump.json            make what is missing
  docker smsvc network restore --dry-run dump.json  only say what that is
  docker smsvc network restore -                    read the dump from standard input

The exit code is 1 where something differs from the dump.")]
pub struct RestoreArgs {
    /// The dump; `-` for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// Say what would be made, and make nothing
    #[arg(long)]
    pub dry_run: bool,

    /// What to do where the networks have too few addresses for what is missing
    #[arg(long, value_enum, value_name = "POLICY", default_value_t)]
    pub ip_budget: IpBudget,

    /// Send registry credentials to the nodes, as `docker service create` does
    #[arg(long)]
    pub with_registry_auth: bool,

    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    pub format: Events,
}

/// Give a network other address ranges without losing a service
///
/// Checks everything first, shows the plan with what each service will feel, and asks. Every step is in a journal on
/// disk before it is taken: after a crash `network resume` goes on and `network undo` goes back.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docker smsvc network redefine front --subnet 10.20.0.0/20
  docker smsvc network redefine front --subnet 10.20.0.0/20 --dry-run
  docker smsvc network redefine front --subnet 10.20.0.0/20 --strategy rolling
  docker smsvc network redefine front --subnet 10.20.0.0/20 --gateway 10.20.0.1 --ip-range 10.20.8.0/21 --yes

The strategy `recreate` removes all services of the network and makes them again: nothing answers meanwhile. The
strategy `rolling` moves them over a network in transit: services of several tasks keep answering, every task is
replaced four times.")]
pub struct RedefineArgs {
    /// The network, by name or id
    #[arg(value_name = "NETWORK")]
    pub network: String,

    /// The new address ranges, in CIDR notation
    #[arg(long, value_name = "CIDR", required = true)]
    pub subnet: Vec<IpNet>,

    /// The gateway of a range
    #[arg(long, value_name = "IP")]
    pub gateway: Vec<IpAddr>,

    /// The part of a range that addresses are handed out from
    #[arg(long, value_name = "CIDR")]
    pub ip_range: Vec<IpNet>,

    /// A driver option to set, as in `docker network create`
    #[arg(short, long = "opt", value_name = "KEY=VALUE")]
    pub options: Vec<String>,

    /// By which way
    #[arg(long, value_enum, default_value_t)]
    pub strategy: StrategyName,

    /// The range of the network in transit, for `--strategy rolling`; without it a free one is chosen
    #[arg(long, value_name = "CIDR")]
    pub transit_subnet: Option<IpNet>,

    /// What becomes of completed jobs, which the engine would run again
    #[arg(long, value_enum, value_name = "WHAT")]
    pub completed_jobs: Option<CompletedJobsChoice>,

    /// Go on although nobody knows whether the image of a service can be had
    #[arg(long)]
    pub unverified_images: bool,

    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,

    /// Show the plan, and change nothing
    #[arg(long)]
    pub dry_run: bool,

    /// How it goes on
    #[command(flatten)]
    pub road: RoadArgs,
}

/// Go on with, or back from, a redefinition that was interrupted
#[derive(Debug, Args)]
pub struct ResumeArgs {
    /// The network, where several redefinitions are unfinished
    #[arg(value_name = "NETWORK")]
    pub network: Option<String>,

    /// How it goes on
    #[command(flatten)]
    pub road: RoadArgs,
}

/// What all that walk the way have in common.
#[derive(Debug, Args)]
pub struct RoadArgs {
    /// Send registry credentials to the nodes, as `docker service create` does
    #[arg(long)]
    pub with_registry_auth: bool,

    /// How long to wait for the tasks of one service; 0 for as long as it takes
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = limit)]
    pub timeout: Duration,

    /// The folder of the journals, instead of the one of the user
    #[arg(long, value_name = "FOLDER")]
    pub journal: Option<PathBuf>,

    /// How to print what happens
    #[arg(long, value_enum, default_value_t)]
    pub format: Events,
}

/// `--strategy`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum StrategyName {
    /// All services are removed and made again
    #[default]
    Recreate,
    /// Services move over a network in transit, one at a time
    Rolling,
}

/// `--completed-jobs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CompletedJobsChoice {
    /// They are made again, and run again
    Run,
    /// They are not made again; the journal keeps their specs
    LeaveOut,
}

/// How events are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Events {
    /// For people
    #[default]
    Text,
    /// One JSON object a line, as things happen
    Json,
}

/// A limit, of which 0 is none, as in all commands that wait.
fn limit(text: &str) -> Result<Duration, String> {
    seconds(text).map(|limit| if limit.is_zero() { Duration::MAX } else { limit })
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let nanoseconds = positive_nanoseconds(text).map_err(|error| error.to_string())?;
    u64::try_from(nanoseconds).map(Duration::from_nanos).map_err(|error| error.to_string())
}
