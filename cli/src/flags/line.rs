//! The command lines that are read from a flag table.

use super::clap_command::HelpLength;
use super::flag::{ApiVersion, Flag};
use super::request_error::RequestError;
use super::table::TABLE;
use super::tables::{REMOVE_TABLE, ROLLBACK_TABLE, SCALE_TABLE, UPDATE_TABLE};

/// A sub-command whose line is read as Docker's parser reads it.
#[derive(Debug)]
pub struct Line {
    /// The sub-command's name.
    pub name: &'static str,
    /// What stands behind the name in the usage line.
    pub usage: &'static str,
    /// What the sub-command does, in one line without a full stop.
    pub about: &'static str,
    /// What `--help` shows below the flags.
    pub examples: &'static str,
    /// The flags, in the order of the help.
    pub flags: &'static [&'static dyn Flag],
    /// The words that are no flags.
    pub operands: Operands,
}

/// The words of a line that are no flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operands {
    /// An image, and what stands behind it for the container: the flags end with the first word.
    Image,
    /// One service; flags stand before and behind it.
    OneService,
    /// Services, one at least; flags stand among them.
    Services,
}

/// `docker smsvc create`.
pub static CREATE: Line = Line {
    name: "create",
    usage: "[OPTIONS] IMAGE [COMMAND] [ARG...]",
    about: "Create a service, after choosing its endpoint mode and checking its networks' addresses",
    examples: "\
Examples:
  A service with two routes of an API; the endpoint mode is chosen, the addresses are checked:

      docker smsvc create --name pets --network front --group petstore --host api.example.com \\
        --base /v2 --port 8080 --route 'GET,POST /pets' --route 'GET /pets/{petId}' example/pets:3

  A plain service, exactly as `docker service create` would make it:

      docker smsvc create --name db --network back --endpoint-mode vip --ip-budget off postgres:18

  What would be done, without doing it:

      docker smsvc create --dry-run --name web --replicas 200 --network front nginx

  The same as a command for a machine that has no smsvc:

      docker smsvc create --print-docker --name web --network front nginx",
    flags: TABLE,
    operands: Operands::Image,
};

/// `docker smsvc update`.
pub static UPDATE: Line = Line {
    name: "update",
    usage: "[OPTIONS] SERVICE",
    about: "Update a service, after checking the addresses that the update takes at its height",
    examples: "\
Examples:
  A new image; nothing else of the service changes:

      docker smsvc update --image example/pets:4 pets

  What would change, field by field, without changing it:

      docker smsvc update --dry-run --network-add back --env-add LEVEL=debug pets

  Another route of the service's API, held against the routes of the other services first:

      docker smsvc update --route-add 'DELETE /pets/{petId}' pets

  No virtual IP any more; the command waits until the old one is gone:

      docker smsvc update --endpoint-mode dnsrr pets",
    flags: UPDATE_TABLE,
    operands: Operands::OneService,
};

/// `docker smsvc rollback`.
pub static ROLLBACK: Line = Line {
    name: "rollback",
    usage: "[OPTIONS] SERVICE",
    about: "Revert changes to a service's configuration, if its networks have room for that",
    examples: "\
Examples:
  What would change, field by field, without changing it:

      docker smsvc rollback --dry-run pets",
    flags: ROLLBACK_TABLE,
    operands: Operands::OneService,
};

/// `docker smsvc scale`.
pub static SCALE: Line = Line {
    name: "scale",
    usage: "[OPTIONS] SERVICE=REPLICAS [SERVICE=REPLICAS...]",
    about: "Scale one or multiple replicated services, as far as their networks have addresses",
    examples: "\
Examples:
  Two services at once; they are judged together before either changes:

      docker smsvc scale pets=6 users=3",
    flags: SCALE_TABLE,
    operands: Operands::Services,
};

/// `docker smsvc rm`.
pub static REMOVE: Line = Line {
    name: "rm",
    usage: "[OPTIONS] SERVICE [SERVICE...]",
    about: "Remove one or more services, and wait until their tasks have ended",
    examples: "\
The command waits as long as the stop grace period and a little more. Only then remove a network of the services: of a
task that still stops when one of its networks goes, the engine never gives back the addresses on the others.

Examples:
  Removed, and not waited for:

      docker smsvc rm -d pets

  What would be removed, without removing it:

      docker smsvc rm --dry-run pets users",
    flags: REMOVE_TABLE,
    operands: Operands::Services,
};

impl PartialEq for Line {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Line {}

impl Line {
    /// Whether an engine with this API knows every flag that was given, by their long names.
    ///
    /// # Errors
    /// Naming the first flag that it does not know.
    pub fn check_api(&self, given: &[&'static str], has: ApiVersion) -> Result<(), RequestError> {
        let needs = |long: &&'static str| Some((*long, self.by_long(long)?.min_api()?));
        match given.iter().filter_map(needs).find(|(_, needs)| *needs > has) {
            Some((flag, needs)) => Err(RequestError::ApiTooOld { flag, needs, has }),
            None => Ok(()),
        }
    }

    /// The flag with this long name.
    pub fn by_long(&self, name: &str) -> Option<&'static dyn Flag> {
        self.flags.iter().copied().find(|flag| flag.long() == name)
    }

    /// The flag with this letter.
    pub fn by_short(&self, letter: char) -> Option<&'static dyn Flag> {
        self.flags.iter().copied().find(|flag| flag.short() == Some(letter))
    }

    /// What Docker prints below an error of the line.
    pub fn usage_text(&self) -> String {
        let Self { name, usage, .. } = self;
        format!(
            "Usage:  docker smsvc {name} {usage}\n\nRun 'docker smsvc {name} --help' for more information"
        )
    }

    /// The help text, without colours, as Docker's.
    pub fn help(&self, length: HelpLength) -> String {
        let mut command = self.command();
        match length {
            HelpLength::Short => command.render_help(),
            HelpLength::Long => command.render_long_help(),
        }
        .to_string()
    }

    /// Whether this many words that are no flags will do.
    pub(super) fn takes_operands(&self, count: usize) -> bool {
        match self.operands {
            Operands::OneService => count == 1,
            Operands::Image | Operands::Services => count > 0,
        }
    }
}
