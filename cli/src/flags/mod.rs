//! The command lines of `docker smsvc create`, `update`, `scale`, `rollback` and `rm`: one definition a flag, and
//! everything else made from them.
//!
//! A flag is a unit struct in `defs` that says what it is called, what it takes, what it means, and what it does
//! to a [`Draft`]. [`TABLE`] lists those of `create`, [`UPDATE_TABLE`] those of `update`, and a [`Line`]
//! says whose they are; from it come the parser ([`parse()`], [`parse_update()`]), the help texts ([`Line::help`]) and
//! the [`clap::Command`] of completion and documentation ([`Line::command`]). The parser is our own, because scripts rely on
//! how Docker's reads a line and words its errors.
//!
//! Nothing here performs I/O: the environment, the working directory and the way to read a file come in as a
//! [`Shell`]. Nothing here knows the swarm: whether a network exists or a mode fits is not a matter of notation.

mod api_group;
mod clap_command;
mod defs;
mod docker_line;
mod draft;
mod error;
mod flag;
pub mod grammar;
mod group_change;
mod group_words;
mod line;
mod misplaced;
mod notice;
mod openapi;
mod parse;
mod request;
mod request_error;
mod shell;
mod table;
mod tables;
mod update_request;
pub mod values;
mod workload;

pub use clap_command::HelpLength;
pub use defs::change::Removal;
pub use docker_line::{DockerLine, Typed};
pub use draft::Draft;
pub use error::{FlagError, FlagName, ValueError};
pub use flag::{ApiVersion, Flag, Heading, Origin, Takes};
pub use group_change::{GroupChange, GroupChangeError};
pub use line::{CREATE, Line, Operands, REMOVE, ROLLBACK, SCALE, UPDATE};
pub use misplaced::MisplacedFlag;
pub use notice::Notice;
pub use parse::{Asked, parse, parse_services, parse_update};
pub use request::{CreateRequest, Instead, IpBudget, Run};
pub use request_error::RequestError;
pub use shell::Shell;
pub use table::{TABLE, by_long, by_short};
pub use tables::UPDATE_TABLE;
pub use update_request::{Registry, ServicesRequest, UpdateRequest};
pub(crate) use workload::check_targets;

/// The request of a command line that is well-formed; for tests.
#[cfg(test)]
pub(crate) fn request_of(line: &[&str]) -> CreateRequest {
    match parse_line(line) {
        Ok(Asked::For(request)) => *request,
        other => panic!("{line:?} is not a request: {other:?}"),
    }
}

/// What is wrong with a command line whose values do not go together; for tests.
#[cfg(test)]
pub(crate) fn refused(line: &[&str]) -> RequestError {
    match parse_line(line) {
        Err(FlagError::Request(error)) => error,
        other => panic!("{line:?} is not refused: {other:?}"),
    }
}

/// Parses a command line in an empty environment; for tests.
#[cfg(test)]
pub(crate) fn parse_line(line: &[&str]) -> Result<Asked<CreateRequest>, FlagError> {
    let words: Vec<String> = line.iter().map(|&word| word.to_owned()).collect();
    parse(&words, &Shell::default())
}
