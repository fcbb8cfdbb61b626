//! The lines of a journal.

use serde::{Deserialize, Serialize};

use crate::plan::redefine::Goal;

/// The version of the file.
const VERSION: u32 = 1;

/// The first line: all that is needed to go on, or back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the file.
    #[serde(rename = "smsvcJournal")]
    version: u32,
    /// The id of the swarm.
    pub cluster: String,
    /// When it was begun, by the engine's clock (RFC 3339).
    pub begun: String,
    /// What is to be reached.
    pub goal: Goal,
}

/// Any other line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Entry {
    /// A step is about to be taken.
    Begin(String),
    /// It was.
    End(String),
    /// From here on the way leads back.
    Undo,
    /// From here on the way leads forth again.
    Redo,
    /// Nothing is left to do.
    Finished,
}

impl Header {
    /// The header of a new journal.
    pub fn new(cluster: &str, begun: &str, goal: Goal) -> Self {
        Self { version: VERSION, cluster: cluster.to_owned(), begun: begun.to_owned(), goal }
    }

    /// Whether this program wrote it, or one that writes the same.
    pub(super) fn is_known(&self) -> bool {
        self.version == VERSION
    }
}
