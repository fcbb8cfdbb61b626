//! What changes in the swarm is in the document soon, and costs little while nothing changes.

use std::thread::sleep;
use std::time::{Duration, Instant};

use smsvc_tests::http::Request;
use smsvc_tests::patience::wait_for;

use crate::stage::{LIMIT, Provider, Stage};

/// How many looks at all tasks there were.
const LOOKS: &str = "smsvc_engine_looks_total{at=\"tasks\"}";

#[test]
fn services_and_their_tasks_are_followed_by_events_from_the_first_to_the_last() {
    let stage = Stage::new();
    let provider = stage.provider(&["--interval", "10m"]);
    assert_eq!(provider.servers("pets"), None);
    stage.create("pets", "/pets", 2);
    provider.wait_servers("pets", Some(2));
    stage.change("pets", "/pets", 5);
    provider.wait_servers("pets", Some(5));
    stage.change("pets", "/animals", 1);
    provider.wait_servers("pets", Some(1));
    assert!(provider.forwards("/animals") && !provider.forwards("/pets"));
    stage.remove("pets");
    provider.wait_servers("pets", None);
}

#[test]
fn tasks_that_end_without_an_event_are_seen_at_the_next_look() {
    let stage = Stage::new();
    stage.create("pets", "/pets", 6);
    let provider = stage.provider(&["--interval", "200ms"]);
    provider.wait_servers("pets", Some(6));
    let node = stage.simulator.node("node3").unwrap();
    stage.simulator.with(|swarm| swarm.kill_node(&node));
    // The tasks come back elsewhere; that they were away is what has to be seen.
    let kept = provider.document();
    wait_for("other servers", LIMIT, || {
        let now = provider.document();
        if now == kept { Err("the same servers") } else { Ok(()) }
    })
    .unwrap();
    provider.wait_servers("pets", Some(6));
}

#[test]
fn a_swarm_at_rest_is_looked_at_once_an_interval_however_often_the_document_is_asked_for() {
    let stage = Stage::new();
    stage.create("pets", "/pets", 2);
    let provider = stage.provider(&["--interval", "500ms"]);
    provider.wait_servers("pets", Some(2));
    // From then on nothing is left of the beginning.
    sleep(Duration::from_secs(5));
    let (began, before) = (Instant::now(), provider.metric(LOOKS));
    while began.elapsed() < Duration::from_secs(4) {
        provider.document();
        sleep(Duration::from_millis(20));
    }
    let looks = provider.metric(LOOKS) - before;
    assert!((1.0..=9.0).contains(&looks), "{looks} looks in {:?}", began.elapsed());
    assert!(provider.metric("smsvc_document_age_seconds") < 5.0);
}

#[test]
fn providers_beside_each_other_at_other_managers_say_the_same_byte_for_byte() {
    let stage = Stage::new();
    let other = swarm_sim::Server::of_node(&stage.simulator, "node2").unwrap();
    stage.create("first", "/first", 3);
    let providers = [stage.provider(&[]), Provider::of(other.host(), &["--interval", "3s"])];
    let bytes = |provider: &Provider| provider.wait_status(200).body;
    // One that comes later knows nothing but lists.
    for (step, changes) in [1_u64, 2, 3, 4].into_iter().enumerate() {
        stage.create(&format!("s{step}"), &format!("/{step}"), changes);
        stage.change("first", &format!("/first/{step}"), changes);
        for provider in &providers {
            provider.wait_servers(&format!("s{step}"), Some(usize::try_from(changes).unwrap()));
            provider.wait_servers("first", Some(usize::try_from(changes).unwrap()));
        }
        let late = stage.provider(&[]);
        late.wait_status(200);
        wait_for("the same bytes", LIMIT, || {
            let [one, two, three] = [&providers[0], &providers[1], &late].map(bytes);
            if one == two && two == three { Ok(()) } else { Err("they differ") }
        })
        .unwrap();
    }
}

#[test]
fn nothing_can_be_changed() {
    let stage = Stage::new();
    let provider = stage.provider(&[]);
    for path in ["/", "/traefik", "/metrics", "/healthz", "/api/state", "/api/view", "/api/decide"] {
        for method in ["POST", "PUT", "DELETE", "PATCH"] {
            let answer = Request::new(method, "provider", path).send(provider.address).unwrap();
            assert_eq!(answer.status, 405, "{method} {path}");
        }
    }
}
