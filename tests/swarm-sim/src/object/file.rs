//! Configs and secrets: named files in the swarm's store.

use serde_json::Value;

use super::Meta;
use crate::id::FileId;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// Readable through the API.
    Config,
    /// Never given out.
    Secret,
}

impl FileKind {
    /// As in the engine's messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Secret => "secret",
        }
    }
}

/// A config or a secret.
#[derive(Debug, Clone)]
pub struct File {
    /// Its id.
    pub id: FileId,
    /// Version and times.
    pub meta: Meta,
    /// Which of the two it is.
    pub kind: FileKind,
    /// The spec, as it was sent.
    pub spec: Value,
}

impl File {
    /// Its name.
    pub fn name(&self) -> &str {
        self.spec["Name"].as_str().unwrap_or_default()
    }
}
