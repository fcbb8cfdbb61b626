//! How a network gets other address ranges without losing a service.
//!
//! A redefinition is not a list of steps that is worked off, but a goal that is held against what there is, again and
//! again: [`next`] says the one thing to do next, or that nothing is left to do. So an interrupted one goes on from any
//! point, whoever interrupted it, and going back is the same with the goal turned round. [`outline()`] runs it through
//! in thought: that is the plan that people are shown.
//!
//! The facts behind the order: a network is removed only when no task refers to it any more, because addresses that
//! tasks hold elsewhere leak otherwise; and services are made after the network has its ranges.

mod attachment;
mod goal;
mod outage;
mod outline;
mod prepare;
mod recreate;
mod refusal;
mod rolling;
mod state;
mod step;
#[cfg(test)]
mod tests;

pub use attachment::Place;
pub use goal::{Goal, Strategy};
pub use outage::Outage;
pub use outline::outline;
pub use prepare::{CompletedJobs, Redefinition, Request, Snapshot, Way, prepare};
pub use refusal::Refusal;
pub use state::{NetworkState, ServiceStand, State, UpdateState};
pub use step::{Next, Step, Stop, Wait};

/// What to do next.
pub fn next(goal: &Goal, state: &State) -> Result<Next, Stop> {
    match &goal.strategy {
        Strategy::Recreate => recreate::next(goal, state),
        Strategy::Rolling { transit } => rolling::next(goal, transit, state),
    }
}
