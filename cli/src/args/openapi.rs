//! `docker smsvc import openapi` and `docker smsvc export openapi`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use smsvc_core::name::Name;

use crate::openapi::{ImportOptions, PrefixFrom, Selection};

/// Read routes from a description of an API
#[derive(Debug, Args)]
pub struct ImportCommandArgs {
    /// The notation of the description
    #[command(subcommand)]
    pub command: ImportCommand,
}

/// What can be read.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Read an OpenAPI description and print the routes that it means
    Openapi(ImportArgs),
}

/// Read an OpenAPI description and print the routes that it means
///
/// Swagger 2.0 and OpenAPI 3.0, 3.1 and 3.2 are read, as JSON or YAML. What cannot be said in a route is listed, and
/// costs nothing else.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docker smsvc import openapi petstore.yaml
  docker smsvc import openapi petstore.yaml --tag pet --output create
  curl -s https://api.example.com/openapi.json | docker smsvc import openapi - --output compose")]
pub struct ImportArgs {
    /// The description; - for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// What to print
    #[arg(long, short, value_enum, value_name = "WHAT", default_value_t)]
    pub output: ImportOutput,

    /// Only operations with this tag
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,

    /// Only the operation with this id, or written as 'GET /pets/{petId}'
    #[arg(long = "operation", value_name = "ID", value_delimiter = ',')]
    pub operations: Vec<String>,

    /// API group; the title of the description without it
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub group: Option<Name>,

    /// Where the base path of the group comes from
    #[arg(long, value_enum, value_name = "WHERE", default_value_t)]
    pub prefix_from: PrefixSource,

    /// Take the hosts of the servers for those of the group
    #[arg(long)]
    pub hosts: bool,

    /// Since when operations are deprecated that do not say it, as 2026-01-31
    #[arg(long, value_name = "DATE")]
    pub deprecated_since: Option<String>,

    /// Refuse a description of which anything cannot be mapped
    #[arg(long)]
    pub strict: bool,
}

/// What `import` prints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ImportOutput {
    /// One label a line
    #[default]
    Labels,
    /// One option of `docker smsvc create` a line
    Options,
    /// A service of a stack file
    Compose,
    /// A whole `docker smsvc create` command
    Create,
    /// Everything, for programs
    Json,
}

/// Where the base path comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum PrefixSource {
    /// The servers of the description
    #[default]
    Servers,
    /// Nowhere: its paths are complete
    None,
}

/// Write what is deployed as a description of an API
#[derive(Debug, Args)]
pub struct ExportCommandArgs {
    /// The notation of the description
    #[command(subcommand)]
    pub command: ExportCommand,
}

/// What can be written.
#[derive(Debug, Subcommand)]
pub enum ExportCommand {
    /// Write an API group as an OpenAPI description
    Openapi(ExportArgs),
}

/// Write an API group as an OpenAPI 3.1 description
///
/// Each operation has the service that answers it for a tag. An import of the description gives the same routes again.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docker smsvc export openapi --group petstore
  docker smsvc export openapi --group petstore --format yaml > petstore.yaml")]
pub struct ExportArgs {
    /// The API group
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub group: Name,

    /// The version that the description gives the API
    #[arg(long, value_name = "VERSION", default_value = "1.0.0")]
    pub api_version: String,

    /// The notation
    #[arg(long, value_enum, default_value_t)]
    pub format: DocumentFormat,
}

/// How a document is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum DocumentFormat {
    /// JSON, indented
    #[default]
    Json,
    /// YAML
    Yaml,
}

pub(super) fn name(text: &str) -> Result<Name, String> {
    Name::parse(text).map_err(|error| error.to_string())
}

impl ImportArgs {
    /// What the mapping is asked for.
    pub fn options(&self) -> ImportOptions {
        ImportOptions {
            selection: Selection { tags: self.tags.clone(), operations: self.operations.clone() },
            prefix: match self.prefix_from {
                PrefixSource::Servers => PrefixFrom::Servers,
                PrefixSource::None => PrefixFrom::Nowhere,
            },
            hosts: self.hosts,
            deprecated_since: self.deprecated_since.clone(),
            strict: self.strict,
            taken: BTreeSet::new(),
        }
    }
}
