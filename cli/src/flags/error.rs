//! What can be wrong with a command line.

use std::fmt;

use smsvc_core::endpoint::UnknownMode;
use smsvc_core::problem::Problem;
use smsvc_core::route::FieldError;

use super::flag::Flag;
use super::grammar::{
    BooleanError, BytesError, CpusError, DurationError, FloatError, IntegerError, WordsError, quote,
};
use super::line::{Line, Operands};
use super::request_error::RequestError;
use super::values::{
    CredentialError, DnsError, EnvironmentError, FileError, GenericResourceSyntax, HostEntryError,
    LabelError, MountError, NetworkError, PlacementError, PublishError, UlimitError,
};

/// A command line that asks for nothing that could be done. Its text is Docker's own where Docker has one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FlagError {
    /// No flag has this name.
    #[error("unknown flag: --{name}")]
    UnknownLong {
        /// What was given, without dashes and value.
        name: String,
    },
    /// No flag has this letter.
    #[error("unknown shorthand flag: '{letter}' in -{cluster}")]
    UnknownShort {
        /// The letter.
        letter: char,
        /// It and what stands behind it in the same word.
        cluster: String,
    },
    /// A third dash, or nothing before the equals sign.
    #[error("bad flag syntax: {word}")]
    Syntax {
        /// The word.
        word: String,
    },
    /// The line ends where a value should be.
    #[error("flag needs an argument: {word}")]
    MissingLongValue {
        /// The word.
        word: String,
    },
    /// The line ends where a value should be.
    #[error("flag needs an argument: '{letter}' in -{cluster}")]
    MissingShortValue {
        /// The letter.
        letter: char,
        /// It and what stands behind it in the same word.
        cluster: String,
    },
    /// A value that the flag does not take.
    #[error("invalid argument {} for \"{flag}\" flag: {cause}", quote(.value))]
    InvalidValue {
        /// The flag.
        flag: FlagName,
        /// What was given.
        value: String,
        /// What is wrong with it.
        cause: ValueError,
    },
    /// Too few words that are no flags, or too many.
    #[error(
        "docker: 'docker smsvc {}' requires {}",
        .line.name,
        if .line.operands == Operands::OneService { "1 argument" } else { "at least 1 argument" }
    )]
    Operands {
        /// The line that needs them.
        line: &'static Line,
    },
    /// The values are fine, but they do not go together.
    #[error(transparent)]
    Request(#[from] RequestError),
}

impl FlagError {
    /// The status to exit with: Docker's 125 where the line cannot be read, 1 where it can.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Operands { .. } | Self::Request(_) => 1,
            _ => 125,
        }
    }

    /// What Docker prints below the error of a line, after an empty line.
    pub fn usage(&self, line: &Line) -> Option<String> {
        match self {
            Self::Request(_) => None,
            // Docker's own words differ here between its commands.
            Self::Operands { .. } if line.operands != Operands::OneService => {
                Some(line.usage_text().replace("Run '", "See '"))
            }
            _ => Some(line.usage_text()),
        }
    }

    /// The stable code, where what is wrong has one.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::InvalidValue { cause, .. } => cause.code(),
            Self::Request(error) => error.code(),
            _ => None,
        }
    }

    /// What would help, where there is more to say than the error itself says.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::InvalidValue { cause: ValueError::HostEntry(_), .. } => Some(
                "--host takes NAME:ADDRESS for the containers' hosts file, or the host name of an API, \
                 which has no port; --port says on which port the containers answer"
                    .to_owned(),
            ),
            Self::Request(error) => error.hint(),
            _ => None,
        }
    }
}

/// The names of a flag, as messages show them: `-p, --publish`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlagName {
    long: &'static str,
    short: Option<char>,
}

impl FlagName {
    /// The names of this flag.
    pub fn of(flag: &dyn Flag) -> Self {
        Self { long: flag.long(), short: flag.short() }
    }
}

impl fmt::Display for FlagName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(short) = self.short {
            write!(formatter, "-{short}, ")?;
        }
        write!(formatter, "--{}", self.long)
    }
}

/// What can be wrong with the value of a flag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Not a truth value.
    #[error(transparent)]
    Boolean(#[from] BooleanError),
    /// Not an integer.
    #[error(transparent)]
    Integer(#[from] IntegerError),
    /// Not a size in memory.
    #[error(transparent)]
    Bytes(#[from] BytesError),
    /// Not a number of CPUs.
    #[error(transparent)]
    Cpus(#[from] CpusError),
    /// Not a duration.
    #[error(transparent)]
    Duration(#[from] DurationError),
    /// Not a floating-point number.
    #[error(transparent)]
    Float(#[from] FloatError),
    /// Not the words of a command.
    #[error(transparent)]
    Words(#[from] WordsError),
    /// Not a label.
    #[error(transparent)]
    Label(#[from] LabelError),
    /// Not an environment variable.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// Not a network.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// Not a published port.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// Not a mount.
    #[error(transparent)]
    Mount(#[from] MountError),
    /// Neither a secret nor a config.
    #[error(transparent)]
    File(#[from] FileError),
    /// Not a credential spec.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// Neither a name server nor a search domain.
    #[error(transparent)]
    Dns(#[from] DnsError),
    /// Not a limit of a process.
    #[error(transparent)]
    Ulimit(#[from] UlimitError),
    /// Not a generic resource.
    #[error(transparent)]
    GenericResource(#[from] GenericResourceSyntax),
    /// Not a placement preference.
    #[error(transparent)]
    Placement(#[from] PlacementError),
    /// Not an entry of a hosts file.
    #[error(transparent)]
    HostEntry(#[from] HostEntryError),
    /// Not an endpoint mode.
    #[error(transparent)]
    EndpointMode(#[from] UnknownMode),
    /// Wrong in what it says of an API group.
    #[error(transparent)]
    Declared(#[from] Problem),
    /// Not a route.
    #[error("{}", all(.errors))]
    Route {
        /// Everything that is wrong with it.
        errors: Vec<FieldError>,
    },
    /// Not a port number.
    #[error("must be a port number from 1 to 65535")]
    Port,
    /// None of a few words.
    #[error("must be one of {}", .choices.join(", "))]
    Choice {
        /// The words.
        choices: &'static [&'static str],
    },
}

impl ValueError {
    /// The stable code, for what is said of an API group.
    fn code(&self) -> Option<&'static str> {
        match self {
            Self::Declared(problem) => Some(problem.code()),
            Self::Route { errors } => errors.first().map(|error| error.problem.code()),
            _ => None,
        }
    }
}

/// Several errors in one line.
pub(super) fn all<T: ToString>(errors: &[T]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
