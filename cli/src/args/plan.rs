//! `docker smsvc plan`.

use clap::{Args, ValueEnum, value_parser};
use ipnet::Ipv4Net;

use super::Format;

/// Size a network: the smallest subnet that holds what is to be on it, and where it can lie
///
/// From numbers, from stack files, or from a network of the swarm. The ranges overlap with no network of the engine,
/// and with no route of this host where the engine is a local one.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docker smsvc plan --services 20 --replicas 3 --nodes 5 --growth 50
  docker smsvc plan --services 40 --mode dnsrr --order start-first --headroom 20
  docker smsvc plan -f stack.yml shop            every network that the stack creates
  docker smsvc plan front --growth 100           a network of the swarm, with twice as much on it")]
pub struct PlanArgs {
    /// Network of the swarm to size anew; with -f the name of the stack
    #[arg(value_name = "NETWORK", conflicts_with = "services")]
    pub name: Option<String>,

    /// Stack file, or - for stdin
    #[arg(short = 'f', long = "file", value_name = "FILE", conflicts_with = "services")]
    pub files: Vec<String>,

    /// How many services
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1..), help_heading = "Numbers")]
    pub services: Option<u64>,

    /// How many replicas each
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Numbers")]
    pub replicas: u64,

    /// On how many nodes they run; those of the swarm without it
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1..), help_heading = "Numbers")]
    pub nodes: Option<u64>,

    /// Their endpoint mode
    #[arg(long, value_enum, default_value_t, help_heading = "Numbers")]
    pub mode: ModeChoice,

    /// Their update order
    #[arg(long, value_enum, default_value_t, help_heading = "Numbers")]
    pub order: OrderChoice,

    /// Their update parallelism; 0 means all tasks at once
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Numbers")]
    pub parallelism: u64,

    /// How many services are updated at the same time; all without it
    #[arg(long = "update-surge", value_name = "SERVICES", help_heading = "Numbers")]
    pub updated: Option<u64>,

    /// By how many percent it is to grow
    #[arg(long, value_name = "PERCENT", default_value_t = 0)]
    pub growth: u64,

    /// How many addresses are to stay free
    #[arg(long, value_name = "ADDRESSES", default_value_t = 0)]
    pub headroom: u64,

    /// Range to stay out of; may be given several times
    #[arg(long, value_name = "CIDR")]
    pub avoid: Vec<Ipv4Net>,

    /// How to print the result: table, json, 'table TEMPLATE' or a Go template
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_default_value = true)]
    pub format: Format,
}

/// `--mode`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ModeChoice {
    /// A virtual IP each
    #[default]
    Vip,
    /// None
    Dnsrr,
}

/// `--order`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum OrderChoice {
    /// The old task goes first
    #[default]
    StopFirst,
    /// The new task comes first
    StartFirst,
}
