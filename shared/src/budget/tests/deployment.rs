//! Services that change together, rule by rule, and against creating them one after the other.

use proptest::prelude::*;

use super::super::*;
use super::sketch::{Sketch, shape};
use crate::endpoint::Mode::{Dnsrr, Vip};

fn planned(id: &str, shape: ServiceShape) -> Planned {
    Planned { id: ServiceId::new(id), name: id.to_owned(), shape }
}

fn deploy(services: Vec<Planned>) -> Deployment {
    Deployment { services, ..Deployment::default() }
}

fn on(outlooks: &[NetworkOutlook], network: &NetworkId) -> [u64; 3] {
    let outlook = outlooks.iter().find(|outlook| outlook.network == *network).unwrap();
    [outlook.steady, outlook.deploying, outlook.updating].map(Addresses::get)
}

fn start_first(shape: ServiceShape) -> ServiceShape {
    ServiceShape { update: UpdatePolicy { order: UpdateOrder::StartFirst, parallelism: 1 }, ..shape }
}

#[test]
fn new_services_have_no_surge_while_they_are_deployed() {
    let mut swarm = Sketch::new(3);
    let net = swarm.network(&["10.0.1.0/24"]);
    let stack = deploy(vec![
        planned("a", shape(Vip, 3, &[&net])),
        planned("b", start_first(shape(Dnsrr, 2, &[&net]))),
    ]);
    // 1 + 3, 2, and three load balancers between them; 1 and 2 more in an update.
    assert_eq!(on(&stack.outlook(&swarm.facts), &net), [9, 9, 12]);
}

#[test]
fn what_exists_and_stays_is_not_counted_twice() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/24"]);
    let id = swarm.settled(shape(Vip, 3, &[&net]), &[0, 0, 0]);
    let stack = deploy(vec![Planned { id, name: "a".into(), shape: shape(Vip, 3, &[&net]) }]);
    assert_eq!(on(&stack.outlook(&swarm.facts), &net), [5, 6, 6]);
}

#[test]
fn what_a_service_gives_up_is_held_until_the_deployment_is_through() {
    let mut swarm = Sketch::new(1);
    let (old, new) = (swarm.network(&["10.0.1.0/24"]), swarm.network(&["10.0.2.0/24"]));
    let id = swarm.settled(shape(Vip, 4, &[&old]), &[0, 0, 0, 0]);
    let moved = Planned { id: id.clone(), name: "a".into(), shape: shape(Dnsrr, 2, &[&new]) };
    let outlooks = deploy(vec![moved]).outlook(&swarm.facts);
    assert_eq!(on(&outlooks, &old), [0, 6, 0]);
    assert_eq!(on(&outlooks, &new), [3, 4, 4]);
    let scaled = Planned { id, name: "a".into(), shape: shape(Vip, 1, &[&old]) };
    assert_eq!(on(&deploy(vec![scaled]).outlook(&swarm.facts), &old), [3, 7, 4]);
}

#[test]
fn what_is_removed_is_gone_in_the_end_and_held_until_then() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/24"]);
    let id = swarm.settled(shape(Vip, 2, &[&net]), &[0, 0]);
    let stack = Deployment { services: vec![planned("new", shape(Dnsrr, 1, &[&net]))], removed: [id].into() };
    assert_eq!(on(&stack.outlook(&swarm.facts), &net)[0], 2);
    assert!(on(&stack.outlook(&swarm.facts), &net)[1] >= 5, "VIP, two tasks, the node, the new task");
}

#[test]
fn ingress_and_global_services_are_counted_as_everywhere() {
    let mut swarm = Sketch::new(3);
    let (ingress, net) = (swarm.ingress("10.0.0.0/24"), swarm.network(&["10.0.1.0/24"]));
    let kind = Kind::Global;
    let edge = ServiceShape { kind, ingress_port: true, ..shape(Vip, 0, &[&net]) };
    let outlooks = deploy(vec![planned("edge", edge)]).outlook(&swarm.facts);
    assert_eq!(on(&outlooks, &ingress), [3 + 1 + 3, 7, 8]);
    assert_eq!(on(&outlooks, &net), [1 + 3 + 3, 7, 8]);
}

#[test]
fn a_start_first_update_without_an_address_left_stalls() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/29"]);
    let stalls = |replicas: u64| {
        let stack = deploy(vec![planned("a", start_first(shape(Dnsrr, replicas, &[&net])))]);
        stack.outlook(&swarm.facts)[0].stalls.clone()
    };
    // Five usable: the node, and three or four tasks.
    assert_eq!(stalls(3), None);
    assert_eq!(stalls(4), Some(ServiceId::new("a")));
}

#[test]
fn leaked_addresses_stay_leaked() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/28"]);
    let id = swarm.settled(shape(Vip, 1, &[&net]), &[0]);
    swarm.facts.networks[0].available = Some(Addresses::new(8));
    let stack = deploy(vec![Planned { id, name: "a".into(), shape: shape(Vip, 1, &[&net]) }]);
    assert_eq!(on(&stack.outlook(&swarm.facts), &net)[0], 13 - 8);
}

proptest! {
    /// Judging services together takes what creating one after the other takes in the end.
    #[test]
    fn together_is_as_one_by_one(
        nodes in 1u32..5,
        services in prop::collection::vec((0u64..5, any::<bool>(), 0usize..3), 0..6),
    ) {
        let mut swarm = Sketch::new(nodes);
        let nets = [swarm.network(&["10.0.1.0/24"]), swarm.network(&["10.0.2.0/24"])];
        let shapes: Vec<ServiceShape> = services
            .iter()
            .map(|(replicas, vip, on)| {
                let on: &[&NetworkId] = match on { 0 => &[&nets[0]], 1 => &[&nets[1]], _ => &[&nets[0], &nets[1]] };
                shape(if *vip { Vip } else { Dnsrr }, *replicas, on)
            })
            .collect();
        let stack = deploy(shapes.iter().enumerate().map(|(n, shape)| planned(&format!("new{n}"), shape.clone())).collect());
        let outlooks = stack.outlook(&swarm.facts);
        for shape in shapes {
            swarm.create(shape);
        }
        for net in &nets {
            let usage = swarm.usage(net);
            prop_assert_eq!(on(&outlooks, net)[0], usage.owned().plus(usage.owed.total()).get());
        }
    }
}
