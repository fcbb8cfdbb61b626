//! Everything that can end a command, with its words, its hint, its code and its exit code.
//!
//! A message is one line for each thing that is wrong. The codes are those of `docs/errors.md` and keep their meaning.

mod budget;
mod converge;
mod gateway;
mod network;
mod openapi;
mod update;

use std::ffi::OsString;
use std::io;
use std::net::SocketAddr;

use smsvc_core::budget::BudgetError;
use smsvc_core::endpoint::EndpointError;
use smsvc_core::merge::Conflict;
use smsvc_core::table::TableError;

use crate::args::UsageError;
use crate::commands::ConvergeError;
use crate::commands::gateway::GatewayError;
use crate::commands::network::NetworkError;
pub use openapi::OpenApiFileError;

use crate::engine::registry::CredentialError;
use crate::engine::{EngineError, HostError, Network};
use crate::finding::Finding;
use crate::flags::{FlagError, Line, RequestError};
use crate::plan::BudgetRefusal;
use crate::plugin::GlobalsError;
use crate::provider::{SecretError, TlsError};
use crate::publish::PublishError;
use crate::reserve::ReserveError;
use crate::template::{ExecError, ParseError};

pub use update::UpdateError;

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub enum Error {
    /// The command line is not one of ours.
    Usage(UsageError),
    /// A command line that is read as docker's is not one.
    Flags {
        /// Whose line it is.
        line: &'static Line,
        /// What is wrong with it.
        error: FlagError,
    },
    /// The words before the plugin's name.
    Globals(GlobalsError),
    /// No engine can be named.
    Host(HostError),
    /// The engine did not answer, or refused.
    Engine(EngineError),
    /// No network of this name in the swarm.
    NetworkUnknown {
        /// As the user wrote it.
        name: String,
    },
    /// No service of this name in the swarm.
    ServiceUnknown {
        /// As the user wrote it.
        name: String,
    },
    /// `man` of a command that there is not.
    CommandUnknown {
        /// As the user wrote it.
        command: String,
    },
    /// Nothing of this name in the swarm.
    NeitherServiceNorNetwork {
        /// As the user wrote it.
        name: String,
    },
    /// `doctor` found something; what, it has said.
    Diagnosed {
        /// How many things.
        findings: usize,
    },
    /// A stack file that cannot be read.
    StackFile {
        /// As the user named it.
        name: String,
        /// What the operating system says.
        error: io::Error,
    },
    /// `check` says no; why, it has said.
    Checked {
        /// It is only about addresses.
        budget: bool,
        /// How many things there are to look at.
        findings: usize,
    },
    /// `plan` without anything to size.
    NothingToPlan,
    /// `plan` finds no place for what is asked; why, it has said.
    NoRangeFound {
        /// For how many networks.
        networks: usize,
    },
    /// A network of this node only.
    NetworkNotSwarm {
        /// Its name.
        name: String,
        /// Its driver.
        driver: String,
    },
    /// The routing mesh's own network.
    NetworkIsIngress {
        /// Its name.
        name: String,
    },
    /// A member of an API group on no overlay network.
    OverlayMissing {
        /// The group.
        group: String,
    },
    /// A label that names a network which the service is not on.
    LabelledNetworkMissing {
        /// The network.
        name: String,
    },
    /// What can go wrong only with a service that exists.
    Update(UpdateError),
    /// A service of this name exists.
    NameTaken {
        /// The name.
        name: String,
    },
    /// A member of an API group that does not say where its tasks listen.
    PortMissing {
        /// The group.
        group: String,
    },
    /// An endpoint mode that cannot work.
    Endpoint(EndpointError),
    /// It does not fit.
    Budget(BudgetRefusal),
    /// The budget cannot be made up.
    Uncounted(BudgetError),
    /// The change cannot be kept apart from those of other clients.
    Reserve(ReserveError),
    /// The credentials of a registry cannot be had.
    Credentials(CredentialError),
    /// The user asked to stop.
    Interrupted,
    /// An argument that is no text.
    NotUnicode {
        /// The argument.
        argument: OsString,
    },
    /// What was to be printed is not where it was to go.
    ResultLost {
        /// Why.
        reason: String,
    },
    /// A group that cannot be published as it was asked for.
    Publish(PublishError),
    /// Routes that collide with those of other services.
    Conflict(Vec<Conflict>),
    /// The routes of all services do not make a table together.
    Table(TableError),
    /// A group that is asked for and that no service declares.
    GroupUnknown {
        /// Its name.
        name: String,
    },
    /// A lint has found something, and has said what.
    Linted,
    /// What would come with a change, by the rules of lint.
    Refused(Vec<Finding>),
    /// A description of an API that gives no routes.
    OpenApi(OpenApiFileError),
    /// The service did not come to run as it was asked for.
    Converge(ConvergeError),
    /// The service was removed while it was waited for.
    ServiceGone {
        /// Its id.
        id: String,
    },
    /// The provider's address cannot be had.
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system says.
        error: io::Error,
    },
    /// The secret of the provider's readers cannot be had.
    Secret(SecretError),
    /// The provider's certificate cannot be had.
    Tls(TlsError),
    /// A command on networks.
    Network(NetworkError),
    /// A command on gateways.
    Gateway(GatewayError),
    /// Services that there are not.
    NoSuchServices {
        /// As the user wrote them.
        names: Vec<String>,
    },
    /// The beginning of the ids of several services.
    AmbiguousService {
        /// As the user wrote it.
        prefix: String,
    },
    /// Services that cannot be shown.
    NotInspected {
        /// Why, one by one.
        errors: Vec<String>,
    },
    /// `inspect --pretty --format …`.
    PrettyWithFormat,
    /// A `--format` in `config.json` that is none.
    Format(ParseError),
    /// A `--format` that cannot be printed.
    Template(ExecError),
    /// The process could not start its threads.
    Runtime(io::Error),
}

/// Exit codes, as the README lists them.
mod exit {
    /// The engine refused, or could not be reached.
    pub(super) const FAILED: u8 = 1;
    /// The address budget refused.
    pub(super) const BUDGET: u8 = 3;
    /// Labels, routes or endpoint mode were refused.
    pub(super) const DECLARATION: u8 = 4;
    /// The user stopped it before anything was changed.
    pub(super) const INTERRUPTED: u8 = 130;
    /// The command line is wrong (docker's own code).
    pub(super) const USAGE: u8 = 125;
}

impl Error {
    /// For values that do not go together on this line.
    pub fn request(line: &'static Line, error: RequestError) -> Self {
        Self::Flags { line, error: error.into() }
    }

    /// For a network that exists on this node and not in the swarm.
    pub fn network_not_swarm(network: &Network) -> Self {
        Self::NetworkNotSwarm { name: network.name.clone(), driver: network.driver.clone() }
    }

    /// The exit code of the process.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(error) => error.exit_code(),
            Self::Globals(GlobalsError::SeveralHosts) | Self::Publish(PublishError::NoGroup(_)) => {
                exit::FAILED
            }
            Self::NothingToPlan
            | Self::Globals(_)
            | Self::NotUnicode { .. }
            | Self::CommandUnknown { .. } => exit::USAGE,
            Self::Flags { error, .. } if error.code().is_some() => exit::DECLARATION,
            Self::Flags { error, .. } => error.exit_code(),
            Self::Update(error) => error.exit_code(),
            Self::Budget(_)
            | Self::NoRangeFound { .. }
            | Self::Checked { budget: true, .. }
            | Self::Network(NetworkError::NoRoom(_)) => exit::BUDGET,
            Self::Interrupted
            | Self::Gateway(GatewayError::HalfWay)
            | Self::Network(NetworkError::Interrupted { .. }) => exit::INTERRUPTED,
            Self::Endpoint(_)
            | Self::OpenApi(_)
            | Self::Checked { budget: false, .. }
            | Self::Linted
            | Self::Refused(_)
            | Self::Publish(_)
            | Self::Conflict(_)
            | Self::PortMissing { .. }
            | Self::OverlayMissing { .. }
            | Self::LabelledNetworkMissing { .. } => exit::DECLARATION,
            _ => exit::FAILED,
        }
    }

    /// What went wrong: one line for each thing that did.
    pub fn message(&self) -> String {
        match self {
            Self::Usage(error) => error.message().to_owned(),
            Self::Flags { error: FlagError::Request(RequestError::Labels(errors)), .. } => {
                lines(errors.iter().map(|error| format!("{}: {error}", error.code())))
            }
            Self::Flags { error: FlagError::Request(RequestError::OpenApi(error)), .. }
            | Self::OpenApi(error) => error.message(),
            Self::Flags { error, .. } if let Some(code) = error.code() => format!("{code}: {error}"),
            Self::Flags { line, error } => match error.usage(line) {
                Some(usage) => format!("{error}\n\n{usage}"),
                None => error.to_string(),
            },
            Self::Globals(error) => error.to_string(),
            Self::Host(error) => error.to_string(),
            Self::Engine(EngineError::Refused { message, .. }) => {
                format!("Error response from daemon: {message}")
            }
            Self::Engine(error) => error.to_string(),
            Self::NetworkUnknown { name } => format!("Error response from daemon: network {name} not found"),
            Self::ServiceUnknown { name } => format!("service {name} not found"),
            Self::CommandUnknown { command } => format!("there is no command `docker smsvc {command}`"),
            Self::NeitherServiceNorNetwork { name } => {
                format!("the swarm has no service and no network {name}")
            }
            Self::NothingToPlan => "name a network, stack files with -f, or --services".to_owned(),
            Self::NoRangeFound { networks: 1 } => "there is no free range for the network".to_owned(),
            Self::NoRangeFound { networks } => format!("there is no free range for {networks} networks"),
            Self::StackFile { name, error } => format!("cannot read {name}: {error}"),
            Self::Diagnosed { findings: 1 } | Self::Checked { findings: 1, .. } => {
                "1 problem found".to_owned()
            }
            Self::Diagnosed { findings } | Self::Checked { findings, .. } => {
                format!("{findings} problems found")
            }
            Self::NetworkNotSwarm { name, driver } => {
                format!(
                    "network {name} is a {driver} network of this node: a service needs an overlay network of the swarm"
                )
            }
            Self::NetworkIsIngress { name } => {
                format!("network {name} is the routing mesh: a service joins it by publishing a port")
            }
            Self::Update(error) => error.message(),
            Self::NameTaken { name } => format!("a service named {name} exists already"),
            Self::PortMissing { group } => {
                format!("E106: a service of API group {group} has to say on which port its tasks listen")
            }
            Self::OverlayMissing { group } => {
                format!(
                    "E302: a service of API group {group} has to be on an overlay network that Traefik is on, too"
                )
            }
            Self::LabelledNetworkMissing { name } => {
                format!(
                    "E302: the label smsvc.network names {name}, which is no overlay network of the service"
                )
            }
            Self::Endpoint(error) => format!("{}: {error}", endpoint_code(*error)),
            Self::Budget(refusal) => lines(refusal.lines()),
            Self::Uncounted(error) => format!("the address budget cannot be made up: {error}"),
            Self::Reserve(error) => format!("E310: {error}"),
            Self::Credentials(error) => error.to_string(),
            Self::Interrupted => "interrupted; nothing was changed".to_owned(),
            Self::ResultLost { reason } => format!("cannot write the result: {reason}"),
            Self::NotUnicode { argument } => format!("{} is no text in UTF-8", argument.display()),
            Self::Conflict(conflicts) => {
                lines(conflicts.iter().map(|conflict| format!("{}: {conflict}", conflict.code())))
            }
            Self::Publish(error) => error.lines().join("\n"),
            Self::Linted => "there is something to change".to_owned(),
            Self::Refused(findings) => lines(findings.iter().map(ToString::to_string)),
            Self::Table(error) => {
                format!("E211: the routes of all services are too many for one table: {error}")
            }
            Self::GroupUnknown { name } => format!("no service declares the API group {name}"),
            Self::Converge(error) => format!("{}: {error}", error.code()),
            Self::ServiceGone { id } => format!("service {id} was removed"),
            Self::Listen { address, error } => format!("cannot listen on {address}: {error}"),
            Self::Secret(error) => error.to_string(),
            Self::Tls(error) => error.to_string(),
            Self::Network(error) => error.message(),
            Self::Gateway(error) => error.message(),
            Self::NoSuchServices { names } => {
                lines(names.iter().map(|name| format!("no such service: {name}")))
            }
            Self::AmbiguousService { prefix } => {
                format!("multiple services found with provided prefix: {prefix}")
            }
            Self::NotInspected { errors } => errors.join("\n"),
            Self::PrettyWithFormat => "--format is incompatible with human friendly format".to_owned(),
            Self::Format(error) => format!("template parsing error: {error}"),
            Self::Template(error) => format!("template parsing error: {error}"),
            Self::Runtime(error) => format!("cannot start: {error}"),
        }
    }

    /// What the user can do about it.
    pub fn hints(&self) -> Vec<String> {
        let one = |text: &str| vec![text.to_owned()];
        match self {
            Self::OpenApi(error) => error.hint().into_iter().collect(),
            Self::Publish(error) => error.hint().into_iter().collect(),
            Self::Refused(findings) => findings.iter().filter_map(|finding| finding.hint.clone()).collect(),
            Self::Flags { error, .. } => error.hint().into_iter().collect(),
            Self::Engine(EngineError::Unreachable { .. }) => {
                one("is the engine running? DOCKER_HOST, -H or --context choose another")
            }
            Self::Engine(EngineError::NotAManager) => one(
                "`docker swarm init` makes this engine a manager; -H or --context reach a manager elsewhere",
            ),
            Self::NetworkUnknown { .. } | Self::NetworkNotSwarm { .. } => {
                one("`docker network ls --filter scope=swarm` lists the networks that will do")
            }
            Self::ServiceUnknown { .. } => one("`docker service ls` lists all services"),
            Self::CommandUnknown { .. } => one("`docker smsvc --help` lists them"),
            Self::NeitherServiceNorNetwork { .. } => {
                one("`docker service ls` and `docker network ls --filter scope=swarm` list what there is")
            }
            Self::Update(error) => error.hints(),
            Self::NameTaken { name } => vec![format!(
                "`docker service update {name}` changes it; --name gives the new one another name"
            )],
            Self::PortMissing { .. } => one("add --port, as in --port 8080"),
            Self::OverlayMissing { .. } => one("add --network with the network of Traefik"),
            Self::LabelledNetworkMissing { name } => {
                vec![format!("add --network {name}, or leave the label away")]
            }
            Self::Endpoint(EndpointError::DnsrrWithIngressPort) => {
                one("publish the port with mode=host, or leave the endpoint mode to --endpoint-mode auto")
            }
            Self::Endpoint(EndpointError::DnsrrWithLbSwarm) => {
                one("leave the label away, or use --endpoint-mode vip")
            }
            Self::Budget(refusal) => refusal.hints(),
            Self::Converge(error) => vec![error.hint()],
            Self::Reserve(ReserveError::TooSlow) => {
                one("try again; --ip-budget off goes without the check, at your own risk")
            }
            Self::Secret(SecretError::Unfit { .. }) => {
                one("`openssl rand -hex 32 | docker secret create smsvc -` makes one")
            }
            Self::Network(error) => error.hints(),
            Self::Gateway(error) => error.hints(),
            Self::Table(_) => {
                one("a table holds 1 GiB; take routes off, or serve them by a swarm of their own")
            }
            Self::GroupUnknown { .. } => one("`docker smsvc routes` lists all groups"),
            _ => Vec::new(),
        }
    }
}

fn endpoint_code(error: EndpointError) -> &'static str {
    match error {
        EndpointError::DnsrrWithIngressPort => "E301",
        EndpointError::DnsrrWithLbSwarm => "E304",
    }
}

fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}

macro_rules! from {
    ($($source:ty => $variant:ident),* $(,)?) => {
        $(impl From<$source> for Error {
            fn from(error: $source) -> Self {
                Self::$variant(error)
            }
        })*
    };
}

from! {
    GlobalsError => Globals,
    HostError => Host,
    EngineError => Engine,
    EndpointError => Endpoint,
    BudgetRefusal => Budget,
    BudgetError => Uncounted,
    ReserveError => Reserve,
    ConvergeError => Converge,
    CredentialError => Credentials,
    NetworkError => Network,
    GatewayError => Gateway,
    OpenApiFileError => OpenApi,
    ExecError => Template,
    ParseError => Format,
    SecretError => Secret,
    TlsError => Tls,
    PublishError => Publish,
}
