//! Needs, verdicts and remedies, rule by rule.

use super::super::*;
use super::sketch::{Sketch, shape};
use crate::endpoint::Mode::{Dnsrr, Vip};

fn updated(order: UpdateOrder, parallelism: u64, shape: ServiceShape) -> ServiceShape {
    ServiceShape { update: UpdatePolicy { order, parallelism }, ..shape }
}

fn need(swarm: &Sketch, shape: &ServiceShape) -> Need {
    swarm.judge(shape).networks[0].need
}

fn update_most(swarm: &Sketch, order: UpdateOrder, parallelism: u64, shape: ServiceShape) -> u64 {
    need(swarm, &updated(order, parallelism, shape)).update.unwrap().most.get()
}

#[test]
fn a_service_needs_a_vip_its_tasks_and_the_load_balancers_of_new_nodes() {
    let mut swarm = Sketch::new(3);
    let net = swarm.network(&["10.0.1.0/24"]);
    let first = need(&swarm, &shape(Vip, 5, &[&net]));
    assert_eq!((first.vips.get(), first.tasks.get(), first.load_balancers.get()), (1, 5, 3));
    swarm.settled(shape(Dnsrr, 1, &[&net]), &[1]);
    assert_eq!(need(&swarm, &shape(Dnsrr, 5, &[&net])).steady().get(), 5 + 2);
}

#[test]
fn a_global_service_needs_a_task_for_every_node_that_takes_one() {
    let mut swarm = Sketch::new(4);
    let net = swarm.network(&["10.0.1.0/24"]);
    swarm.facts.nodes[0].ready = false;
    let need = need(&swarm, &ServiceShape { kind: Kind::Global, ..shape(Vip, 0, &[&net]) });
    assert_eq!((need.vips.get(), need.tasks.get(), need.load_balancers.get()), (1, 3, 3));
}

#[test]
fn a_job_needs_what_runs_at_once_and_has_no_rolling_update() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/24"]);
    let kind = Kind::ReplicatedJob { concurrent: 3, completions: 100 };
    let need = need(&swarm, &ServiceShape { kind, ..shape(Vip, 0, &[&net]) });
    assert_eq!((need.steady().get(), need.update), (1 + 3 + 1, None));
}

#[test]
fn a_stop_first_update_takes_as_many_as_are_replaced_at_once() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/24"]);
    let most = |parallelism, replicas| {
        update_most(&swarm, UpdateOrder::StopFirst, parallelism, shape(Vip, replicas, &[&net]))
    };
    assert_eq!((most(1, 3), most(2, 4), most(0, 3), most(9, 3)), (1, 2, 3, 3));
}

#[test]
fn a_start_first_update_takes_up_to_all_tasks_whatever_the_parallelism() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/24"]);
    let most = |parallelism, replicas| {
        update_most(&swarm, UpdateOrder::StartFirst, parallelism, shape(Vip, replicas, &[&net]))
    };
    assert_eq!((most(1, 3), most(2, 4), most(0, 3)), (3, 4, 3));
}

#[test]
fn a_new_task_of_an_update_may_reach_one_more_node() {
    let mut swarm = Sketch::new(3);
    let net = swarm.network(&["10.0.1.0/24"]);
    assert_eq!(update_most(&swarm, UpdateOrder::StopFirst, 1, shape(Vip, 1, &[&net])), 2);
    assert_eq!(update_most(&swarm, UpdateOrder::StopFirst, 1, shape(Vip, 3, &[&net])), 1);
}

#[test]
fn a_network_listed_twice_doubles_the_need_but_not_the_load_balancers() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/24"]);
    let judged = swarm.judge(&shape(Vip, 2, &[&net, &net]));
    assert_eq!(judged.networks.len(), 1);
    assert_eq!(judged.networks[0].need.steady().get(), 2 + 4 + 1);
}

#[test]
fn a_published_service_must_fit_on_ingress_too_and_adds_no_node_there() {
    let mut swarm = Sketch::new(2);
    let ingress = swarm.ingress("10.0.0.0/29");
    let net = swarm.network(&["10.0.1.0/24"]);
    let published = |replicas| ServiceShape { ingress_port: true, ..shape(Vip, replicas, &[&net]) };
    let judged = swarm.judge(&published(2));
    assert_eq!(judged.networks[1].network.id, ingress);
    assert_eq!(judged.networks[1].need.steady().get(), 1 + 2);
    assert!(judged.accepts());
    assert_eq!(
        swarm.judge(&published(3)).networks[1].verdict,
        Verdict::DoesNotFit { missing: Addresses::ONE }
    );
}

#[test]
fn it_fits_to_the_last_address_and_not_beyond() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/28"]);
    let at_most_one = |replicas| updated(UpdateOrder::StopFirst, 1, shape(Vip, replicas, &[&net]));
    assert_eq!(swarm.verdict(&at_most_one(10)), Verdict::Fits { left: Addresses::ONE });
    assert_eq!(
        swarm.verdict(&at_most_one(11)),
        Verdict::UpdateWaits { left: Addresses::NONE, missing: Addresses::ONE }
    );
    assert_eq!(swarm.verdict(&at_most_one(12)), Verdict::DoesNotFit { missing: Addresses::ONE });
}

#[test]
fn a_start_first_update_stalls_only_where_not_one_task_finds_room() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/28"]);
    let start_first = |replicas| updated(UpdateOrder::StartFirst, 1, shape(Vip, replicas, &[&net]));
    assert_eq!(
        swarm.verdict(&start_first(11)),
        Verdict::UpdateStalls { left: Addresses::NONE, missing: Addresses::ONE }
    );
    assert_eq!(
        swarm.verdict(&start_first(10)),
        Verdict::UpdateWaits { left: Addresses::ONE, missing: Addresses::new(9) }
    );
    assert!(matches!(swarm.verdict(&start_first(5)), Verdict::Fits { .. }));
}

#[test]
fn a_service_without_tasks_has_no_update_that_could_stall() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/30"]);
    let idle = updated(UpdateOrder::StartFirst, 1, shape(Vip, 0, &[&net]));
    assert_eq!(swarm.verdict(&idle), Verdict::Fits { left: Addresses::NONE });
}

#[test]
fn one_full_network_refuses_a_service_that_fits_on_the_others() {
    let mut swarm = Sketch::new(1);
    let roomy = swarm.network(&["10.0.1.0/24"]);
    let full = swarm.network(&["10.0.2.0/30"]);
    let judged = swarm.judge(&shape(Vip, 1, &[&roomy, &full]));
    assert!(matches!(judged.networks[0].verdict, Verdict::Fits { .. }));
    assert_eq!(judged.networks[1].verdict, Verdict::DoesNotFit { missing: Addresses::new(2) });
    assert!(!judged.accepts());
}

#[test]
fn what_others_are_owed_is_not_given_away() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/28"]);
    swarm.create(shape(Vip, 9, &[&net]));
    assert!(swarm.judge(&shape(Dnsrr, 2, &[&net])).accepts());
    assert_eq!(swarm.verdict(&shape(Dnsrr, 3, &[&net])), Verdict::DoesNotFit { missing: Addresses::ONE });
    swarm.create(shape(Vip, 9, &[&net]));
    let judged = swarm.verdict(&shape(Dnsrr, 3, &[&net]));
    assert_eq!(judged, Verdict::DoesNotFit { missing: Addresses::new(3 + 8) }, "8 are lacking already");
}

#[test]
fn a_service_that_takes_nothing_fits_anywhere() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/29"]);
    swarm.create(shape(Vip, 6, &[&net]));
    assert!(swarm.judge(&shape(Dnsrr, 0, &[&net])).accepts());
}

#[test]
fn a_network_that_the_engine_has_not_allocated_takes_no_service() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&[]);
    assert_eq!(swarm.verdict(&shape(Vip, 1, &[&net])), Verdict::NotAllocated);
}

#[test]
fn a_network_that_is_not_there_is_an_error() {
    let swarm = Sketch::new(1);
    let ledger = Ledger::open(&swarm.facts);
    let gone = NetworkId::new("gone");
    assert_eq!(judge(&ledger, &shape(Vip, 1, &[&gone])), Err(BudgetError::UnknownNetwork(gone)));
    let published = ServiceShape { ingress_port: true, ..shape(Vip, 1, &[]) };
    assert_eq!(judge(&ledger, &published), Err(BudgetError::NoIngressNetwork));
}

#[test]
fn a_service_that_fits_needs_no_remedy() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/28"]);
    let ledger = Ledger::open(&swarm.facts);
    assert_eq!(remedies(&ledger, &shape(Vip, 1, &[&net])), Ok(Remedies::default()));
}

#[test]
fn dnsrr_helps_where_one_address_is_lacking_and_no_port_is_published() {
    let mut swarm = Sketch::new(1);
    swarm.ingress("10.0.0.0/24");
    let net = swarm.network(&["10.0.1.0/28"]);
    let ledger = Ledger::open(&swarm.facts);
    let dnsrr = |shape: &ServiceShape| remedies(&ledger, shape).unwrap().dnsrr;
    assert_eq!(dnsrr(&shape(Vip, 12, &[&net])), Some(DnsrrRemedy { saves: Addresses::ONE, enough: true }));
    assert_eq!(dnsrr(&shape(Vip, 13, &[&net])), Some(DnsrrRemedy { saves: Addresses::ONE, enough: false }));
    assert_eq!(dnsrr(&shape(Dnsrr, 13, &[&net])), None);
    assert_eq!(dnsrr(&ServiceShape { ingress_port: true, ..shape(Vip, 12, &[&net]) }), None);
}

#[test]
fn the_most_replicas_that_fit_are_offered() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/28"]);
    let replicas =
        |swarm: &Sketch| remedies(&Ledger::open(&swarm.facts), &shape(Vip, 100, &[&net])).unwrap().replicas;
    assert_eq!(replicas(&swarm), Some(11));
    swarm.settled(shape(Dnsrr, 11, &[&net]), &[0; 11]);
    assert_eq!(replicas(&swarm), None, "not even one");
}

#[test]
fn stop_first_is_offered_where_start_first_would_stall() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/28"]);
    let ledger = Ledger::open(&swarm.facts);
    let stalls = updated(UpdateOrder::StartFirst, 1, shape(Vip, 11, &[&net]));
    assert!(remedies(&ledger, &stalls).unwrap().stop_first);
    let too_many = updated(UpdateOrder::StartFirst, 1, shape(Vip, 12, &[&net]));
    assert!(!remedies(&ledger, &too_many).unwrap().stop_first);
}

#[test]
fn the_size_that_is_offered_holds_the_height_of_an_update() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/29"]);
    let other = swarm.network(&["10.0.2.0/24"]);
    // 1 virtual IP, 11 tasks and 1 load balancer would just fit into a /28.
    let remedies = remedies(&Ledger::open(&swarm.facts), &shape(Vip, 11, &[&net, &other])).unwrap();
    assert_eq!(remedies.networks.len(), 1, "the other network is big enough");
    assert_eq!(remedies.networks[0].network.id, net);
    assert_eq!(remedies.networks[0].prefix, Some(27));
}

#[test]
fn the_size_that_is_offered_holds_what_is_there_and_what_is_owed() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/28"]);
    let prefix = |swarm: &Sketch| {
        let ledger = Ledger::open(&swarm.facts);
        remedies(&ledger, &shape(Vip, 20, &[&net])).unwrap().networks[0].prefix
    };
    assert_eq!(prefix(&swarm), Some(27), "23 with the update");
    swarm.settled(shape(Vip, 5, &[&net]), &[0; 5]);
    assert_eq!(prefix(&swarm), Some(27), "29: 6 more, and the load balancer is there already");
    swarm.create(shape(Dnsrr, 1, &[&net]));
    assert_eq!(prefix(&swarm), Some(26), "30");
}

/// `docs/ip-budget.md`, "An example".
#[test]
fn the_example_of_the_operators_page_holds() {
    let mut swarm = Sketch::new(3);
    let front = swarm.network(&["10.0.9.0/28"]);
    swarm.settled(shape(Vip, 3, &[&front]), &[0, 1, 2]);
    let usage = swarm.usage(&front);
    assert_eq!((usage.owned().get(), usage.free().get()), (7, 6));

    for (mode, steady, left, peak) in [(Vip, 4, 2, 5), (Dnsrr, 3, 3, 4)] {
        let judged = swarm.judge(&shape(mode, 3, &[&front])).networks[0];
        assert_eq!((judged.need.steady().get(), judged.need.peak().get()), (steady, peak));
        assert_eq!(judged.verdict, Verdict::Fits { left: Addresses::new(left) });
    }
    swarm.settled(shape(Vip, 3, &[&front]), &[0, 1, 2]);
    assert_eq!(swarm.verdict(&shape(Vip, 2, &[&front])), Verdict::DoesNotFit { missing: Addresses::ONE });
    assert_eq!(
        swarm.verdict(&shape(Dnsrr, 2, &[&front])),
        Verdict::UpdateWaits { left: Addresses::NONE, missing: Addresses::ONE }
    );
}
