//! How many addresses a service that does not exist yet takes on one network.
//!
//! In the steady state: `a * (v + R) + L`, where `a` is how often the service lists the network, `v` is 1 unless
//! `dnsrr`, `R` the tasks and `L` the node load balancers that its tasks may add at worst. In a rolling update some
//! more for a while: new tasks get their addresses before the old ones have given theirs back.

use super::addresses::Addresses;
use super::ledger::{Account, Arrivals, Ledger};
use super::shape::{ServiceShape, UpdateOrder};

/// The need of a service on one network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// Virtual IPs.
    pub vips: Addresses,
    /// Tasks.
    pub tasks: Addresses,
    /// Load balancers of nodes that are not on the network yet, at worst.
    pub load_balancers: Addresses,
    /// What a rolling update takes beyond all that. None for a job, which has no rolling update, and for a service
    /// without tasks.
    pub update: Option<UpdateNeed>,
}

/// What a rolling update takes beyond the steady state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UpdateNeed {
    /// Which task comes first.
    pub order: UpdateOrder,
    /// Without these the update never ends. Stop-first: none, the new task waits for the address of the old one.
    /// Start-first: one task, with a load balancer where it may reach a new node.
    pub least: Addresses,
    /// The most it takes at any time. Stop-first: the tasks that are replaced at once. Start-first: all tasks,
    /// whatever the parallelism, as the updater does not wait for the old ones to stop.
    pub most: Addresses,
}

impl Need {
    /// What the service takes once it is settled.
    pub fn steady(&self) -> Addresses {
        self.vips.plus(self.tasks).plus(self.load_balancers)
    }

    /// The most it takes at any time, at the height of a rolling update.
    pub fn peak(&self) -> Addresses {
        self.steady().plus(self.update.map_or(Addresses::NONE, |update| update.most))
    }

    /// The need of a new service on the network of this account.
    pub(super) fn on(account: &Account<'_>, ledger: &Ledger<'_>, shape: &ServiceShape) -> Self {
        let nodes = shape.placement.among(ledger.nodes());
        let tasks = shape.kind.tasks(Addresses::one_each(nodes.len()).get());
        let per_task = Addresses::new(shape.attachments(account.network()));
        let load_balancers = |tasks: u64| {
            account.load_balancers_for(&if shape.kind.is_one_per_node() {
                Arrivals::Each(nodes.clone())
            } else {
                Arrivals::Anywhere { tasks, nodes: nodes.clone() }
            })
        };
        let steady_load_balancers = load_balancers(tasks);
        let beyond = |extra: u64| {
            per_task
                .times(extra)
                .plus(load_balancers(tasks.saturating_add(extra)).minus(steady_load_balancers))
        };
        let update = (tasks > 0 && !shape.kind.is_job()).then(|| match shape.update.order {
            UpdateOrder::StopFirst => UpdateNeed {
                order: UpdateOrder::StopFirst,
                least: Addresses::NONE,
                most: beyond(match shape.update.parallelism {
                    0 => tasks,
                    parallelism => parallelism.min(tasks),
                }),
            },
            UpdateOrder::StartFirst => {
                UpdateNeed { order: UpdateOrder::StartFirst, least: beyond(1), most: beyond(tasks) }
            }
        });
        Self {
            vips: per_task.times(shape.vips_per_attachment()),
            tasks: per_task.times(tasks),
            load_balancers: steady_load_balancers,
            update,
        }
    }
}
