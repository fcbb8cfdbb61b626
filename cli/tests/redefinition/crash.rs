//! Killed, cut off and refused at every single change; then on, or back.

use std::time::Duration;

use swarm_sim::Fault;

use crate::stage::{NEW, OLD, Stage, everywhere, idle, web};
use crate::way::{RECREATE, ROLLING, assert_only_the_range_differs};

fn services() -> Vec<serde_json::Value> {
    vec![web("one"), idle("two"), everywhere("three")]
}

/// Kills the plugin at each change, either before the engine has made it or before the plugin has heard of it, and then
/// goes on or back. Returns how many changes there are.
fn walk(words: &[&str], fault: fn(u64) -> Fault, then: &str, range: &str) -> u64 {
    for change in 1.. {
        let stage = Stage::with(&services());
        let before = stage.look();
        stage.simulator.set_fault(Some(fault(change)));
        if !stage.kill_at(change, words) {
            return change - 1;
        }
        stage.simulator.set_fault(None);
        stage.succeed(&[then]);
        assert_only_the_range_differs(&before, &stage, range);
    }
    0
}

#[test]
fn killed_after_any_step_of_recreating_it_goes_on() {
    assert!(walk(&RECREATE, Fault::HoldAfter, "resume", NEW) >= 8);
}

#[test]
fn killed_after_any_step_of_recreating_it_goes_back() {
    assert!(walk(&RECREATE, Fault::HoldAfter, "undo", OLD) >= 8);
}

#[test]
fn killed_before_any_step_of_recreating_it_goes_on() {
    assert!(walk(&RECREATE, Fault::CutBefore, "resume", NEW) >= 8);
}

#[test]
fn killed_after_any_step_of_rolling_it_goes_on() {
    assert!(walk(&ROLLING, Fault::HoldAfter, "resume", NEW) >= 16);
}

#[test]
fn killed_after_any_step_of_rolling_it_goes_back() {
    assert!(walk(&ROLLING, Fault::HoldAfter, "undo", OLD) >= 16);
}

#[test]
fn killed_on_the_way_back_it_goes_on_back() {
    for change in [1, 3, 5, 7] {
        let stage = Stage::with(&services());
        let before = stage.look();
        stage.simulator.set_fault(Some(Fault::HoldAfter(7)));
        assert!(stage.kill_at(7, &RECREATE));
        stage.simulator.set_fault(Some(Fault::HoldAfter(change)));
        stage.kill_at(change, &["undo"]);
        stage.simulator.set_fault(None);
        stage.succeed(&["resume"]);
        assert_only_the_range_differs(&before, &stage, OLD);
    }
}

#[test]
fn a_lost_connection_and_a_failing_engine_are_waited_for() {
    for fault in [Fault::CutAfter(4), Fault::CutBefore(5), Fault::Refuse(6)] {
        let stage = Stage::with(&services());
        let before = stage.look();
        stage.simulator.set_fault(Some(fault));
        let simulator = stage.simulator.clone();
        let healer = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_secs(2));
            simulator.set_fault(None);
        });
        stage.succeed(&RECREATE);
        healer.join().unwrap();
        assert_only_the_range_differs(&before, &stage, NEW);
    }
}

#[test]
fn the_loss_of_the_leader_is_waited_for() {
    let stage = Stage::with(&services());
    let before = stage.look();
    stage.simulator.set_fault(Some(Fault::HoldAfter(4)));
    let simulator = stage.simulator.clone();
    let loser = std::thread::spawn(move || {
        while simulator.mutating_calls() < 4 {
            std::thread::sleep(Duration::from_millis(2));
        }
        simulator.with(swarm_sim::Swarm::lose_leader);
        simulator.set_fault(None);
    });
    stage.succeed(&RECREATE);
    loser.join().unwrap();
    assert_only_the_range_differs(&before, &stage, NEW);
}

#[test]
fn doctor_warns_of_an_unfinished_redefinition_until_it_is_ended() {
    let stage = Stage::with(&[web("one"), idle("two")]);
    let warned = || {
        let said = stage.smsvc(&["doctor"]).output().unwrap().stderr;
        let said = String::from_utf8(said).unwrap();
        ["warning: E346", "network resume front", "network undo front", ".jsonl"]
            .iter()
            .all(|it| said.contains(it))
    };
    assert!(!warned());
    stage.simulator.set_fault(Some(Fault::HoldAfter(1)));
    assert!(stage.kill_at(1, &RECREATE));
    stage.simulator.set_fault(None);
    assert!(warned());
    stage.succeed(&["undo"]);
    assert!(!warned());
}
