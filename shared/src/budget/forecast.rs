//! How many more services fit on a network.
//!
//! A service is a sample here: virtual IPs and tasks, which may run on every node that takes tasks. What is counted is the
//! steady state; whether one certain service fits, its update included, is for [`judge`](super::judge) to say.

use super::addresses::Addresses;
use super::facts::{NetworkFact, SwarmFacts};
use super::ledger::{Account, Arrivals, Ledger};
use super::placement::Placement;
use crate::endpoint::Mode;

/// What a service takes on one network, load balancers aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Virtual IPs.
    pub vips: Addresses,
    /// Tasks.
    pub tasks: Addresses,
}

impl Sample {
    /// A service in this mode with this many replicas.
    pub const fn new(mode: Mode, replicas: u64) -> Self {
        let vips = match mode {
            Mode::Vip => Addresses::ONE,
            Mode::Dnsrr => Addresses::NONE,
        };
        Self { vips, tasks: Addresses::new(replicas) }
    }

    /// Both together.
    pub fn cost(self) -> Addresses {
        self.vips.plus(self.tasks)
    }

    /// The service in the middle of those on a network, by what they cost there; of two in the middle the dearer one, so
    /// that a forecast promises too little rather than too much. None where no service of the network costs anything.
    pub fn median(facts: &SwarmFacts, network: &NetworkFact) -> Option<Self> {
        let mut samples: Vec<Self> = facts
            .services
            .iter()
            .map(|service| (&service.shape, Addresses::new(service.shape.attachments(network))))
            .filter(|(_, attachments)| !attachments.is_none())
            .map(|(shape, attachments)| {
                let eligible = Addresses::one_each(shape.placement.among(&facts.nodes).len()).get();
                Self {
                    vips: attachments.times(shape.vips_per_attachment()),
                    tasks: attachments.times(shape.kind.tasks(eligible)),
                }
            })
            .filter(|sample| !sample.cost().is_none())
            .collect();
        samples.sort_by_key(|sample| (sample.cost(), sample.tasks));
        samples.get(samples.len() / 2).copied()
    }
}

/// How many services like `sample` still fit, one after the other, at worst: each task on a node that is not on the
/// network yet, as far as there are such nodes. None where the sample costs nothing.
pub fn fitting(ledger: &Ledger<'_>, account: &Account<'_>, sample: Sample) -> u64 {
    let headroom = account.usage().headroom();
    let nodes = Placement::default().among(ledger.nodes());
    let fits = |count: u64| {
        let tasks = sample.tasks.times(count).get();
        let balancers = account.load_balancers_for(&Arrivals::Anywhere { tasks, nodes: nodes.clone() });
        sample.cost().times(count).plus(balancers) <= headroom
    };
    if sample.cost().is_none() {
        return 0;
    }
    // The greatest count that fits: `fits` never turns true again, and each service costs an address.
    let (mut low, mut high) = (0, headroom.get().saturating_add(1));
    while high.saturating_sub(low) > 1 {
        let middle = low.midpoint(high);
        if fits(middle) { low = middle } else { high = middle }
    }
    low
}
