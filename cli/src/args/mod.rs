//! The command line's shape, and nothing else: no defaults from the environment, no files, no engine.
//!
//! `create` comes from the flag table in [`crate::flags`]; the other commands are small enough to be types.

mod advise;
mod boolean;
mod budget;
mod check;
mod doctor;
mod explain;
mod filter;
mod format;
mod gateway;
mod gateway_render;
mod hooks;
mod lint;
mod list;
mod man;
mod network;
mod openapi;
mod plan;
mod provider;
mod request;
mod routes;
mod sync;
mod usage_error;

use clap::builder::Styles;
use clap::error::ErrorKind;
use clap::{Args as _, Command, FromArgMatches as _};

pub use advise::AdviseArgs;
pub use budget::BudgetArgs;
pub use check::{CheckArgs, CheckFormat};
pub use doctor::DoctorArgs;
pub use explain::ExplainArgs;
pub use filter::{Filter, FilterError};
pub use format::Format;
pub use gateway::{
    AttachArgs, DownArgs, GatewayArgs, GatewayCommand, ImageArgs, PublishMode, StatusArgs, StatusFormat,
    UpArgs,
};
pub use gateway_render::{RenderArgs, Rendering};
pub use hooks::{HooksArgs, HooksCommand};
pub use lint::LintArgs;
pub use list::{InspectArgs, LsArgs, PsArgs};
pub use man::ManArgs;
pub use network::{
    CompletedJobsChoice, DumpArgs, Events, NetworkArgs, NetworkCommand, RedefineArgs, RestoreArgs,
    ResumeArgs, RoadArgs, StrategyName,
};
pub use openapi::{
    DocumentFormat, ExportArgs, ExportCommand, ExportCommandArgs, ImportArgs, ImportCommand,
    ImportCommandArgs, ImportOutput,
};
pub use plan::{ModeChoice, OrderChoice, PlanArgs};
pub use provider::ProviderArgs;
pub use request::{HeaderField, Moment, Url};
pub use routes::{RoutesArgs, RoutesCommand, TestArgs};
pub use sync::SyncArgs;
pub use usage_error::UsageError;

use crate::flags::{CREATE, Line, REMOVE, ROLLBACK, SCALE, UPDATE};
use crate::plugin::HOOK_COMMAND;
use boolean::boolean;

/// What the user asked for.
#[derive(Debug)]
pub enum Action {
    /// `create`, with what stands behind it: the flag table parses that itself.
    Create(Vec<String>),
    /// `ls`.
    Ls(LsArgs),
    /// `ps`.
    Ps(PsArgs),
    /// `inspect`.
    Inspect(InspectArgs),
    /// Of services that exist: `update`, `rollback`, `scale`, `rm`, `sync`.
    Change(Change),
    /// `budget`.
    Budget(BudgetArgs),
    /// `check`.
    Check(CheckArgs),
    /// `advise`.
    Advise(AdviseArgs),
    /// `plan`.
    Plan(Box<PlanArgs>),
    /// `doctor`.
    Doctor(DoctorArgs),
    /// `network …`.
    Network(Box<NetworkArgs>),
    /// `explain`.
    Explain(ExplainArgs),
    /// `lint`.
    Lint(LintArgs),
    /// `routes`, `routes test`.
    Routes(RoutesArgs),
    /// `import openapi`.
    Import(ImportArgs),
    /// `export openapi`.
    Export(ExportArgs),
    /// `provider`.
    Provider(ProviderArgs),
    /// `gateway …`.
    Gateway(Box<GatewayArgs>),
    /// `hooks …`.
    Hooks(HooksArgs),
    /// Docker asks what there is to say after a command of its own.
    Hook(String),
    /// `man`.
    Man(ManArgs),
    /// `version`.
    Version,
}

/// A change of services that exist. Where it has the words of its line, the flag tables parse these themselves.
#[derive(Debug)]
pub enum Change {
    /// `update`, `rollback`.
    Update(&'static Line, Vec<String>),
    /// `scale`.
    Scale(Vec<String>),
    /// `rm`.
    Remove(Vec<String>),
    /// `sync`.
    Sync(SyncArgs),
}

/// The name under which users know the program.
const NAME: &str = "docker smsvc";

/// The whole command tree.
pub fn command() -> Command {
    Command::new(NAME)
        .bin_name(NAME)
        .version(env!("CARGO_PKG_VERSION"))
        .styles(Styles::plain())
        .about("Swarm services with an address budget and API-group routes")
        .after_help("Run 'docker smsvc COMMAND --help' for more information on a command.")
        .override_usage("docker smsvc COMMAND")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .subcommand(LsArgs::augment_args(Command::new("ls").args_override_self(true)))
        .subcommand(PsArgs::augment_args(Command::new("ps").args_override_self(true)))
        .subcommand(InspectArgs::augment_args(Command::new("inspect").args_override_self(true)))
        .subcommand(CREATE.command())
        .subcommand(UPDATE.command())
        .subcommand(SCALE.command())
        .subcommand(ROLLBACK.command())
        .subcommand(REMOVE.command().visible_alias("remove"))
        .subcommand(BudgetArgs::augment_args(Command::new("budget")))
        .subcommand(CheckArgs::augment_args(Command::new("check")))
        .subcommand(AdviseArgs::augment_args(Command::new("advise")))
        .subcommand(PlanArgs::augment_args(Command::new("plan")))
        .subcommand(DoctorArgs::augment_args(Command::new("doctor")))
        .subcommand(NetworkArgs::augment_args(Command::new("network")))
        .subcommand(ExplainArgs::augment_args(Command::new("explain")))
        .subcommand(LintArgs::augment_args(Command::new("lint")))
        .subcommand(RoutesArgs::augment_args(Command::new("routes")))
        .subcommand(ImportCommandArgs::augment_args(Command::new("import")))
        .subcommand(ExportCommandArgs::augment_args(Command::new("export")))
        .subcommand(ProviderArgs::augment_args(Command::new("provider")))
        .subcommand(GatewayArgs::augment_args(Command::new("gateway")))
        .subcommand(SyncArgs::augment_args(Command::new("sync")))
        .subcommand(HooksArgs::augment_args(Command::new("hooks")))
        .subcommand(ManArgs::augment_args(Command::new("man")))
        .subcommand(Command::new("version").about("Show the version of the plugin"))
}

/// Why words are no action.
#[derive(Debug)]
pub enum Parsing {
    /// They ask for a text: help, or the version.
    Answer(String),
    /// They cannot be read.
    Wrong(UsageError),
}

/// Reads the words behind `docker smsvc`.
pub fn parse(words: &[String]) -> Result<Action, Parsing> {
    try_parse(words).map_err(|error| {
        // Help and version are answers, not errors.
        let is_answer =
            !error.use_stderr() || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
        if is_answer {
            return Parsing::Answer(error.render().to_string());
        }
        Parsing::Wrong(UsageError::new(&error, &mut command(), words))
    })
}

fn try_parse(words: &[String]) -> Result<Action, clap::Error> {
    // The words behind these follow docker's rules, not clap's.
    if let Some((first, rest)) = words.split_first() {
        match first.as_str() {
            "create" => return Ok(Action::Create(rest.to_vec())),
            "update" => return Ok(Action::Change(Change::Update(&UPDATE, rest.to_vec()))),
            "rollback" => return Ok(Action::Change(Change::Update(&ROLLBACK, rest.to_vec()))),
            "scale" => return Ok(Action::Change(Change::Scale(rest.to_vec()))),
            "rm" | "remove" => return Ok(Action::Change(Change::Remove(rest.to_vec()))),
            _ => {}
        }
    }
    if let [first, request] = words
        && first == HOOK_COMMAND
    {
        return Ok(Action::Hook(request.clone()));
    }
    let mut command = command();
    let matches =
        command.try_get_matches_from_mut(std::iter::once(NAME.to_owned()).chain(words.iter().cloned()))?;
    match matches.subcommand() {
        Some(("ls", matches)) => Ok(Action::Ls(LsArgs::from_arg_matches(matches)?)),
        Some(("ps", matches)) => Ok(Action::Ps(PsArgs::from_arg_matches(matches)?)),
        Some(("inspect", matches)) => Ok(Action::Inspect(InspectArgs::from_arg_matches(matches)?)),
        Some(("budget", matches)) => Ok(Action::Budget(BudgetArgs::from_arg_matches(matches)?)),
        Some(("advise", matches)) => Ok(Action::Advise(AdviseArgs::from_arg_matches(matches)?)),
        Some(("plan", matches)) => Ok(Action::Plan(Box::new(PlanArgs::from_arg_matches(matches)?))),
        Some(("check", matches)) => Ok(Action::Check(CheckArgs::from_arg_matches(matches)?)),
        Some(("doctor", matches)) => Ok(Action::Doctor(DoctorArgs::from_arg_matches(matches)?)),
        Some(("network", matches)) => Ok(Action::Network(Box::new(NetworkArgs::from_arg_matches(matches)?))),
        Some(("explain", matches)) => Ok(Action::Explain(ExplainArgs::from_arg_matches(matches)?)),
        Some(("lint", matches)) => Ok(Action::Lint(LintArgs::from_arg_matches(matches)?)),
        Some(("routes", matches)) => Ok(Action::Routes(RoutesArgs::from_arg_matches(matches)?)),
        Some(("import", matches)) => {
            let ImportCommand::Openapi(args) = ImportCommandArgs::from_arg_matches(matches)?.command;
            Ok(Action::Import(args))
        }
        Some(("export", matches)) => {
            let ExportCommand::Openapi(args) = ExportCommandArgs::from_arg_matches(matches)?.command;
            Ok(Action::Export(args))
        }
        Some(("gateway", matches)) => Ok(Action::Gateway(Box::new(GatewayArgs::from_arg_matches(matches)?))),
        Some(("hooks", matches)) => Ok(Action::Hooks(HooksArgs::from_arg_matches(matches)?)),
        Some(("man", matches)) => Ok(Action::Man(ManArgs::from_arg_matches(matches)?)),
        Some(("sync", matches)) => Ok(Action::Change(Change::Sync(SyncArgs::from_arg_matches(matches)?))),
        Some(("provider", matches)) => Ok(Action::Provider(ProviderArgs::from_arg_matches(matches)?)),
        _ => Ok(Action::Version),
    }
}
