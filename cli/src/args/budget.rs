//! `docker smsvc budget`.

use clap::Args;

use super::Format;

/// Show how many addresses networks have, what holds them, and how many are left
///
/// Counts what the engine counts: the gateway, one load-balancer address for each node with a task on the
/// network, one virtual IP for each vip service, and one address for each task. WAITING is what services that
/// exist already will still take.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docker smsvc budget                    all overlay networks of the swarm
  docker smsvc budget front              one of them
  docker smsvc budget --format json      every number, for programs")]
pub struct BudgetArgs {
    /// Networks, by name or id; all overlay networks without one
    #[arg(value_name = "NETWORK")]
    pub networks: Vec<String>,

    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}
