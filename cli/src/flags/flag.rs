//! What a flag is.

use std::fmt::{self, Debug};

use super::draft::Draft;
use super::error::ValueError;

/// One flag: its names, its help and its effect, in one place.
pub trait Flag: Debug + Sync {
    /// The name after the two dashes.
    fn long(&self) -> &'static str;

    /// The letter after the one dash.
    fn short(&self) -> Option<char> {
        None
    }

    /// What follows the flag.
    fn takes(&self) -> Takes;

    /// Where it stands in the help.
    fn heading(&self) -> Heading;

    /// Whether `-h` shows it; `--help` shows every flag.
    fn everyday(&self) -> bool {
        true
    }

    /// Whose flag it is.
    fn origin(&self) -> Origin {
        Origin::Docker
    }

    /// The oldest API that knows what the flag asks for.
    fn min_api(&self) -> Option<ApiVersion> {
        None
    }

    /// What it does, in one line without a full stop.
    fn summary(&self) -> &'static str;

    /// What `--help` adds to the summary: rules, units, examples. Full sentences.
    fn details(&self) -> &'static str {
        ""
    }

    /// The values it takes, where these are few; a sentence about the others is a matter of [`Self::details`].
    fn choices(&self) -> &'static [&'static str] {
        &[]
    }

    /// What applies when the flag is not given.
    fn default(&self) -> Option<&'static str> {
        None
    }

    /// Enters the value into the draft. A switch gets `true` where nothing was said.
    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError>;
}

/// What follows a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nothing, or a truth value after an equals sign.
    Switch,
    /// A value of this kind; the last one given counts.
    One(&'static str),
    /// A value of this kind; all that are given count, in order.
    Many(&'static str),
}

/// Whose flag it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// `docker service create` has it and means the same.
    Docker,
    /// `docker service create` has it; here it can mean more.
    Extended,
    /// Ours.
    Smsvc,
}

/// A group of flags in the help, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Heading {
    /// The service as a whole.
    Service,
    /// Its place in an API group.
    ApiGroup,
    /// How it is reached.
    Network,
    /// What runs in a task.
    Container,
    /// How it is checked.
    Health,
    /// Which nodes its tasks run on, and with what.
    Placement,
    /// When tasks are started again, and how they are replaced.
    Lifecycle,
    /// How the command itself behaves.
    Command,
}

impl Heading {
    /// The line above the group.
    pub fn title(self) -> &'static str {
        match self {
            Self::Service => "Service",
            Self::ApiGroup => "API group",
            Self::Network => "Networks and ports",
            Self::Container => "Container",
            Self::Health => "Health check",
            Self::Placement => "Placement and resources",
            Self::Lifecycle => "Restarts, updates and rollbacks",
            Self::Command => "Command",
        }
    }
}

/// A version of Docker's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiVersion {
    /// Before the dot.
    pub major: u16,
    /// After the dot.
    pub minor: u16,
}

impl ApiVersion {
    /// Version 1 with this minor number: there is no other major version yet.
    pub const fn v1(minor: u16) -> Self {
        Self { major: 1, minor }
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}
