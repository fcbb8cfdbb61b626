//! The address budget of a swarm: what every network holds, what is in use, and whether a new service fits.
//!
//! The engine answers 201 to a service that has no room and reports the failure in the leader's journal only. This
//! module gives the number beforehand, and it has to be the number that the engine would give. It is a pure function
//! of a snapshot of the swarm:
//!
//! ```text
//! SwarmFacts ──► Ledger (Usage a network) ──► judge(ServiceShape) ──► Need, Verdict ──► remedies
//! ```
//!
//! * [`Subnet`] and [`Capacity`]: what a network can hold, from its subnets alone.
//! * [`SwarmFacts`]: the records that the caller fills from the engine's answers.
//! * [`Ledger`]: what is in use by kind, and what existing services are still owed.
//! * [`judge`]: what a new service needs on each network, steady and at the height of an update, and the verdict.
//! * [`fitting`]: how many more services of a kind fit.
//! * [`judge_changes`]: the same for changes of services that exist, against what they hold already.
//! * [`remedies`]: what would help where the verdict is no.
//! * [`Deployment`]: what several services that change together do to every network.
//!
//! It must not read the engine's JSON, word messages, or change anything. Counts are of IPv4 addresses throughout.

mod addresses;
mod capacity;
mod change;
mod deployment;
mod facts;
mod forecast;
mod id;
mod ledger;
mod need;
mod placement;
mod remedy;
mod shape;
mod sizing;
mod subnet;
mod task_stage;
mod verdict;

#[cfg(test)]
mod tests;

pub use addresses::Addresses;
pub use capacity::{Allocator, Capacity, smallest_prefix};
pub use change::{Change, change_remedies, judge_changes};
pub use deployment::{Deployment, NetworkOutlook, Planned};
pub use facts::{NetworkFact, NodeAttributes, NodeFact, Owner, ServiceFact, SwarmFacts, TaskFact};
pub use forecast::{Sample, fitting};
pub use id::{NetworkId, NodeId, ServiceId};
pub use ledger::{Account, Ledger, Owed, Returning, Usage};
pub use need::{Need, UpdateNeed};
pub use placement::Placement;
pub use remedy::{DnsrrRemedy, Remedies, Resize, remedies};
pub use shape::{Kind, ServiceShape, UpdateOrder, UpdatePolicy};
pub use sizing::{Sizing, free_blocks};
pub use subnet::{Subnet, SubnetError};
pub use task_stage::{Fate, Stage};
pub use verdict::{BudgetError, Judgement, NetworkJudgement, Verdict, judge};
