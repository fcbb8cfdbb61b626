//! Changes of services that exist: rule by rule, and against an oracle that hands the addresses out one by one.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::*;
use super::sketch::{Sketch, shape};
use crate::endpoint::Mode::{Dnsrr, Vip};
use UpdateOrder::{StartFirst, StopFirst};

fn updated(order: UpdateOrder, parallelism: u64, shape: ServiceShape) -> ServiceShape {
    ServiceShape { update: UpdatePolicy { order, parallelism }, ..shape }
}

/// A change that replaces the tasks.
fn replacing(service: &ServiceId, after: ServiceShape) -> Change {
    Change { service: service.clone(), after, replaces_tasks: true }
}

/// A change of the number of replicas, say, that leaves the tasks as they are.
fn keeping(service: &ServiceId, after: ServiceShape) -> Change {
    Change { replaces_tasks: false, ..replacing(service, after) }
}

fn verdicts(swarm: &Sketch, changes: &[Change]) -> Vec<Verdict> {
    judge_changes(&swarm.facts, changes).unwrap().networks.iter().map(|judged| judged.verdict).collect()
}

/// A settled service of so many tasks on node 0, on a network of its own that nobody else uses.
fn alone(mode: crate::endpoint::Mode, tasks: usize, subnet: &str) -> (Sketch, NetworkId, ServiceId) {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&[subnet]);
    let service = swarm.settled(shape(mode, tasks as u64, &[&net]), &vec![0; tasks]);
    (swarm, net, service)
}

/// Takes so many addresses of a network.
fn fill(swarm: &mut Sketch, net: &NetworkId, count: usize) {
    for _ in 0..count {
        swarm.settled(shape(Vip, 0, &[net]), &[]);
    }
}

fn surge(swarm: &Sketch, change: Change) -> (u64, u64) {
    let judged = judge_changes(&swarm.facts, &[change]).unwrap();
    let update = judged.networks[0].need.update.unwrap();
    (update.least.get(), update.most.get())
}

#[test]
fn stop_first_takes_what_is_replaced_at_once_and_needs_none_of_it() {
    let (swarm, net, service) = alone(Vip, 4, "10.0.1.0/24");
    let forced = |parallelism| replacing(&service, updated(StopFirst, parallelism, shape(Vip, 4, &[&net])));
    assert_eq!(surge(&swarm, forced(1)), (0, 1));
    assert_eq!(surge(&swarm, forced(3)), (0, 3));
    assert_eq!(surge(&swarm, forced(9)), (0, 4), "no more than there are");
    assert_eq!(surge(&swarm, forced(0)), (0, 4), "0 is all at once");
}

#[test]
fn start_first_takes_every_task_again_whatever_the_parallelism() {
    let (swarm, net, service) = alone(Vip, 4, "10.0.1.0/24");
    for parallelism in 0..6 {
        let forced = replacing(&service, updated(StartFirst, parallelism, shape(Vip, 4, &[&net])));
        assert_eq!(surge(&swarm, forced), (1, 4));
    }
}

#[test]
fn on_a_full_network_stop_first_waits_and_start_first_is_refused() {
    let (mut swarm, net, service) = alone(Vip, 2, "10.0.1.0/29");
    fill(&mut swarm, &net, 1);
    let forced = |order| [replacing(&service, updated(order, 1, shape(Vip, 2, &[&net])))];
    let (left, missing) = (Addresses::NONE, Addresses::ONE);
    assert_eq!(verdicts(&swarm, &forced(StopFirst)), [Verdict::UpdateWaits { left, missing }]);
    assert_eq!(verdicts(&swarm, &forced(StartFirst)), [Verdict::UpdateStalls { left, missing }]);
}

#[test]
fn a_change_that_needs_nothing_more_fits_however_full_the_network_is() {
    let (mut swarm, net, service) = alone(Vip, 2, "10.0.1.0/29");
    fill(&mut swarm, &net, 3);
    let fits = [Verdict::Fits { left: Addresses::NONE }];
    assert_eq!(verdicts(&swarm, &[keeping(&service, shape(Vip, 2, &[&net]))]), fits);
    assert_eq!(verdicts(&swarm, &[keeping(&service, shape(Vip, 1, &[&net]))]), fits);
}

/// The engine would free the virtual IP that the service has, and give it to another service.
#[test]
fn a_full_network_that_is_added_refuses_and_the_one_with_room_does_not() {
    let (mut swarm, roomy, service) = alone(Vip, 1, "10.0.1.0/28");
    let full = swarm.network(&["10.0.2.0/29"]);
    fill(&mut swarm, &full, 5);
    let change = replacing(&service, shape(Vip, 1, &[&roomy, &full]));
    let refused = verdicts(&swarm, std::slice::from_ref(&change));
    assert!(!refused[0].refuses(), "{refused:?}");
    assert_eq!(
        refused[1],
        Verdict::DoesNotFit { missing: Addresses::new(3) },
        "virtual IP, task, load balancer"
    );
    assert!(!judge_changes(&swarm.facts, &[change]).unwrap().accepts());
}

#[test]
fn a_network_that_is_left_is_not_judged() {
    let (mut swarm, old, service) = alone(Vip, 1, "10.0.1.0/29");
    let new = swarm.network(&["10.0.2.0/29"]);
    fill(&mut swarm, &old, 2);
    let judged = judge_changes(&swarm.facts, &[replacing(&service, shape(Vip, 1, &[&new]))]).unwrap();
    assert_eq!(judged.networks.len(), 1);
    assert_eq!(judged.networks[0].network.id, new);
}

#[test]
fn a_port_that_is_added_takes_a_virtual_ip_and_every_task_on_ingress() {
    let (mut swarm, net, service) = alone(Vip, 3, "10.0.1.0/24");
    let ingress = swarm.ingress("10.0.9.0/29");
    let after = ServiceShape { ingress_port: true, ..shape(Vip, 3, &[&net]) };
    let judged = judge_changes(&swarm.facts, &[replacing(&service, after.clone())]).unwrap();
    let last = judged.networks.last().unwrap();
    assert_eq!((&last.network.id, last.need.vips.get(), last.need.tasks.get()), (&ingress, 1, 3));
    assert!(judged.accepts(), "five addresses, of which the node has one");
    fill(&mut swarm, &net, 1);
    swarm.settled(ServiceShape { ingress_port: true, ..shape(Vip, 0, &[]) }, &[]);
    assert!(!judge_changes(&swarm.facts, &[replacing(&service, after)]).unwrap().accepts());
}

#[test]
fn a_virtual_ip_that_is_asked_for_needs_an_address_of_its_own() {
    let (mut swarm, net, service) = alone(Dnsrr, 1, "10.0.1.0/29");
    fill(&mut swarm, &net, 2);
    let change = [replacing(&service, shape(Vip, 1, &[&net]))];
    assert!(!verdicts(&swarm, &change)[0].refuses());
    fill(&mut swarm, &net, 1);
    assert_eq!(verdicts(&swarm, &change), [Verdict::DoesNotFit { missing: Addresses::ONE }]);
}

#[test]
fn what_a_scale_down_will_free_is_not_there_for_a_scale_up() {
    let (mut swarm, net, shrinking) = alone(Dnsrr, 3, "10.0.1.0/29");
    let growing = swarm.settled(shape(Dnsrr, 1, &[&net]), &[0]);
    let down = keeping(&shrinking, shape(Dnsrr, 1, &[&net]));
    let up = keeping(&growing, shape(Dnsrr, 3, &[&net]));
    assert!(!verdicts(&swarm, std::slice::from_ref(&down))[0].refuses());
    assert!(
        verdicts(&swarm, &[down, up])[0].refuses(),
        "the tasks hold their addresses until they have stopped"
    );
}

#[test]
fn changes_that_fit_one_by_one_are_refused_where_they_do_not_fit_together() {
    let (mut swarm, net, one) = alone(Dnsrr, 1, "10.0.1.0/29");
    let other = swarm.settled(shape(Dnsrr, 1, &[&net]), &[0]);
    let changes = [one, other].map(|service| keeping(&service, shape(Dnsrr, 3, &[&net])));
    for change in &changes {
        assert!(!verdicts(&swarm, std::slice::from_ref(change))[0].refuses());
    }
    assert_eq!(verdicts(&swarm, &changes), [Verdict::DoesNotFit { missing: Addresses::new(2) }]);
}

#[test]
fn a_network_that_the_swarm_lacks_is_an_error() {
    let (swarm, _, service) = alone(Vip, 1, "10.0.1.0/29");
    let nowhere = NetworkId::new("nowhere".to_owned());
    let change = replacing(&service, shape(Vip, 1, &[&nowhere]));
    assert_eq!(judge_changes(&swarm.facts, &[change]), Err(BudgetError::UnknownNetwork(nowhere)));
    let ingress = ServiceShape { ingress_port: true, ..shape(Vip, 1, &[]) };
    assert_eq!(
        judge_changes(&swarm.facts, &[replacing(&service, ingress)]),
        Err(BudgetError::NoIngressNetwork)
    );
}

/// Goes through the change on one node, with a set of everything that holds an address.
struct Oracle {
    capacity: usize,
    held: BTreeSet<(&'static str, u64)>,
}

impl Oracle {
    fn verdict(mut self, (old, new): (u64, u64), vip: bool, update: Option<UpdatePolicy>) -> Verdict {
        let before = self.held.len();
        if vip {
            self.held.insert(("vip", 0));
        }
        if new > 0 {
            self.held.insert(("load balancer", 0));
        }
        self.held.extend((1..=new).filter(|slot| *slot > old).map(|slot| ("new", slot)));
        if self.held.len() > self.capacity && self.held.len() > before {
            return Verdict::DoesNotFit { missing: self.beyond() };
        }
        let left = Addresses::new((self.capacity - self.held.len()) as u64);
        let slots: Vec<u64> = (1..=old.min(new)).collect();
        let Some(update) = update.filter(|_| !slots.is_empty()) else { return Verdict::Fits { left } };
        let all = slots.len();
        let batch = match update {
            UpdatePolicy { order: StartFirst, .. } => {
                self.held.insert(("new", 1));
                if self.held.len() > self.capacity {
                    return Verdict::UpdateStalls { left, missing: self.beyond() };
                }
                all
            }
            UpdatePolicy { parallelism: 0, .. } => all,
            UpdatePolicy { parallelism, .. } => usize::try_from(parallelism).unwrap(),
        };
        let mut missing = Addresses::NONE;
        for slots in slots.chunks(batch) {
            self.held.extend(slots.iter().map(|slot| ("new", *slot)));
            missing = missing.max(self.beyond());
            self.held.retain(|(what, slot)| *what != "old" || !slots.contains(slot));
        }
        if missing.is_none() { Verdict::Fits { left } } else { Verdict::UpdateWaits { left, missing } }
    }

    fn beyond(&self) -> Addresses {
        Addresses::new(self.held.len().saturating_sub(self.capacity) as u64)
    }
}

proptest! {
    #[test]
    fn the_verdict_is_what_comes_of_it_address_by_address(
        small: bool,
        had_vip: bool,
        gets_vip: bool,
        old in 0usize..6,
        new in 0u64..8,
        others in 0usize..10,
        start_first: bool,
        parallelism in 0u64..4,
        forced: bool,
    ) {
        let (subnet, capacity) = if small { ("10.0.1.0/29", 5) } else { ("10.0.1.0/28", 13) };
        let mode = |vip| if vip { Vip } else { Dnsrr };
        let (mut swarm, net, service) = alone(mode(had_vip), old, subnet);
        fill(&mut swarm, &net, others);
        let mut held: BTreeSet<_> = (0..others as u64).map(|other| ("other", other)).collect();
        held.extend((1..=old as u64).map(|slot| ("old", slot)));
        held.extend(had_vip.then_some(("vip", 0)));
        held.extend((old > 0).then_some(("load balancer", 0)));
        prop_assume!(held.len() <= capacity);

        let order = if start_first { StartFirst } else { StopFirst };
        let policy = UpdatePolicy { order, parallelism };
        let after = ServiceShape { update: policy, ..shape(mode(gets_vip), new, &[&net]) };
        let replaces_tasks = forced || had_vip != gets_vip;
        let change = Change { service, after, replaces_tasks };
        let expected = Oracle { capacity, held }
            .verdict((old as u64, new), gets_vip, replaces_tasks.then_some(policy));
        prop_assert_eq!(verdicts(&swarm, &[change]), vec![expected]);
    }
}
