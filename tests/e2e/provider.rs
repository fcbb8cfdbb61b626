//! `docker smsvc provider`: what Traefik gets, and what it does not get in doubt.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use smsvc_tests::docker::Docker;
use smsvc_tests::http::Request;
use smsvc_tests::patience::wait_for;
use smsvc_tests::provider::Provider;
use smsvc_tests::stage::free_port;

use crate::relay::Relay;
use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] = &[
    (
        "one_broken_group_is_left_out_and_the_others_are_served",
        one_broken_group_is_left_out_and_the_others_are_served,
    ),
    ("a_task_that_ends_leaves_the_document", a_task_that_ends_leaves_the_document),
    ("the_same_swarm_gives_the_same_bytes", the_same_swarm_gives_the_same_bytes),
    (
        "an_engine_that_is_gone_gives_503_and_no_empty_document",
        an_engine_that_is_gone_gives_503_and_no_empty_document,
    ),
    ("a_provider_ends_when_docker_is_asked_to_end", a_provider_ends_when_docker_is_asked_to_end),
];

/// How long a change in the swarm may take to be in the document.
const CHANGE: Duration = Duration::from_secs(30);

/// How long a provider may take to end.
const GRACE: Duration = Duration::from_secs(5);

/// One more provider beside the stage's own.
fn another(world: &World, docker: &Docker, name: &str) -> Result<Provider> {
    let address = free_port(IpAddr::from([127, 0, 0, 1]))?;
    let log = world.stage.folder().join(format!("{name}.log"));
    Provider::start_with(docker, address, &log, &["--max-age", "3s"])
}

/// The document that Traefik gets.
fn document(world: &World) -> Result<Value> {
    Request::new("GET", "provider", "/traefik").send(world.stage.provider)?.json()
}

/// The addresses of a service's tasks in the document.
fn servers(document: &Value, service: &str) -> Vec<String> {
    let services = document["http"]["services"].as_object().into_iter().flatten();
    let of_service = services.filter(|(name, _)| name.contains(service));
    let servers = of_service.filter_map(|(_, entry)| entry["loadBalancer"]["servers"].as_array()).flatten();
    servers.filter_map(|server| server["url"].as_str().map(str::to_owned)).collect()
}

fn one_broken_group_is_left_out_and_the_others_are_served(world: &World) -> Result<()> {
    let (sane, broken) = (world.ground("sane"), world.ground("broken"));
    let sane_answers = Request::new("GET", &sane.host(), "/");
    sane.publish("s", "sane", &["GET /"])?;
    world.send_until(&sane_answers, 200)?;

    // Past the plugin, which would refuse it.
    let host = format!("smsvc.host={}", broken.host());
    let network = &world.stage.network;
    broken.create_plainly(
        "s",
        &[
            "--network",
            network,
            "--label",
            "smsvc.group=broken",
            "--label",
            &host,
            "--label",
            "smsvc.port=8080",
            "--label",
            "smsvc.route.r.path=/{",
            "--label",
            "smsvc.route.r.methods=GET",
        ],
    )?;
    broken.wait_running("s", 1)?;
    // The sane group follows changes that come after the broken one.
    sane.publish("late", "sane", &["GET /late"])?;
    world.send_until(&Request::new("GET", &sane.host(), "/late"), 200)?;
    assert_eq!(world.send(&sane_answers)?.status, 200);
    assert_eq!(world.send(&Request::new("GET", &broken.host(), "/"))?.status, 404);

    let state = Request::new("GET", "provider", "/api/state").send(world.stage.provider)?.text();
    assert!(state.contains(&broken.service("s")) && state.contains("smsvc.route.r.path"), "{state}");
    let health = Request::new("GET", "provider", "/healthz").send(world.stage.provider)?.text();
    assert!(!health.contains(&broken.service("s")), "anyone may read it: {health}");
    Ok(())
}

fn a_task_that_ends_leaves_the_document(world: &World) -> Result<()> {
    let ground = world.ground("scale");
    let service = ground.service("s");
    ground.publish("s", "scale", &["GET /"])?;
    for tasks in [3, 1, 0] {
        world.docker().run(&["service", "scale", "--detach", &format!("{service}={tasks}")])?;
        wait_for(&format!("{tasks} servers in the document"), CHANGE, || {
            let servers = servers(&document(world)?, &service);
            if servers.len() == tasks { Ok(()) } else { bail!("{servers:?}") }
        })?;
    }
    ground.remove("s")?;
    wait_for("a document without the service", CHANGE, || {
        ensure!(!document(world)?.to_string().contains(&service), "it is still named");
        anyhow::Ok(())
    })
}

/// Traefik compares a hash of the bytes: other bytes for the same swarm would rebuild every plugin instance.
fn the_same_swarm_gives_the_same_bytes(world: &World) -> Result<()> {
    let ground = world.ground("bytes");
    ground.publish("a", "bytes", &["GET /a", "POST /a/{b}", "GET prefix=/c"])?;
    ground.publish("b", "bytes", &["GET /b header.X-A=1", "GET /b query.q=1"])?;
    let other = another(world, world.docker(), "bytes")?;
    let mut compared = 0;
    // Other trials change the swarm meanwhile, and one provider may see a task a moment before the other.
    wait_for("twenty times the same document", Duration::from_mins(1), || {
        let before = Request::new("GET", "provider", "/traefik").send(world.stage.provider)?;
        let between = other.document()?;
        if before.status == 200 && before.body == between.body {
            compared += 1;
        }
        ensure!(compared == 20, "{compared} times; then {} and {}", before.text(), between.text());
        Ok(())
    })
}

fn an_engine_that_is_gone_gives_503_and_no_empty_document(world: &World) -> Result<()> {
    let relay = Relay::before(world.docker().host(), world.stage.folder().join("relay.sock"))?;
    let provider = another(world, &world.docker().at(&relay.host()), "relay")?;
    let answers = |status: u16| {
        wait_for(&format!("{status}"), CHANGE, || {
            let answer = provider.document()?;
            if answer.status == status { Ok(answer) } else { bail!("{} {}", answer.status, answer.text()) }
        })
        .with_context(|| provider.log_end())
    };
    answers(200)?;
    relay.cut()?;
    let gone = answers(503)?;
    assert!(gone.json()?["error"].is_string(), "{}", gone.text());
    relay.open()?;
    answers(200)?;
    Ok(())
}

/// Since release 25 `docker` tells its plugin over a socket when it is asked to end itself; before that only a
/// signal to both ends the plugin.
fn a_provider_ends_when_docker_is_asked_to_end(world: &World) -> Result<()> {
    let mut provider = another(world, world.docker(), "end")?;
    provider.document()?;
    let start = Instant::now();
    if world.docker().release()? >= 25 {
        provider.process().stop_it_alone(GRACE);
    } else {
        provider.process().stop(GRACE);
    }
    assert!(start.elapsed() < GRACE, "it had to be killed");
    assert!(provider.document().is_err(), "docker has ended, the plugin still answers");
    Ok(())
}
