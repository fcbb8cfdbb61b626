//! The whole way, undisturbed.

use serde_json::{Value, json};

use crate::stage::{Look, NEW, OLD, Stage, TRANSIT, everywhere, idle, job, web};

/// The words of a rolling redefinition.
pub(crate) const ROLLING: [&str; 8] =
    ["redefine", "front", "--subnet", NEW, "--yes", "--strategy=rolling", "--transit-subnet", TRANSIT];

/// The words of one that recreates.
pub(crate) const RECREATE: [&str; 5] = ["redefine", "front", "--subnet", NEW, "--yes"];

/// Holds the network to a range, and everything else to how it was.
pub(crate) fn assert_only_the_range_differs(before: &Look, stage: &Stage, range: &str) {
    stage.settle();
    let mut expected = before.clone();
    expected.networks.get_mut("front").unwrap()[2] = json!(range);
    let after = stage.look();
    assert_eq!(after.networks, expected.networks);
    assert_eq!(after.services, expected.services);
}

#[test]
fn both_ways_change_the_range_and_nothing_else() {
    for words in [&RECREATE[..], &ROLLING] {
        let stage = Stage::with(&[web("one"), idle("two"), everywhere("three")]);
        let before = stage.look();
        stage.succeed(words);
        assert_only_the_range_differs(&before, &stage, NEW);
        assert_eq!((stage.running("one"), stage.running("three")), (2, 3), "{words:?}");
    }
}

#[test]
fn the_network_in_transit_gets_a_free_range_that_the_plan_names() {
    let stage = Stage::with(&[web("one"), idle("two")]);
    let before = stage.look();
    // The first range of the pool is the routing mesh's, and the second one is what is asked for.
    let words = ["redefine", "front", "--subnet", "10.0.1.0/24", "--yes", "--strategy=rolling"];
    let said = stage.succeed(&words);
    let way = "services move over front-transit (10.0.2.0/24, which is free; --transit-subnet names another)";
    assert!(said.contains(way), "{said}");
    assert_only_the_range_differs(&before, &stage, "10.0.1.0/24");
}

#[test]
fn a_redefinition_can_be_taken_back_and_forth() {
    let stage = Stage::with(&[web("one"), idle("two")]);
    let before = stage.look();
    stage.succeed(&RECREATE);
    let old = ["redefine", "front", "--subnet", OLD, "--yes"];
    stage.succeed(&old);
    assert_only_the_range_differs(&before, &stage, OLD);
}

#[test]
fn a_dry_run_shows_the_steps_and_changes_nothing() {
    let stage = Stage::with(&[web("one")]);
    let before = stage.look();
    let calls = stage.simulator.mutating_calls();
    let text = stage.succeed(&["redefine", "front", "--subnet", NEW, "--dry-run"]);
    assert!(
        text.contains("remove the service one")
            && text.contains("create the network front with 10.60.0.0/24"),
        "{text}"
    );
    assert_eq!((stage.look(), stage.simulator.mutating_calls()), (before, calls));
}

#[test]
fn a_completed_job_is_left_out_or_run_again_as_was_said() {
    for (choice, there) in [("leave-out", false), ("run", true)] {
        let stage = Stage::with(&[web("one"), job("once")]);
        stage.succeed(&[&RECREATE[..], &["--completed-jobs", choice]].concat());
        assert_eq!(stage.look().services.contains_key("once"), there, "{choice}");
    }
}

#[test]
fn events_are_one_json_object_a_line() {
    let stage = Stage::with(&[web("one")]);
    let text = stage.succeed(&[&RECREATE[..], &["--format", "json"]].concat());
    let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let kinds: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!((kinds[0], kinds[1], *kinds.last().unwrap()), ("plan", "journal", "done"), "{text}");
    assert_eq!(kinds.iter().filter(|kind| **kind == "step").count(), 4, "{text}");
}

#[test]
fn a_dump_restores_a_service_and_a_network_that_were_removed() {
    let stage = Stage::with(&[web("one"), idle("two")]);
    let before = stage.look();
    let dump = stage.succeed(&["dump", "front"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dump.json");
    std::fs::write(&file, dump).unwrap();
    for name in ["one", "two"] {
        stage.call("DELETE", &format!("/services/{name}"), &Value::Null);
    }
    stage.settle();
    stage.call("DELETE", "/networks/front", &Value::Null);
    stage.settle();
    stage.succeed(&["restore", file.to_str().unwrap()]);
    assert_only_the_range_differs(&before, &stage, OLD);
    let again = stage.succeed(&["restore", file.to_str().unwrap()]);
    assert_eq!(again.matches("equal").count(), 4, "two networks and two services\n{again}");
}

#[test]
fn gateway_range_and_options_of_the_network_are_those_that_were_asked_for() {
    let stage = Stage::with(&[web("one")]);
    let wanted =
        ["--gateway", "10.60.0.254", "--ip-range", "10.60.0.128/25", "--opt", "com.example.key=value"];
    stage.succeed(&[&RECREATE[..], &wanted].concat());
    stage.settle();
    let network = stage.call("GET", "/networks/front", &Value::Null);
    let config = json!({"Subnet": NEW, "IPRange": "10.60.0.128/25", "Gateway": "10.60.0.254"});
    assert_eq!(network["IPAM"]["Config"], json!([config]), "{network}");
    assert_eq!(network["Options"]["com.example.key"], "value", "{network}");
    assert_eq!(stage.running("one"), 2);
}

#[test]
fn the_dump_of_everything_makes_everything_again() {
    let here = Stage::with(&[web("one"), idle("two"), everywhere("three")]);
    let there = Stage::with(&[]);
    for network in ["front", "back"] {
        there.call("DELETE", &format!("/networks/{network}"), &Value::Null);
    }
    there.settle();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.json");
    here.succeed(&["dump", "--all", "-o", file.to_str().unwrap()]);
    there.succeed(&["restore", file.to_str().unwrap()]);
    there.settle();
    assert_eq!(here.look(), there.look());
}

#[test]
fn the_routing_mesh_has_no_dump() {
    let stage = Stage::with(&[web("one")]);
    let (exit, said) = stage.refused(&["dump", "ingress"]);
    assert!(exit == 1 && said.starts_with("E330: ingress is the routing mesh"), "{said}");
}

#[test]
fn a_dump_goes_to_another_swarm_that_has_its_secrets() {
    let here = Stage::with(&[web("one"), idle("two")]);
    let there = Stage::with(&[]);
    there.call("DELETE", "/networks/front", &Value::Null);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dump.json");
    here.succeed(&["dump", "front", "-o", file.to_str().unwrap()]);
    there.succeed(&["restore", file.to_str().unwrap()]);
    // Simulated swarms number alike, so ids of secrets may be compared, too.
    assert_only_the_range_differs(&here.look(), &there, OLD);
}
