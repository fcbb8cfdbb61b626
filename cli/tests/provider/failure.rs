//! What the provider says while it cannot be sure: never an empty document, nothing that it does not know, and everything
//! again when it knows.

use std::thread::sleep;
use std::time::Duration;

use smsvc_tests::patience::wait_for;

use crate::relay::Relay;
use crate::stage::{LIMIT, Provider, Stage};

#[test]
fn an_engine_that_is_gone_leaves_the_document_for_a_while_then_503_and_everything_heals() {
    let stage = Stage::new();
    stage.create("pets", "/pets", 2);
    let relay = Relay::before(stage.server.host());
    let provider = Provider::of(&relay.host, &["--max-age", "3s"]);
    provider.wait_servers("pets", Some(2));
    let before = provider.wait_status(200).body;
    relay.cut();
    sleep(Duration::from_millis(500));
    assert_eq!(provider.wait_status(200).body, before, "it may be no more than three seconds old");
    let unsure = provider.wait_status(503);
    assert!(unsure.json().unwrap()["error"].as_str().unwrap().contains("tcp://"), "{}", unsure.text());
    assert_eq!(provider.get("/healthz").status, 503);
    assert!(provider.metric("smsvc_document_age_seconds") > 3.0);
    assert!(provider.metric("smsvc_engine_errors_total") >= 1.0);
    assert_eq!(provider.get("/metrics").text().matches("smsvc_engine_up 0").count(), 1);
    // What happens meanwhile is told by no event.
    stage.create("orders", "/orders", 1);
    stage.remove("pets");
    relay.open();
    provider.wait_servers("orders", Some(1));
    provider.wait_servers("pets", None);
}

#[test]
fn a_provider_without_an_engine_waits_for_one() {
    let stage = Stage::new();
    stage.create("pets", "/pets", 1);
    let relay = Relay::before(stage.server.host());
    relay.cut();
    let provider = Provider::of(&relay.host, &[]);
    let unsure = provider.wait_status(503);
    assert!(!unsure.text().contains("\"http\""), "{}", unsure.text());
    relay.open();
    provider.wait_servers("pets", Some(1));
}

#[test]
fn changes_while_the_events_were_cut_are_seen_at_once() {
    let stage = Stage::new();
    stage.create("pets", "/pets", 1);
    let relay = Relay::before(stage.server.host());
    let provider = Provider::of(&relay.host, &["--interval", "10m"]);
    provider.wait_servers("pets", Some(1));
    for tasks in [3, 2, 4] {
        relay.cut();
        stage.change("pets", &format!("/pets/{tasks}"), tasks);
        stage.simulator.settle(Duration::from_mins(1));
        relay.open();
        provider.wait_servers("pets", Some(usize::try_from(tasks).unwrap()));
        assert!(provider.forwards(&format!("/pets/{tasks}")));
    }
    assert_eq!(provider.get("/traefik").status, 200, "a gap alone makes nothing unsure");
}

#[test]
fn an_answer_that_breaks_off_is_no_list() {
    let stage = Stage::new();
    for number in 0..20 {
        stage.create(&format!("s{number}"), &format!("/{number}"), 3);
    }
    let relay = Relay::before(stage.server.host());
    let provider = Provider::of(&relay.host, &["--interval", "200ms", "--max-age", "10m"]);
    for number in 0..20 {
        provider.wait_servers(&format!("s{number}"), Some(3));
    }
    let whole = provider.wait_status(200).body;
    for bytes in [300, 2_000, 8_000, 20_000] {
        relay.break_off_after(bytes);
        for _ in 0..20 {
            assert_eq!(provider.get("/traefik").body, whole, "after {bytes} bytes");
            sleep(Duration::from_millis(50));
        }
    }
    relay.open();
    relay.end_all();
    let errors = provider.metric("smsvc_engine_errors_total");
    assert!(errors >= 1.0, "the answers did break off");
    stage.remove("s0");
    provider.wait_servers("s0", None);
}

#[test]
fn a_provider_that_is_started_again_says_the_same() {
    let stage = Stage::new();
    stage.create("pets", "/pets", 3);
    let first = stage.provider(&[]);
    first.wait_servers("pets", Some(3));
    let before = first.wait_status(200).body;
    drop(first);
    let again = stage.provider(&[]);
    wait_for("the same document", LIMIT, || {
        let answer = again.get("/traefik");
        match answer.status {
            503 => Err("not yet"),
            _ if answer.body == before => Ok(()),
            _ => panic!("the first document of a provider is whole: {}", answer.text()),
        }
    })
    .unwrap();
}

#[test]
fn a_leader_that_is_lost_takes_no_route_away() {
    let stage = Stage::new();
    stage.create("pets", "/pets", 2);
    let other = swarm_sim::Server::of_node(&stage.simulator, "node2").unwrap();
    let provider = Provider::of(other.host(), &["--interval", "200ms"]);
    provider.wait_servers("pets", Some(2));
    stage.simulator.with(swarm_sim::Swarm::lose_leader);
    for _ in 0..20 {
        assert_eq!(provider.get("/traefik").status, 200);
        assert!(provider.servers("pets").is_some());
        sleep(Duration::from_millis(50));
    }
    stage.create("orders", "/orders", 1);
    provider.wait_servers("orders", Some(1));
}
