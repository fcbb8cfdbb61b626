//! What is in use and what is owed, rule by rule.

use super::super::*;
use super::sketch::{Sketch, shape};
use crate::endpoint::Mode::{Dnsrr, Vip};

#[test]
fn an_empty_network_holds_nothing_but_the_reserved_three() {
    let mut swarm = Sketch::new(3);
    let net = swarm.network(&["10.0.1.0/28"]);
    let usage = swarm.usage(&net);
    assert_eq!((usage.capacity.total.get(), usage.owned().get(), usage.free().get()), (16, 0, 13));
}

#[test]
fn a_vip_is_held_with_no_replicas_and_dnsrr_holds_none() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/28"]);
    swarm.settled(shape(Vip, 0, &[&net]), &[]);
    swarm.settled(shape(Dnsrr, 0, &[&net]), &[]);
    assert_eq!(swarm.kinds(&net), [0, 1, 0, 0]);
    assert_eq!(swarm.owed(&net), [0, 0, 0]);
}

#[test]
fn a_node_has_one_load_balancer_however_many_tasks_run_on_it() {
    let mut swarm = Sketch::new(3);
    let net = swarm.network(&["10.0.1.0/28"]);
    swarm.settled(shape(Vip, 4, &[&net]), &[0, 0, 1, 1]);
    swarm.container(&net, 1);
    assert_eq!(swarm.kinds(&net), [2, 1, 4, 1]);
}

#[test]
fn only_overlay_networks_have_load_balancers() {
    let mut swarm = Sketch::new(2);
    let net = swarm.network(&["10.0.1.0/28"]);
    swarm.facts.networks[0].overlay = false;
    swarm.settled(shape(Vip, 2, &[&net]), &[0, 1]);
    swarm.create(shape(Vip, 2, &[&net]));
    assert_eq!(swarm.kinds(&net), [0, 1, 2, 0]);
    assert_eq!(swarm.owed(&net), [1, 2, 0]);
}

#[test]
fn every_node_has_a_load_balancer_on_ingress_also_a_down_one() {
    let mut swarm = Sketch::new(3);
    let ingress = swarm.ingress("10.0.0.0/24");
    swarm.facts.nodes[2].ready = false;
    assert_eq!(swarm.kinds(&ingress), [3, 0, 0, 0]);
    let published = ServiceShape { ingress_port: true, ..shape(Vip, 2, &[]) };
    swarm.settled(published, &[0, 1]);
    assert_eq!(swarm.kinds(&ingress), [3, 1, 2, 0]);
}

#[test]
fn a_network_listed_twice_costs_twice() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/28"]);
    swarm.settled(shape(Vip, 1, &[&net, &net]), &[0]);
    assert_eq!(swarm.kinds(&net), [1, 2, 2, 0]);
}

#[test]
fn a_stopping_task_holds_its_addresses_until_it_has_stopped() {
    let mut swarm = Sketch::new(2);
    let net = swarm.network(&["10.0.1.0/28"]);
    let id = swarm.settled(shape(Dnsrr, 1, &[&net]), &[0]);
    swarm.task(&id, 1, Some(1), Stage::Holding, Fate::Leaving);
    swarm.task(&id, 1, Some(1), Stage::Ended, Fate::Leaving);
    assert_eq!(swarm.kinds(&net), [2, 0, 2, 0], "the ended one lists its address, but it is free");
    assert_eq!(swarm.owed(&net), [0, 0, 0]);
}

#[test]
fn a_task_of_a_removed_service_holds_its_addresses() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/28"]);
    swarm.settled(shape(Vip, 1, &[&net]), &[0]);
    swarm.facts.services.clear();
    swarm.facts.tasks[0].fate = Fate::Leaving;
    assert_eq!(swarm.kinds(&net), [1, 0, 1, 0]);
}

#[test]
fn a_service_that_was_only_just_created_is_owed_everything() {
    let mut swarm = Sketch::new(3);
    let net = swarm.network(&["10.0.1.0/28"]);
    swarm.create(shape(Vip, 2, &[&net]));
    assert_eq!(swarm.owed(&net), [1, 2, 2]);
    let usage = swarm.usage(&net);
    assert_eq!((usage.free().get(), usage.headroom().get(), usage.short().get()), (13, 8, 0));
}

#[test]
fn what_is_owed_shrinks_as_the_engine_allocates_and_the_headroom_stays() {
    let mut swarm = Sketch::new(3);
    let net = swarm.network(&["10.0.1.0/28"]);
    let id = swarm.create(shape(Vip, 2, &[&net]));
    let headroom = swarm.usage(&net).headroom();

    swarm.allocate_vips(&id);
    assert_eq!((swarm.owed(&net), swarm.usage(&net).headroom()), ([0, 2, 2], headroom));
    swarm.task(&id, 1, None, Stage::New, Fate::Kept);
    swarm.task(&id, 2, None, Stage::Holding, Fate::Kept);
    assert_eq!((swarm.owed(&net), swarm.usage(&net).headroom()), ([0, 1, 2], headroom));
    swarm.facts.tasks.remove(0);
    swarm.task(&id, 1, Some(0), Stage::Holding, Fate::Kept);
    assert_eq!(
        (swarm.owed(&net), swarm.usage(&net).headroom()),
        ([0, 0, 1], headroom),
        "task 2 has no node yet"
    );
}

#[test]
fn services_created_in_a_quick_row_share_the_nodes_they_may_reach() {
    let mut swarm = Sketch::new(3);
    let net = swarm.network(&["10.0.1.0/27"]);
    for _ in 0..5 {
        swarm.create(shape(Dnsrr, 1, &[&net]));
    }
    assert_eq!(swarm.owed(&net), [0, 5, 3]);
}

#[test]
fn a_pinned_service_can_reach_its_node_only() {
    let mut swarm = Sketch::new(3);
    let net = swarm.network(&["10.0.1.0/28"]);
    let placement = Placement::new(&["node.id==node1"]);
    swarm.create(ServiceShape { placement, ..shape(Vip, 4, &[&net]) });
    assert_eq!(swarm.owed(&net), [1, 4, 1]);
}

#[test]
fn a_global_service_is_owed_a_task_on_every_node_that_takes_one() {
    let mut swarm = Sketch::new(4);
    let net = swarm.network(&["10.0.1.0/28"]);
    swarm.facts.nodes[3].active = false;
    let global = ServiceShape { kind: Kind::Global, ..shape(Vip, 0, &[&net]) };
    let id = swarm.create(global);
    assert_eq!(swarm.owed(&net), [1, 3, 3]);
    swarm.allocate_vips(&id);
    swarm.task(&id, 0, Some(0), Stage::Holding, Fate::Kept);
    swarm.task(&id, 0, Some(1), Stage::New, Fate::Kept);
    assert_eq!((swarm.kinds(&net), swarm.owed(&net)), ([1, 1, 1, 0], [0, 2, 2]));
}

#[test]
fn a_node_that_comes_back_will_need_addresses_for_its_global_tasks() {
    let mut swarm = Sketch::new(4);
    let net = swarm.network(&["10.0.1.0/28"]);
    let global = ServiceShape { kind: Kind::Global, ..shape(Vip, 0, &[&net]) };
    let id = swarm.settled(global.clone(), &[0, 1]);
    // Drained, with nothing on it; down, with a task that still holds its address.
    swarm.facts.nodes[2].active = false;
    swarm.facts.nodes[3].ready = false;
    swarm.task(&id, 0, Some(3), Stage::Holding, Fate::Leaving);
    let usage = swarm.usage(&net);
    assert_eq!((swarm.kinds(&net), swarm.owed(&net)), ([3, 1, 3, 0], [0, 0, 0]));
    assert_eq!((usage.returning.tasks.get(), usage.returning.load_balancers.get()), (2, 1));
    assert_eq!((usage.free().get(), usage.short_on_return().get()), (6, 0));
    // One that may not run there comes back without need, and so does a replicated one.
    let placement = Placement::new(&["node.id!=node2", "node.id!=node3"]);
    swarm.settled(ServiceShape { placement, ..global }, &[0, 1]);
    swarm.settled(shape(Vip, 2, &[&net]), &[0, 1]);
    assert_eq!(swarm.usage(&net).returning, usage.returning);
    assert_eq!(swarm.usage(&net).short_on_return().get(), 3);
}

#[test]
fn a_paused_node_keeps_its_global_task_and_needs_no_other() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/28"]);
    swarm.settled(ServiceShape { kind: Kind::Global, ..shape(Vip, 0, &[&net]) }, &[0]);
    swarm.facts.nodes[0].active = false;
    assert_eq!(swarm.usage(&net).returning.total(), Addresses::NONE);
}

#[test]
fn a_new_task_of_a_global_service_charges_the_node_it_is_bound_to() {
    let mut swarm = Sketch::new(2);
    let net = swarm.network(&["10.0.1.0/28"]);
    let id = swarm.create(ServiceShape { kind: Kind::Global, ..shape(Dnsrr, 0, &[&net]) });
    swarm.task(&id, 0, Some(0), Stage::Holding, Fate::Leaving);
    swarm.task(&id, 0, Some(0), Stage::New, Fate::Kept);
    swarm.task(&id, 0, Some(1), Stage::Holding, Fate::Kept);
    assert_eq!(swarm.owed(&net), [0, 1, 0]);
}

#[test]
fn a_task_being_replaced_owes_its_successor_an_address() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/28"]);
    let id = swarm.settled(shape(Dnsrr, 2, &[&net]), &[0]);
    swarm.task(&id, 2, Some(0), Stage::Holding, Fate::Leaving);
    swarm.task(&id, 2, None, Stage::New, Fate::Kept);
    assert_eq!((swarm.kinds(&net), swarm.owed(&net)), ([1, 0, 2, 0], [0, 1, 0]));
}

#[test]
fn the_new_task_of_a_start_first_update_is_owed_its_address_beside_the_old_one() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/28"]);
    let id = swarm.settled(shape(Dnsrr, 1, &[&net]), &[0]);
    swarm.task(&id, 1, None, Stage::New, Fate::Kept);
    assert_eq!(swarm.owed(&net), [0, 1, 0]);
}

#[test]
fn a_slot_is_owed_again_unless_the_restart_policy_gave_it_up() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/28"]);
    let once = ServiceShape { restarts_for_ever: false, ..shape(Dnsrr, 1, &[&net]) };
    let id = swarm.create(once);
    swarm.task(&id, 1, Some(0), Stage::Complete, Fate::Leaving);
    assert_eq!(swarm.owed(&net), [0, 0, 0], "it ran, and that was all");
    swarm.service_mut(&id).shape.restarts_for_ever = true;
    assert_eq!(swarm.owed(&net), [0, 1, 1]);
}

#[test]
fn a_stopping_task_is_not_the_replica_that_is_wanted() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/28"]);
    let id = swarm.create(shape(Dnsrr, 1, &[&net]));
    swarm.task(&id, 1, Some(0), Stage::Holding, Fate::Leaving);
    assert_eq!((swarm.kinds(&net), swarm.owed(&net)), ([1, 0, 1, 0], [0, 1, 0]));
}

#[test]
fn a_task_that_ended_and_was_not_replaced_yet_is_owed_a_successor() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/28"]);
    let id = swarm.create(shape(Dnsrr, 2, &[&net]));
    swarm.task(&id, 1, Some(0), Stage::Complete, Fate::Kept);
    swarm.task(&id, 2, Some(0), Stage::Ended, Fate::Kept);
    assert_eq!(swarm.owed(&net), [0, 2, 1]);
}

#[test]
fn scaling_down_owes_nothing_while_the_tasks_stop() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/28"]);
    let id = swarm.settled(shape(Dnsrr, 1, &[&net]), &[0]);
    swarm.task(&id, 2, Some(0), Stage::Holding, Fate::Leaving);
    assert_eq!((swarm.kinds(&net), swarm.owed(&net)), ([1, 0, 2, 0], [0, 0, 0]));
    assert_eq!(swarm.usage(&net).stopping.get(), 1, "one of the two");
}

#[test]
fn a_network_that_an_update_adds_is_owed_before_the_tasks_are_replaced() {
    let mut swarm = Sketch::new(2);
    let old = swarm.network(&["10.0.1.0/28"]);
    let id = swarm.settled(shape(Vip, 2, &[&old]), &[0, 1]);
    let added = swarm.network(&["10.0.2.0/28"]);
    swarm.service_mut(&id).shape.networks.push(added.clone());
    assert_eq!(swarm.owed(&added), [1, 2, 2]);
    assert_eq!(swarm.owed(&old), [0, 0, 0]);
}

#[test]
fn a_completed_job_holds_its_vip_and_is_owed_no_task() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/28"]);
    let kind = Kind::ReplicatedJob { concurrent: 2, completions: 3 };
    let id = swarm.create(ServiceShape { kind, ..shape(Vip, 0, &[&net]) });
    assert_eq!(swarm.owed(&net), [1, 2, 1]);
    swarm.allocate_vips(&id);
    for slot in 0..2 {
        swarm.task(&id, slot, Some(0), Stage::Complete, Fate::Kept);
    }
    assert_eq!(swarm.owed(&net), [0, 1, 1], "one of three is left");
    swarm.task(&id, 2, Some(0), Stage::Holding, Fate::Kept);
    assert_eq!((swarm.kinds(&net), swarm.owed(&net)), ([1, 1, 1, 0], [0, 0, 0]));
    swarm.facts.tasks[2].stage = Stage::Complete;
    assert_eq!((swarm.kinds(&net), swarm.owed(&net)), ([0, 1, 0, 0], [0, 0, 0]));
}

#[test]
fn a_global_job_that_has_begun_is_owed_no_task_on_a_node_that_joined_later() {
    let mut swarm = Sketch::new(2);
    let net = swarm.network(&["10.0.1.0/28"]);
    let id = swarm.create(ServiceShape { kind: Kind::GlobalJob, ..shape(Dnsrr, 0, &[&net]) });
    assert_eq!(swarm.owed(&net), [0, 2, 2]);
    swarm.task(&id, 0, Some(0), Stage::Complete, Fate::Kept);
    assert_eq!(swarm.owed(&net), [0, 0, 0]);
    swarm.task(&id, 0, Some(1), Stage::New, Fate::Kept);
    assert_eq!(swarm.owed(&net), [0, 1, 1]);
}

#[test]
fn a_global_job_runs_again_where_it_failed_whatever_the_restart_policy() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/28"]);
    let job = ServiceShape { kind: Kind::GlobalJob, restarts_for_ever: false, ..shape(Dnsrr, 0, &[&net]) };
    let id = swarm.create(job);
    swarm.task(&id, 0, Some(0), Stage::Ended, Fate::Leaving);
    assert_eq!(swarm.owed(&net), [0, 1, 1]);
}

#[test]
fn only_a_published_service_is_on_ingress() {
    let mut swarm = Sketch::new(1);
    let ingress = swarm.ingress("10.0.0.0/28");
    swarm.settled(shape(Vip, 2, &[]), &[0, 0]);
    swarm.create(shape(Vip, 2, &[&ingress]));
    assert_eq!((swarm.kinds(&ingress), swarm.owed(&ingress)), ([1, 0, 0, 0], [0, 0, 0]));
    swarm.create(ServiceShape { ingress_port: true, ..shape(Vip, 2, &[]) });
    assert_eq!(swarm.owed(&ingress), [1, 2, 0]);
}

#[test]
fn what_the_engine_counts_beyond_the_model_is_leaked() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/28"]);
    swarm.settled(shape(Vip, 1, &[&net]), &[0]);
    swarm.facts.networks[0].available = Some(Addresses::new(10));
    assert!(swarm.usage(&net).leaked.is_none());
    swarm.facts.networks[0].available = Some(Addresses::new(3));
    let usage = swarm.usage(&net);
    assert_eq!((usage.leaked.get(), usage.free().get()), (7, 3));
}

#[test]
fn an_overfull_network_tells_how_much_it_is_short() {
    let mut swarm = Sketch::new(1);
    let net = swarm.network(&["10.0.1.0/29"]);
    swarm.create(shape(Vip, 6, &[&net]));
    let usage = swarm.usage(&net);
    assert_eq!((usage.free().get(), usage.headroom().get(), usage.short().get()), (5, 0, 3));
}
