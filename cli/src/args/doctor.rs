//! `docker smsvc doctor`.

use clap::Args;

use super::Format;

/// Say what keeps tasks from running, since when, and what helps
///
/// Names the tasks that wait for an address, on which network, and the tasks that are stuck for another reason: no
/// suitable node, an image that cannot be had, a task that fails. For each it names ways out, with their commands.
/// Without an argument it also warns of redefinitions of networks that are not finished.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docker smsvc doctor                    every service of the swarm
  docker smsvc doctor web                one service
  docker smsvc doctor front              every service on one network
  docker smsvc doctor web --format json  the same for programs

The exit code is 1 where something is found.")]
pub struct DoctorArgs {
    /// A service or a network, by name or id; the whole swarm without one
    #[arg(value_name = "SERVICE|NETWORK")]
    pub target: Option<String>,

    /// How to print the result: table, json, 'table TEMPLATE' or a Go template
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_default_value = true)]
    pub format: Format,
}
