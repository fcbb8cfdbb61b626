//! `docker smsvc advise --apply`: one service after the other, each until it runs again.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use smsvc_tests::docker::Outcome;
use smsvc_tests::image::Root;

use crate::ground::Ground;
use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] = &[
    ("advise_changes_one_service_after_the_other_and_each_frees_what_it_said", each_frees_what_it_said),
    ("advise_stops_at_the_first_service_that_does_not_run_again", stops_at_the_first),
];

/// Updates are over as soon as the new task runs.
const QUICK: [&str; 6] = ["--update-monitor", "500ms", "--stop-grace-period", "1s", "--endpoint-mode", "vip"];

/// The services that are advised about, in the order of the advice.
fn advised(ground: &Ground<'_>, network: &str) -> Result<Vec<String>> {
    let told = ground.world.docker().json(&["smsvc", "advise", network, "--format", "json"])?;
    let services = told.as_array().context("no list")?.iter().filter_map(|advice| advice["service"].as_str());
    Ok(services.map(str::to_owned).collect())
}

fn apply(ground: &Ground<'_>, network: &str) -> Result<Outcome> {
    ground.world.docker().call(&["smsvc", "advise", network, "--apply", "--yes", "--timeout", "60s"])
}

fn free(ground: &Ground<'_>, network: &str) -> Result<u64> {
    crate::cluster::free(ground.world.docker(), network)
}

/// The ids of a service's tasks, those that have ended included.
fn tasks(ground: &Ground<'_>, short: &str) -> Result<String> {
    ground.world.docker().run(&["service", "ps", "--quiet", "--no-trunc", &ground.service(short)])
}

fn each_frees_what_it_said(world: &World) -> Result<()> {
    let ground = world.ground("advise-each");
    let network = ground.network("10.251.45.0/27")?;
    let on = |replicas: &'static str| [&["--network", &network, "--replicas", replicas], &QUICK[..]].concat();
    ground.create("one", &on("1"))?;
    ground.create("other", &on("1"))?;
    ground.create("many", &on("3"))?;
    for (short, replicas) in [("one", 1), ("other", 1), ("many", 3)] {
        ground.wait_running(short, replicas)?;
    }
    let (before, untouched) = (free(&ground, &network)?, tasks(&ground, "many")?);
    ensure!(advised(&ground, &network)? == [ground.service("one"), ground.service("other")]);
    let dry = ["smsvc", "advise", &network, "--apply", "--dry-run"];
    world.docker().run(&dry)?;
    ensure!(ground.endpoint_mode("one")? == "vip", "a dry run has changed a service");

    let outcome = apply(&ground, &network)?;
    ensure!(outcome.status == 0, "{}", outcome.stderr);
    for short in ["one", "other"] {
        let done = format!("{}: dnsrr, 1 address freed", ground.service(short));
        ensure!(outcome.stdout.contains(&done), "{}", outcome.stdout);
        ensure!(ground.endpoint_mode(short)? == "dnsrr" && !ground.has_virtual_ip(short)?, "{short}");
        ensure!(ground.states(short)? == ["running"], "{short} does not run");
    }
    ensure!(free(&ground, &network)? == before + 2, "{} free, {before} before", free(&ground, &network)?);
    ensure!(
        ground.endpoint_mode("many")? == "vip" && tasks(&ground, "many")? == untouched,
        "it was not asked"
    );
    ensure!(advised(&ground, &network)?.is_empty());
    Ok(())
}

fn stops_at_the_first(world: &World) -> Result<()> {
    let ground = world.ground("advise-stops");
    let network = ground.network("10.251.46.0/27")?;
    let docker = world.docker();
    let on = [&["--network", &network], &QUICK[..]].concat();
    // The second one has an image of its own, which can be taken away from it.
    let (image, second) = (format!("{}:latest", ground.service("image")), ground.service("b"));
    docker.run(&["tag", &world.stage.backend, &image])?;
    ground.create("a", &on)?;
    let plain = ["smsvc", "create", "--detach", "--no-resolve-image", "--name", &second];
    docker.run(&[&plain[..], &on, &world.stage.marks(), &[&image]].concat())?;
    ground.create("c", &on)?;
    for short in ["a", "b", "c"] {
        ground.wait_running(short, 1)?;
    }
    Root::new()?.import(docker, &image, "/nothing")?;

    let untouched = tasks(&ground, "c")?;
    let outcome = apply(&ground, &network)?;
    ensure!(outcome.status != 0, "the second one cannot start: {}", outcome.stdout);
    ensure!(outcome.stderr.contains("paused") && outcome.stderr.contains(&second), "{}", outcome.stderr);
    ensure!(ground.endpoint_mode("a")? == "dnsrr" && ground.states("a")? == ["running"], "the first one");
    ensure!(ground.endpoint_mode("c")? == "vip" && tasks(&ground, "c")? == untouched, "the third one");
    let update: Value = ground.inspect("b")?["UpdateStatus"].clone();
    ensure!(update["State"] == "paused", "{update}");
    Ok(())
}
