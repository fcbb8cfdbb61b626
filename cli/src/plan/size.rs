//! Sizes of networks: from numbers, from a stack, from what a network holds now.

use ipnet::Ipv4Net;
use smsvc_core::budget::{Addresses, Deployment, NetworkId, Planned, Sizing, SwarmFacts};

use super::check::{Checked, Origin};
use super::free_range::FreeRanges;
use crate::args::{ModeChoice, OrderChoice, PlanArgs};

/// A network as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// What it is to be called; empty where nobody said.
    pub name: String,
    /// Whether it is the routing mesh's.
    pub ingress: bool,
    /// The sum.
    pub sizing: Sizing,
    /// The prefix length; none where no subnet would do.
    pub prefix: Option<u8>,
    /// Blocks of that size that overlap nothing.
    pub blocks: Vec<Ipv4Net>,
}

/// How many blocks are proposed.
const BLOCKS: usize = 3;

/// From `--services` and its like.
pub fn of_numbers(args: &PlanArgs, services: u64, nodes: u64) -> Sizing {
    let tasks = services.saturating_mul(args.replicas);
    let surge = match (args.order, args.parallelism) {
        (OrderChoice::StartFirst, _) | (OrderChoice::StopFirst, 0) => args.replicas,
        (OrderChoice::StopFirst, parallelism) => parallelism.min(args.replicas),
    };
    Sizing {
        vips: Addresses::new(if args.mode == ModeChoice::Vip { services } else { 0 }),
        tasks: Addresses::new(tasks),
        load_balancers: Addresses::new(nodes.min(tasks)),
        update: Addresses::new(args.updated.unwrap_or(services).min(services).saturating_mul(surge)),
        ..Sizing::default()
    }
}

/// Every network that a stack creates, by its name.
pub fn of_stack(checked: &Checked) -> Vec<(String, Sizing)> {
    let new = checked.networks.iter().filter(|(network, _)| network.origin != Origin::Existing);
    new.map(|(network, outlook)| {
        let usage = &outlook.after;
        let sizing = Sizing {
            vips: usage.vips.plus(usage.owed.vips),
            tasks: usage.tasks.plus(usage.attachments).plus(usage.owed.tasks),
            load_balancers: usage.load_balancers.plus(usage.owed.load_balancers),
            update: outlook.updating.minus(outlook.steady),
            ..Sizing::default()
        };
        (network.name.clone(), sizing)
    })
    .collect()
}

/// What a network of the swarm holds and owes, and the update of all its services at once.
pub fn of_network(facts: &SwarmFacts, network: &NetworkId) -> Option<Sizing> {
    let on = |service: &&smsvc_core::budget::ServiceFact| service.shape.networks.contains(network);
    let services = facts.services.iter().filter(on).map(|service| Planned {
        id: service.id.clone(),
        name: service.name.clone(),
        shape: service.shape.clone(),
    });
    let deployment = Deployment { services: services.collect(), ..Deployment::default() };
    let outlook = deployment.outlook(facts).into_iter().find(|outlook| outlook.network == *network)?;
    let usage = outlook.after;
    Some(Sizing {
        vips: usage.vips.plus(usage.owed.vips),
        tasks: usage.tasks.plus(usage.attachments).plus(usage.owed.tasks),
        load_balancers: usage.load_balancers.plus(usage.owed.load_balancers),
        update: outlook.updating.minus(outlook.steady),
        ..Sizing::default()
    })
}

/// Places sized networks one after the other, so that they do not overlap with each other either.
pub fn propose(
    sizings: Vec<(String, Sizing)>,
    ingress: bool,
    args: &PlanArgs,
    mut free: FreeRanges,
) -> Vec<Proposal> {
    let mut proposals = Vec::new();
    for (name, sizing) in sizings {
        let sizing = Sizing { growth: args.growth, headroom: Addresses::new(args.headroom), ..sizing };
        let prefix = sizing.prefix();
        let blocks = prefix.map(|prefix| free.first(prefix, BLOCKS)).unwrap_or_default();
        free = free.avoiding(blocks.first().copied());
        proposals.push(Proposal { name, ingress, sizing, prefix, blocks });
    }
    proposals
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Swarm;

    #[test]
    fn a_network_of_the_swarm_is_sized_with_the_update_of_its_services() {
        let swarm =
            Swarm::sample().with_network("front", "10.1.0.0/24").with_service("a", "vip", 3, "front", &[]);
        let sizing = of_network(&swarm.facts(), &NetworkId::new("front-id")).unwrap();
        let kinds = [sizing.vips, sizing.tasks, sizing.load_balancers, sizing.update].map(Addresses::get);
        assert_eq!(kinds, [1, 3, 1, 1]);
    }
}
