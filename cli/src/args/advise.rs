//! `docker smsvc advise`.

use clap::Args;

use super::Format;

/// Show services whose virtual IP buys nothing, and what each would free
///
/// A change to dnsrr is a rolling restart of all tasks of the service. Clients that keep a resolved address may ask
/// for the old virtual IP for a while after it is gone, so a service that is called by name by others is better changed
/// when it is quiet.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docker smsvc advise                     all services, the greatest savings first
  docker smsvc advise front web           those on network front, and service web
  docker smsvc advise --apply --dry-run   what --apply would change
  docker smsvc advise --apply --yes       change them, one by one, each verified")]
pub struct AdviseArgs {
    /// Networks and services, by name
    #[arg(value_name = "NETWORK|SERVICE")]
    pub names: Vec<String>,

    /// Change the services to dnsrr, one by one, and stop at the first that does not settle
    #[arg(long)]
    pub apply: bool,

    /// Show what --apply would change
    #[arg(long, requires = "apply")]
    pub dry_run: bool,

    /// Do not ask
    #[arg(short = 'y', long, requires = "apply")]
    pub yes: bool,

    /// Give up when a service has not settled after this time, as 90s or 5m
    #[arg(long, value_name = "DURATION", requires = "apply")]
    pub timeout: Option<String>,

    /// How to print the result: table, json, 'table TEMPLATE' or a Go template
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_default_value = true)]
    pub format: Format,
}
