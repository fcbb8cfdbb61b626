//! `docker smsvc ls`, `ps` and `inspect`: the flags of `docker service ls`, `ps` and `inspect`.

use clap::{ArgAction, Args};

use super::{Filter, Format, boolean};

/// List services
///
/// The first six columns are those of `docker service ls`. Behind them stand the endpoint mode, the number of
/// addresses that the service holds on all networks together, and the API group.
#[derive(Debug, Args)]
#[command(
    visible_alias = "list",
    override_usage = "docker smsvc ls [OPTIONS]",
    after_help = "Examples:
  docker smsvc ls --filter name=web
  docker smsvc ls --format 'table {{.Name}}\\t{{.EndpointMode}}\\t{{.IPs}}\\t{{.Group}}'
  docker smsvc ls -q --filter label=smsvc.group=petstore"
)]
pub struct LsArgs {
    /// Filter output based on conditions provided: id, label, mode, name
    #[arg(short, long = "filter", value_name = "FILTER", allow_hyphen_values = true)]
    pub filters: Vec<Filter>,

    /// How to print the result: table, json, 'table TEMPLATE' or a Go template
    #[arg(long, value_name = "FORMAT", allow_hyphen_values = true)]
    pub format: Option<Format>,

    /// Only display IDs
    #[arg(short, long, action = ArgAction::Set, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", hide_default_value = true, hide_possible_values = true, value_name = "BOOL", value_parser = boolean)]
    pub quiet: bool,
}

/// List the tasks of one or more services
///
/// The first eight columns are those of `docker service ps`. Behind them stand the addresses of the task.
#[derive(Debug, Args)]
#[command(
    override_usage = "docker smsvc ps [OPTIONS] SERVICE [SERVICE...]",
    after_help = "Examples:
  docker smsvc ps web
  docker smsvc ps --filter desired-state=running --no-trunc web api"
)]
pub struct PsArgs {
    /// Services, by name, id, or the beginning of an id
    #[arg(value_name = "SERVICE", required = true)]
    pub services: Vec<String>,

    /// Filter output based on conditions provided: id, name, node, desired-state
    #[arg(short, long = "filter", value_name = "FILTER", allow_hyphen_values = true)]
    pub filters: Vec<Filter>,

    /// How to print the result: table, json, 'table TEMPLATE' or a Go template
    #[arg(long, value_name = "FORMAT", allow_hyphen_values = true)]
    pub format: Option<Format>,

    /// Do not map IDs to Names
    #[arg(long, action = ArgAction::Set, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", hide_default_value = true, hide_possible_values = true, value_name = "BOOL", value_parser = boolean)]
    pub no_resolve: bool,

    /// Do not truncate output
    #[arg(long, action = ArgAction::Set, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", hide_default_value = true, hide_possible_values = true, value_name = "BOOL", value_parser = boolean)]
    pub no_trunc: bool,

    /// Only display task IDs
    #[arg(short, long, action = ArgAction::Set, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", hide_default_value = true, hide_possible_values = true, value_name = "BOOL", value_parser = boolean)]
    pub quiet: bool,
}

/// Display detailed information on one or more services
///
/// The JSON is the engine's, whole. --pretty shows docker's summary, and below it the endpoint mode with its reason,
/// the addresses and the API group with its routes.
#[derive(Debug, Args)]
#[command(
    override_usage = "docker smsvc inspect [OPTIONS] SERVICE [SERVICE...]",
    after_help = "Examples:
  docker smsvc inspect web
  docker smsvc inspect --pretty web
  docker smsvc inspect --format '{{json .Spec.EndpointSpec}}' web api"
)]
pub struct InspectArgs {
    /// Services, by name, id, or the beginning of an id
    #[arg(value_name = "SERVICE", required = true)]
    pub services: Vec<String>,

    /// json or a Go template
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        allow_hyphen_values = true,
        default_value = "",
        hide_default_value = true
    )]
    pub format: String,

    /// Print the information in a human friendly format
    #[arg(long, action = ArgAction::Set, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", hide_default_value = true, hide_possible_values = true, value_name = "BOOL", value_parser = boolean)]
    pub pretty: bool,
}
