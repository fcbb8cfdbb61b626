//! `docker smsvc routes` and `docker smsvc routes test`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Format, HeaderField, Moment, Url};

/// Show the routes that service labels declare
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_precedence_over_arg = true)]
#[command(after_help = "Examples:
  docker smsvc routes --group petstore
  docker smsvc routes test GET http://api.example.com/v2/pets/7
  docker smsvc routes test GET http://api.example.com/v2/pets -H 'X-Tenant: acme'
  docker smsvc routes test GET http://api.example.com/v2/pets -H \"Authorization: Bearer $TOKEN\" --at 2026-08-01T12:00:00Z")]
pub struct RoutesArgs {
    /// Only the routes of this API group
    #[arg(long, value_name = "NAME")]
    pub group: Option<String>,

    /// How to print the result: table, json, 'table TEMPLATE' or a Go template
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_default_value = true)]
    pub format: Format,

    /// `test`, or nothing
    #[command(subcommand)]
    pub command: Option<RoutesCommand>,
}

/// What can be done with routes besides showing them.
#[derive(Debug, Subcommand)]
pub enum RoutesCommand {
    /// Say what Traefik would do with a request, and why
    Test(TestArgs),
}

/// A request that is only thought of.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// The method, as GET
    #[arg(value_name = "METHOD")]
    pub method: String,

    /// The URL, as `http://api.example.com/v2/pets/7`; a path alone means no host in particular
    #[arg(value_name = "URL")]
    pub url: Url,

    /// A request header, as `Name: value`
    #[arg(short = 'H', long = "header", value_name = "HEADER")]
    pub headers: Vec<HeaderField>,

    /// When the request comes, for the time of its token: seconds since 1970, or as 2026-08-01T12:00:00Z; now without it
    #[arg(long, value_name = "TIME")]
    pub at: Option<Moment>,

    /// A copy of the file that smsvc.auth.secret-file names
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,

    /// How to print the result: table, json, 'table TEMPLATE' or a Go template
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_default_value = true)]
    pub format: Format,
}
