//! `docker smsvc budget`.

use std::time::Duration;

use clap::Args;

use super::Format;
use crate::flags::grammar::positive_nanoseconds;

/// Show how many addresses networks have, what holds them, and how many are left
///
/// Without NETWORK a table of all swarm networks; with it a map of the network's addresses, what holds them, and how many
/// more services fit. OWED is what services that exist already will still take.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docker smsvc budget                    all overlay networks of the swarm
  docker smsvc budget front              one of them, as a map
  docker smsvc budget front --watch      the map, live; Ctrl-C ends it
  docker smsvc budget --format json      every number, for programs")]
pub struct BudgetArgs {
    /// Networks, by name or id; all overlay networks without one
    #[arg(value_name = "NETWORK")]
    pub networks: Vec<String>,

    /// How to print the result: table, json, 'table TEMPLATE' or a Go template
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_default_value = true)]
    pub format: Format,

    /// Draw it again and again, until Ctrl-C
    #[arg(long)]
    pub watch: bool,

    /// Time between two drawings of --watch, as 2s or 500ms
    #[arg(long, value_name = "DURATION", default_value = "2s", value_parser = interval, requires = "watch")]
    pub interval: Duration,
}

/// Shorter than this, the engine would have nothing else to do.
const SHORTEST: Duration = Duration::from_millis(100);

fn interval(text: &str) -> Result<Duration, String> {
    let nanoseconds = positive_nanoseconds(text).map_err(|error| error.to_string())?;
    let interval = Duration::from_nanos(nanoseconds.unsigned_abs());
    if interval < SHORTEST { Err("at least 100ms".to_owned()) } else { Ok(interval) }
}
