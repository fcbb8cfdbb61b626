//! What is refused is refused with one clear line, and nothing is changed.

use ipnet::Ipv4Net;
use serde_json::{Value, json};

use crate::stage::{NEW, OLD, Stage, everywhere, job, web};
use crate::way::RECREATE;

/// Refused with this code and a line that has this text; the swarm is as it was.
fn assert_refused(stage: &Stage, words: &[&str], code: &str, text: &str) {
    let before = stage.look();
    let calls = stage.simulator.mutating_calls();
    let (exit, said) = stage.refused(words);
    let line = said.lines().find(|line| line.contains(text));
    assert!(line.is_some_and(|line| line.starts_with(code)), "{words:?}\n{said}");
    assert_eq!(exit, if code == "E303" { 3 } else { 1 }, "{said}");
    assert_eq!((stage.look(), stage.simulator.mutating_calls()), (before, calls), "{words:?}");
}

#[test]
fn a_network_that_is_not_there_and_the_routing_mesh_are_refused() {
    let stage = Stage::with(&[web("one")]);
    assert_refused(&stage, &["redefine", "nope", "--subnet", NEW, "--yes"], "", "network nope not found");
    assert_refused(&stage, &["redefine", "ingress", "--subnet", NEW, "--yes"], "E330", "routing mesh");
}

#[test]
fn a_range_that_is_the_same_overlaps_or_is_too_small_is_refused() {
    let stage = Stage::with(&[web("one")]);
    let with = |subnet| ["redefine", "front", "--subnet", subnet, "--yes"];
    assert_refused(&stage, &with(OLD), "E331", "already");
    assert_refused(&stage, &with("10.51.0.0/16"), "E332", "of the network back");
    assert_refused(&stage, &with("10.60.0.0/30"), "E333", "usable");
}

#[test]
fn a_job_that_nobody_decided_on_is_asked_about() {
    let stage = Stage::with(&[web("one"), job("once")]);
    assert_refused(&stage, &RECREATE, "E337", "once");
}

#[test]
fn nothing_begins_without_agreement() {
    let stage = Stage::with(&[web("one")]);
    assert_refused(&stage, &["redefine", "front", "--subnet", NEW], "", "no terminal to ask on");
}

#[test]
fn containers_that_nobody_manages_are_refused_as_long_as_they_are_attached() {
    let stage = Stage::with(&[web("one")]);
    let worker = stage.simulator.node("node2").unwrap();
    let front = stage.network("front").as_str().into();
    let task = stage.simulator.with(|swarm| swarm.attach_container(&front, &worker));
    stage.settle();
    assert_refused(&stage, &RECREATE, "E334", "1 standalone container is attached (on node2)");
    stage.simulator.with(|swarm| swarm.detach_container(&task));
    stage.settle();
    stage.succeed(&RECREATE);
}

#[test]
fn a_swarm_without_quorum_is_left_alone() {
    let stage = Stage::on(3, 0, &[web("one")]);
    let calls = stage.simulator.mutating_calls();
    for name in ["node2", "node3"] {
        let manager = stage.simulator.node(name).unwrap();
        stage.simulator.with(|swarm| swarm.kill_node(&manager));
    }
    stage.simulator.with(swarm_sim::Swarm::lose_leader);
    let (exit, said) = stage.refused(&RECREATE);
    assert_eq!((exit, stage.simulator.mutating_calls()), (1, calls), "{said}");
    assert!(said.lines().next().is_some_and(|line| line.contains("leader")), "{said}");
}

#[test]
fn a_node_that_is_down_and_an_image_that_nobody_has_are_refused() {
    let stage = Stage::with(&[web("one")]);
    let worker = stage.simulator.node("node2").unwrap();
    stage.simulator.with(|swarm| swarm.kill_node(&worker));
    stage.settle();
    assert_refused(&stage, &RECREATE, "E335", "node2");
    stage.simulator.with(|swarm| swarm.return_node(&worker));
    stage.settle();
    stage.simulator.with(|swarm| swarm.miss_image("web:1"));
    assert_refused(&stage, &RECREATE, "E338", "web:1");
    stage.succeed(&[&RECREATE[..], &["--unverified-images", "--dry-run"]].concat());
}

#[test]
fn a_service_that_somebody_changes_meanwhile_is_not_touched() {
    use swarm_sim::Fault;
    let stage = Stage::with(&[web("one"), web("two")]);
    // Held after the second change: `one` is still there, or `two` is, and gets another image.
    stage.simulator.set_fault(Some(Fault::HoldAfter(1)));
    assert!(stage.kill_at(1, &RECREATE));
    stage.simulator.set_fault(None);
    let left = stage.call("GET", "/services", &Value::Null)[0].clone();
    let name = left["Spec"]["Name"].as_str().unwrap().to_owned();
    let mut spec = left["Spec"].clone();
    spec["TaskTemplate"]["ContainerSpec"]["Image"] = json!("web:2");
    let version = left["Version"]["Index"].as_u64().unwrap();
    stage.call("POST", &format!("/services/{name}/update?version={version}"), &spec);
    stage.settle();
    let (_, said) = stage.refused(&["resume"]);
    assert!(
        said.contains("E341") && said.contains(&name) && said.contains("/TaskTemplate/ContainerSpec/Image"),
        "{said}"
    );
    assert_eq!(stage.look().services[&name]["TaskTemplate"]["ContainerSpec"]["Image"], "web:2");
}

#[test]
fn a_second_redefinition_waits_for_the_first_one() {
    use swarm_sim::Fault;
    let stage = Stage::with(&[web("one")]);
    stage.simulator.set_fault(Some(Fault::HoldAfter(1)));
    assert!(stage.kill_at(1, &RECREATE));
    stage.simulator.set_fault(None);
    let (_, said) = stage.refused(&RECREATE);
    assert!(said.starts_with("E346"), "{said}");
}

#[test]
fn a_journal_that_cannot_be_written_stops_it_before_anything_is_changed() {
    let stage = Stage::with(&[web("one")]);
    assert_refused(
        &stage,
        &[&RECREATE[..], &["--journal", "/proc/none"]].concat(),
        "E347",
        "nothing was changed",
    );
}

#[test]
fn a_dump_that_needs_what_the_swarm_lacks_is_refused_before_anything_is_made() {
    let here = Stage::with(&[web("one")]);
    let there = Stage::with(&[]);
    there.call("DELETE", "/secrets/key", &Value::Null);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dump.json");
    here.succeed(&["dump", "front", "-o", file.to_str().unwrap()]);
    assert_refused(&there, &["restore", file.to_str().unwrap()], "E350", "no secret key");
}

#[test]
fn a_dump_that_does_not_fit_is_refused_before_anything_is_made() {
    let here = Stage::with(&[web("one"), everywhere("two")]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dump.json");
    let file = file.to_str().unwrap();
    here.succeed(&["dump", "front", "-o", file]);
    // The other swarm's own network of that name has five addresses.
    let there = Stage::with(&[]);
    there.call("DELETE", "/networks/front", &Value::Null);
    let small =
        json!({"Name": "front", "Driver": "overlay", "IPAM": {"Config": [{"Subnet": "10.62.0.0/29"}]}});
    there.call("POST", "/networks/create", &small);
    there.settle();
    assert_refused(
        &there,
        &["restore", file],
        "E303",
        "network front (10.62.0.0/29) has 5 addresses of 5 free",
    );
    assert_refused(&there, &["restore", "--dry-run", file], "E303", "network front");
    // Overruled, it is made; that the network differs is told as ever.
    let (_, said) = there.refused(&["restore", "--ip-budget", "warn", file]);
    assert!(said.contains("E303: network front") && said.contains("not as in the dump"), "{said}");
    assert_eq!(there.look().services.len(), 2);
}

#[test]
fn of_dumps_that_are_restored_at_once_only_those_are_made_that_fit_together() {
    let folder = tempfile::tempdir().unwrap();
    let files = ["one", "two", "three"].map(|name| {
        // 41 addresses and one on each node, of 61 that the network has.
        let mut crowd = everywhere(name);
        crowd["Mode"] = json!({"Replicated": {"Replicas": 40}});
        let file = folder.path().join(name).display().to_string();
        Stage::with(&[crowd]).succeed(&["dump", "front", "-o", &file]);
        file
    });
    let there = Stage::with(&[]);
    let mut outcomes = std::thread::scope(|scope| {
        let there = &there;
        let restore = |file| scope.spawn(move || there.run(&["restore", file]));
        let clients = files.each_ref().map(|file| restore(file.as_str()));
        clients.map(|client| client.join().unwrap())
    });
    outcomes.sort_by_key(|outcome| !outcome.status.success());
    let said = outcomes.each_ref().map(|outcome| String::from_utf8_lossy(&outcome.stderr));
    assert!(outcomes[0].status.success(), "{said:?}");
    assert!(said[1..].iter().all(|said| said.contains("E303: network front")), "{said:?}");
    assert_eq!(there.look().services.len(), 1);
    let left = there.call("GET", "/configs", &Value::Null);
    assert_eq!(left.as_array().unwrap().len(), 1, "reservations are left behind: {left}");
}

#[test]
fn a_dump_whose_range_another_network_has_is_refused() {
    let here = Stage::with(&[web("one")]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dump.json");
    here.succeed(&["dump", "front", "-o", file.to_str().unwrap()]);
    let there = Stage::with(&[]);
    there.call("DELETE", "/networks/front", &Value::Null);
    let other =
        json!({"Name": "other", "Driver": "overlay", "IPAM": {"Config": [{"Subnet": "10.50.0.0/16"}]}});
    there.call("POST", "/networks/create", &other);
    there.settle();
    assert_refused(&there, &["restore", file.to_str().unwrap()], "E332", "of the network other");
}

#[test]
fn without_a_free_range_nobody_moves_over_a_network_in_transit() {
    let stage = Stage::with(&[web("one")]);
    // The first one is the routing mesh's.
    let left = ["10.0.0.0/24", OLD, "10.51.0.0/24", NEW].map(|net| net.parse().unwrap());
    fill("10.0.0.0/8".parse().unwrap(), &left, &stage);
    stage.settle();
    let words = ["redefine", "front", "--subnet", NEW, "--yes", "--strategy=rolling"];
    assert_refused(&stage, &words, "E340", "no free range");
}

/// Makes networks of everything in `block` but what is to be left.
fn fill(block: Ipv4Net, left: &[Ipv4Net], stage: &Stage) {
    if left.iter().any(|net| net.contains(&block)) {
        return;
    }
    if left.iter().any(|net| block.contains(net)) {
        for half in block.subnets(block.prefix_len() + 1).unwrap() {
            fill(half, left, stage);
        }
        return;
    }
    let name = format!("n{}", block.network().to_string().replace('.', "-"));
    let network =
        json!({"Name": name, "Driver": "overlay", "IPAM": {"Config": [{"Subnet": block.to_string()}]}});
    stage.call("POST", "/networks/create", &network);
}
