//! The words of what can go wrong only with services that exist.

use std::net::IpAddr;

use super::{Error, exit};
use crate::flags::grammar::IntegerError;
use crate::service::ChangeError;

/// Why a service was not changed, or not as it was asked for.
#[derive(Debug)]
pub enum UpdateError {
    /// The flags do not fit the service.
    Change(ChangeError),
    /// No service of this name in the swarm.
    NoService {
        /// As the user wrote it.
        name: String,
    },
    /// A service without a name.
    EmptyName,
    /// A service that was never changed.
    NothingBefore {
        /// The service.
        name: String,
    },
    /// Somebody else changed the service in the meantime.
    OutOfSequence {
        /// The service.
        name: String,
        /// The engine's own words.
        message: String,
    },
    /// The service still has virtual IPs.
    VipRemains {
        /// The service.
        name: String,
        /// The addresses.
        addresses: Vec<IpAddr>,
    },
    /// The service has not got a virtual IP of its own on every network.
    VipMissing {
        /// The service.
        name: String,
    },
    /// Another service has the same virtual IP.
    VipTwice {
        /// The service.
        name: String,
        /// The other one.
        other: String,
        /// The address.
        address: IpAddr,
    },
    /// A word that is no `SERVICE=REPLICAS`.
    ScaleSpecifier {
        /// The word.
        word: String,
    },
    /// A number of tasks that is none.
    Replicas {
        /// As it was given.
        value: String,
        /// What is wrong with it.
        error: IntegerError,
    },
    /// Several services, each with its own error; what is not listed went well.
    Several(Vec<String>),
}

impl UpdateError {
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Change(ChangeError::Request(error)) if error.code().is_some() => exit::DECLARATION,
            _ => exit::FAILED,
        }
    }

    pub(super) fn message(&self) -> String {
        match self {
            Self::Change(ChangeError::Request(error)) if let Some(code) = error.code() => {
                format!("{code}: {error}")
            }
            Self::Change(error) => error.to_string(),
            Self::NoService { name } => format!("Error response from daemon: service {name} not found"),
            Self::EmptyName => "invalid service name or ID: value is empty".to_owned(),
            Self::NothingBefore { name } => {
                format!("service {name} does not have a previous spec: there is nothing to go back to")
            }
            Self::OutOfSequence { name, message } => format!(
                "Error response from daemon: {message}\n\
                 E307: another client changed service {name} after it was read; this command changed nothing"
            ),
            Self::VipRemains { name, addresses } => {
                let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
                format!(
                    "E308: service {name} is dnsrr, but still has the virtual IP {}",
                    addresses.join(", ")
                )
            }
            Self::VipMissing { name } => {
                format!("E308: service {name} is vip, but has no virtual IP on one of its networks")
            }
            Self::VipTwice { name, other, address } => {
                format!("E308: services {name} and {other} have the same virtual IP {address}")
            }
            Self::ScaleSpecifier { word } => format!(
                "invalid scale specifier '{word}'.\nSee 'docker smsvc scale --help'.\n\n\
                 Usage:  docker smsvc scale SERVICE=REPLICAS [SERVICE=REPLICAS...]\n\n\
                 Scale one or multiple replicated services"
            ),
            Self::Replicas { value, error } => format!("invalid replicas value {value}: {error}"),
            Self::Several(lines) => lines.join("\n"),
        }
    }

    pub(super) fn hints(&self) -> Vec<String> {
        match self {
            Self::OutOfSequence { .. } => {
                vec!["run the command again: it then starts from the service as it is now".to_owned()]
            }
            Self::VipRemains { name, .. } | Self::VipTwice { name, .. } => vec![
                format!("`docker smsvc update --force {name}` makes the engine allocate it anew"),
                "if that does not help, remove the service and create it again: the engine keeps no address of a removed service"
                    .to_owned(),
            ],
            Self::VipMissing { name } => vec![format!("`docker smsvc doctor {name}` says what it waits for")],
            Self::NoService { .. } => vec!["`docker service ls` lists all services".to_owned()],
            _ => Vec::new(),
        }
    }
}

impl From<ChangeError> for Error {
    fn from(error: ChangeError) -> Self {
        Self::Update(UpdateError::Change(error))
    }
}

impl From<UpdateError> for Error {
    fn from(error: UpdateError) -> Self {
        Self::Update(error)
    }
}
