//! Where the engine has got to with an update: `UpdateStatus` of a service (Docker API 1.41). The engine clears it when an
//! update begins, so what is read here is of the last one.

use crate::service::RawService;

/// The course of an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Course {
    /// None is under way that the engine tells of: the service is new, or its tasks did not change.
    Settled,
    /// Tasks are being replaced, or watched after that.
    Updating,
    /// All tasks were replaced and kept running for the monitor time.
    Completed,
    /// Too many failed, and the engine waits for somebody to act.
    Paused {
        /// The engine's own words.
        message: String,
    },
    /// The tasks of the old specification are coming back.
    RollingBack {
        /// The engine's own words.
        message: String,
    },
    /// Too many of those failed, too.
    RollbackPaused {
        /// The engine's own words.
        message: String,
    },
    /// The old specification is in force again.
    RolledBack {
        /// The engine's own words.
        message: String,
    },
}

impl Course {
    /// Reads it. A state that is not known is taken for an update under way.
    pub(super) fn of(service: &RawService) -> Self {
        let status = &service.json()["UpdateStatus"];
        let message = status["Message"].as_str().unwrap_or_default().to_owned();
        match status["State"].as_str() {
            None | Some("") => Self::Settled,
            Some("completed") => Self::Completed,
            Some("paused") => Self::Paused { message },
            Some("rollback_started") => Self::RollingBack { message },
            Some("rollback_paused") => Self::RollbackPaused { message },
            Some("rollback_completed") => Self::RolledBack { message },
            Some(_) => Self::Updating,
        }
    }

    /// Whether the engine is still at it.
    pub(super) fn is_under_way(&self) -> bool {
        matches!(self, Self::Updating | Self::RollingBack { .. })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_course_is_what_the_engine_says_of_the_last_update() {
        let course = |state: &str| {
            let status = json!({ "State": state, "Message": "m" });
            Course::of(&RawService::new(json!({ "ID": "s", "Spec": {}, "UpdateStatus": status })).unwrap())
        };
        assert_eq!(course("completed"), Course::Completed);
        assert_eq!(course("paused"), Course::Paused { message: "m".into() });
        assert_eq!(course("rollback_completed"), Course::RolledBack { message: "m".into() });
        assert!(course("updating").is_under_way() && course("rollback_started").is_under_way());
        assert!(course("something newer").is_under_way());
        let new = RawService::new(json!({ "ID": "s", "Spec": {} })).unwrap();
        assert_eq!(Course::of(&new), Course::Settled);
    }
}
