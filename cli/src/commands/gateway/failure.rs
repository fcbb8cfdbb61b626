//! How a command on gateways can end.

use std::io;
use std::path::PathBuf;

use crate::error::Error;
use crate::gateway::StaticError;
use crate::gateway::guest::GuestError;
use crate::gateway::image::ImageError;
use crate::plan::gateway::GatewayRefusal;

/// Why a gateway is not as it was asked for.
#[derive(Debug)]
pub enum GatewayError {
    /// The plan says no; nothing was changed.
    Refused(GatewayRefusal),
    /// No guest.
    Guest(GuestError),
    /// A program of which no image can be made.
    Image {
        /// The program.
        path: PathBuf,
        /// What is wrong with it.
        error: ImageError,
    },
    /// A file that cannot be read or written.
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// A file that is no static configuration.
    Static {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: StaticError,
    },
    /// Nobody knows which group may use the socket.
    SocketGroup,
    /// There is no gateway of this name.
    NoGateway {
        /// The name.
        name: String,
    },
    /// There is no such secret for tokens.
    NoSecret {
        /// Its name.
        name: String,
    },
    /// The engine gives the gateway's own network no addresses.
    NotAllocated {
        /// The network.
        network: String,
    },
    /// The secret cannot be drawn.
    NoRandomness(String),
    /// The engine keeps something.
    Left(Vec<String>),
    /// The user asked to stop, and something was changed already.
    HalfWay,
    /// `status` found something, and has said what.
    Unwell,
}

/// From the first change on: then it is not true any more that nothing was changed.
pub(super) fn half_way(error: Error) -> Error {
    match error {
        Error::Interrupted => GatewayError::HalfWay.into(),
        error => error,
    }
}

impl From<GatewayRefusal> for GatewayError {
    fn from(refusal: GatewayRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<GuestError> for GatewayError {
    fn from(error: GuestError) -> Self {
        Self::Guest(error)
    }
}
