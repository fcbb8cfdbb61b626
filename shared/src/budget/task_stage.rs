//! The life of a task, as far as addresses depend on it.
//!
//! A task gets its addresses when it passes from `new` to `pending`, which is before it is scheduled, and gives them
//! back when its *actual* state is a final one. What the engine wants of it (the desired state) does not matter for
//! what it holds, only for what will come in its place (swarmkit `manager/allocator/network.go`).

/// How far a task is: `Status.State`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// `new`: no addresses yet.
    New,
    /// From `pending` to `running`: it holds its addresses.
    Holding,
    /// `complete`: it ended well. Its addresses are free.
    Complete,
    /// `shutdown`, `failed`, `rejected`, `orphaned`, `remove`: it ended. Its addresses are free.
    Ended,
}

impl Stage {
    /// The stage that a `Status.State` means. A state that is not known counts as holding: too few free addresses is
    /// the safe error.
    pub fn of(state: &str) -> Self {
        match state {
            "new" => Self::New,
            "complete" => Self::Complete,
            "shutdown" | "failed" | "rejected" | "orphaned" | "remove" => Self::Ended,
            _ => Self::Holding,
        }
    }
}

/// What is to become of a task: `DesiredState`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is to run, or to run to completion.
    Kept,
    /// It is to stop. What comes in its place, if anything, is another task.
    Leaving,
}

impl Fate {
    /// The fate that a `DesiredState` means. `complete` is the desired state of every task of a job.
    pub fn of(desired_state: &str) -> Self {
        match desired_state {
            "shutdown" | "failed" | "rejected" | "orphaned" | "remove" => Self::Leaving,
            _ => Self::Kept,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_held_from_pending_to_running() {
        for state in
            ["allocated", "pending", "assigned", "accepted", "preparing", "ready", "starting", "running"]
        {
            assert_eq!(Stage::of(state), Stage::Holding, "{state}");
        }
        assert_eq!(Stage::of("new"), Stage::New);
        assert_eq!(Stage::of("complete"), Stage::Complete);
        for state in ["shutdown", "failed", "rejected", "orphaned", "remove"] {
            assert_eq!(Stage::of(state), Stage::Ended, "{state}");
        }
    }

    #[test]
    fn a_job_task_is_kept_although_its_desired_state_is_complete() {
        assert_eq!(Fate::of("complete"), Fate::Kept);
        assert_eq!(Fate::of("ready"), Fate::Kept, "a restart that waits for its delay");
        assert_eq!(Fate::of("shutdown"), Fate::Leaving);
        assert_eq!(Fate::of("remove"), Fate::Leaving);
    }
}
