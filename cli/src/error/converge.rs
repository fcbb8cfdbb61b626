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
            Self::TimedOut { service, .. } => {
                format!(
                    "nothing was undone; `docker service ps {service}` shows the tasks, `docker smsvc doctor {service}` what they wait for"
                )
            }
            Self::RolledBack { .. } => "the service runs as before the update".to_owned(),
            Self::Paused { service, .. } | Self::RollbackPaused { service, .. } => {
                format!(
                    "`docker service ps {service}` shows what failed; `docker service rollback {service}` goes back, another update goes on"
                )
            }
            Self::Ended { service, .. } => {
                format!(
                    "`docker service logs {service}` may tell more; --restart-condition any starts them again"
                )
            }
        }
    }
}
