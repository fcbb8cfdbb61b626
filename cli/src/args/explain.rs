//! `docker smsvc explain`.

use clap::Args;

use super::Format;

/// Say who balances the load of a service, what it holds, and why its endpoint mode is what it is
///
/// Traefik over the task addresses, IPVS behind the virtual IP, the routing mesh, or the client by DNS; on which OSI
/// layer; which addresses that takes on which network; and what the other endpoint mode would change.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docker smsvc explain web
  docker smsvc explain web --format json")]
pub struct ExplainArgs {
    /// A service, by name or id
    #[arg(value_name = "SERVICE")]
    pub service: String,

    /// How to print the result: table, json, 'table TEMPLATE' or a Go template
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_default_value = true)]
    pub format: Format,
}
