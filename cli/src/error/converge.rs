//! The words of a wait that ended badly.

use crate::commands::ConvergeError;

impl ConvergeError {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::TimedOut { .. } => "E311",
            Self::RolledBack { .. } => "E312",
            Self::Paused { .. } | Self::RollbackPaused { .. } => "E313",
            Self::Ended { .. } => "E314",
        }
    }

    pub(super) fn hint(&self) -> String {
        match self {
            Self::TimedOut { id, .. } => {
                format!(
                    "nothing was undone; `docker service ps {id}` shows the tasks, `docker smsvc doctor` what they wait for"
                )
            }
            Self::RolledBack { .. } => "the service runs as before the update".to_owned(),
            Self::Paused { id, .. } | Self::RollbackPaused { id, .. } => {
                format!(
                    "`docker service ps {id}` shows what failed; `docker service rollback {id}` goes back, another update goes on"
                )
            }
            Self::Ended { id, .. } => {
                format!("`docker service logs {id}` may tell more; --restart-condition any starts them again")
            }
        }
    }
}
