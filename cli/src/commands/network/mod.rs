//! `docker smsvc network …`.

mod ask;
mod drive;
mod dump;
mod failure;
mod redefine;
mod restore;
mod unfinished;

pub(super) use ask::agree;
pub(super) use dump::cluster;
pub use failure::NetworkError;

use crate::args::{NetworkArgs, NetworkCommand};
use crate::engine::{Engine, Surroundings};
use crate::error::Error;
use crate::plugin::Cancellation;
use crate::report::Report;
use unfinished::Direction;

/// Does what was asked for.
pub async fn network(
    engine: &impl Engine,
    args: &NetworkArgs,
    around: &Surroundings,
    cancellation: &Cancellation,
    report: Report,
) -> Result<(), Error> {
    match &args.command {
        NetworkCommand::Dump(args) => dump::dump(engine, args, report).await,
        NetworkCommand::Restore(args) => restore::restore(engine, args, around, cancellation, report).await,
        NetworkCommand::Redefine(args) => {
            redefine::redefine(engine, args, around, cancellation, report).await
        }
        NetworkCommand::Resume(args) => {
            unfinished::go_on(engine, args, Direction::Forth, around, cancellation, report).await
        }
        NetworkCommand::Undo(args) => {
            unfinished::go_on(engine, args, Direction::Back, around, cancellation, report).await
        }
    }
}
