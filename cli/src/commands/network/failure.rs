//! Why a command on networks ends.

use std::io;
use std::path::PathBuf;

use crate::dump::{DumpError, Missing};
use crate::execute::StepError;
use crate::journal::JournalError;
use crate::plan::redefine::{Refusal, Stop, Wait};
use crate::plan::restore::Lacking;

/// What ended it, with what the user needs to go on.
#[derive(Debug)]
pub enum NetworkError {
    /// It was not begun.
    Refused(Vec<Refusal>),
    /// It was not begun, as another one is not ended.
    Unfinished {
        /// The network of the other one.
        network: String,
        /// Its journal.
        journal: PathBuf,
    },
    /// It was not begun, as the plan that was agreed to is not the plan any more.
    ChangedMeanwhile,
    /// It was not begun, as nobody has agreed to it.
    NotConfirmed,
    /// Nobody can be asked.
    CannotAsk,
    /// There is nothing to go on with.
    NothingUnfinished,
    /// There is more than one thing to go on with.
    SeveralUnfinished(Vec<String>),
    /// It stopped: something is not as it was.
    Stopped {
        /// What.
        stop: Stop,
        /// The journal, where there is one.
        journal: PathBuf,
    },
    /// It stopped: something does not happen.
    Stalled {
        /// What does not.
        wait: Wait,
        /// The journal.
        journal: PathBuf,
    },
    /// It stopped: a step failed.
    StepFailed {
        /// The step, in words.
        step: String,
        /// Why.
        error: StepError,
        /// The journal.
        journal: PathBuf,
    },
    /// It stopped, or was not begun: the journal cannot be written.
    Journal {
        /// Why.
        error: JournalError,
        /// Whether anything has changed before.
        begun: bool,
    },
    /// The user asked to stop between two steps.
    Interrupted {
        /// The journal.
        journal: PathBuf,
    },
    /// The journals have no place.
    NoHome,
    /// A file cannot be read or written.
    File {
        /// Its name.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// A file is no dump.
    Dump {
        /// Its name.
        path: PathBuf,
        /// What is wrong with it.
        error: DumpError,
    },
    /// A dump needs more addresses than networks have left.
    NoRoom(Vec<Lacking>),
    /// A dump needs what the swarm does not have.
    Missing(Vec<Missing>),
    /// Something on the swarm is not as in the dump.
    Differs,
    /// A driver option without a name.
    Option(String),
    /// The routing mesh's own network, which no dump has.
    NothingToDump,
    /// A service of a dump could not be made.
    NotRestored {
        /// Its name.
        service: String,
        /// Why.
        error: StepError,
    },
    /// A range in transit for a way that has none.
    NotInTransit,
    /// An address that belongs to none of the ranges.
    OutsideRanges(String),
    /// A range that is not one.
    Subnet(smsvc_core::budget::SubnetError),
}
