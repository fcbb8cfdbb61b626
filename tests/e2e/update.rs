//! `docker smsvc update`, `scale` and `rollback`, as a user of a real engine sees them.

use std::thread;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use smsvc_tests::docker::Outcome;

use crate::ground::Ground;
use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] = &[
    ("an_update_changes_what_is_asked_for_and_the_rollback_brings_it_back", there_and_back),
    ("a_scale_or_update_beyond_the_addresses_is_refused_and_changes_nothing", scaled_too_far),
    ("a_dry_run_of_an_update_changes_nothing", tried_only),
    ("an_update_of_the_endpoint_mode_goes_both_ways_and_the_old_virtual_ip_is_gone", both_ways),
    ("an_update_that_the_engine_rolls_back_fails", rolled_back),
    ("an_update_that_takes_too_long_fails_and_says_what_its_tasks_wait_for", too_long),
    ("of_updates_at_once_each_counts_or_says_that_it_changed_nothing", at_once),
];

/// The exit code of a change that does not fit.
const DOES_NOT_FIT: i32 = 3;

/// Tasks that stop and count as stable at once.
const QUICK: [&str; 4] = ["--stop-grace-period", "1s", "--update-monitor", "500ms"];

/// `docker smsvc COMMAND`, whatever its outcome.
fn smsvc(ground: &Ground<'_>, words: &[&str]) -> Result<Outcome> {
    ground.world.docker().call(&[&["smsvc"], words].concat())
}

/// The same, which must succeed.
fn done(ground: &Ground<'_>, words: &[&str]) -> Result<Outcome> {
    let outcome = smsvc(ground, words)?;
    ensure!(outcome.status == 0, "{words:?} ended with {}: {}", outcome.status, outcome.stderr);
    Ok(outcome)
}

/// The variables of a service that begin with `X_`.
fn variables(service: &Value) -> Vec<&str> {
    let all = service["Spec"]["TaskTemplate"]["ContainerSpec"]["Env"].as_array();
    all.into_iter().flatten().filter_map(Value::as_str).filter(|entry| entry.starts_with("X_")).collect()
}

fn there_and_back(world: &World) -> Result<()> {
    let ground = world.ground("there-and-back");
    let network = ground.network("10.250.60.0/28")?;
    ground.create("s", &[&["--network", &network], &QUICK[..]].concat())?;
    let name = ground.service("s");
    ground.wait_running("s", 1)?;
    done(&ground, &["update", "--env-add", "X_A=1", "--replicas", "2", &name])?;
    let changed = ground.inspect("s")?;
    ensure!(variables(&changed) == ["X_A=1"], "{changed}");
    ground.wait_running("s", 2)?;
    done(&ground, &["rollback", &name])?;
    let back = ground.inspect("s")?;
    ensure!(variables(&back).is_empty(), "{back}");
    ground.wait_running("s", 1)?;
    done(&ground, &["update", "--rollback", &name])?;
    ensure!(variables(&ground.inspect("s")?) == ["X_A=1"], "the way back of the way back");
    Ok(())
}

fn scaled_too_far(world: &World) -> Result<()> {
    let ground = world.ground("too-far");
    let network = ground.network("10.250.61.0/28")?;
    let options = ["--network", &network, "--endpoint-mode", "vip"];
    ground.create("s", &[&options, &QUICK[..]].concat())?;
    ground.wait_running("s", 1)?;
    let before = ground.inspect("s")?["Version"]["Index"].clone();
    // 13 addresses for services: a virtual IP, a load balancer, eleven tasks.
    let refused = smsvc(&ground, &["scale", &format!("{}=12", ground.service("s"))])?;
    ensure!(refused.status == DOES_NOT_FIT && refused.stderr.contains("E303"), "{}", refused.stderr);
    ensure!(ground.inspect("s")?["Version"]["Index"] == before, "the refused service was changed");
    done(&ground, &["scale", &format!("{}=11", ground.service("s"))])?;
    ground.wait_running("s", 11)?;
    // Full as it is, a change that replaces the tasks goes through stop-first, and is refused start-first.
    let refused =
        smsvc(&ground, &["update", "--force", "--update-order", "start-first", &ground.service("s")])?;
    ensure!(refused.status == DOES_NOT_FIT && refused.stderr.contains("E303"), "{}", refused.stderr);
    Ok(())
}

fn tried_only(world: &World) -> Result<()> {
    let ground = world.ground("tried");
    let network = ground.network("10.250.62.0/28")?;
    ground.create("s", &["--network", &network])?;
    ground.wait_running("s", 1)?;
    let before = ground.inspect("s")?;
    let outcome = done(&ground, &["update", "--dry-run", "--env-add", "X_A=1", &ground.service("s")])?;
    ensure!(outcome.stdout.contains("X_A=1"), "{}", outcome.stdout);
    let count = format!("{}=3", ground.service("s"));
    ensure!(done(&ground, &["scale", "--dry-run", &count])?.stdout.contains('3'), "no plan");
    ensure!(done(&ground, &["rm", "--dry-run", &ground.service("s")])?.status == 0, "no plan");
    ensure!(ground.inspect("s")? == before, "the service was changed");
    Ok(())
}

fn both_ways(world: &World) -> Result<()> {
    let ground = world.ground("both-ways");
    let network = ground.network("10.250.63.0/28")?;
    let options = ["--network", &network, "--endpoint-mode", "vip", "--replicas", "2"];
    ground.create("s", &[&options, &QUICK[..]].concat())?;
    ground.wait_running("s", 2)?;
    ensure!(ground.has_virtual_ip("s")?, "no virtual IP at first");
    let name = ground.service("s");
    let without = done(&ground, &["update", "--endpoint-mode", "dnsrr", &name])?;
    ensure!(without.stderr.contains("old virtual IP"), "no warning: {}", without.stderr);
    ensure!(!ground.has_virtual_ip("s")?, "the virtual IP is still there");
    done(&ground, &["update", "--endpoint-mode", "vip", &name])?;
    ensure!(ground.has_virtual_ip("s")?, "the virtual IP has not come back");
    ground.wait_running("s", 2)
}

fn rolled_back(world: &World) -> Result<()> {
    let ground = world.ground("rolled-back");
    let network = ground.network("10.250.64.0/28")?;
    let policy = ["--update-failure-action", "rollback", "--update-monitor", "5s"];
    ground.create("s", &[&["--network", &network, "--stop-grace-period", "1s"], &policy[..]].concat())?;
    ground.wait_running("s", 1)?;
    let dies = ["--env-add", "BACKEND_LIFE_MS=200", "--env-add", "BACKEND_EXIT_CODE=1"];
    let outcome = smsvc(&ground, &[&["update"], &dies[..], &[&ground.service("s")]].concat())?;
    ensure!(outcome.status == 1 && outcome.stderr.contains("E312"), "{}: {}", outcome.status, outcome.stderr);
    let env = ground.inspect("s")?["Spec"]["TaskTemplate"]["ContainerSpec"]["Env"].to_string();
    ensure!(!env.contains("BACKEND_LIFE_MS"), "{env}");
    ground.wait_running("s", 1)
}

fn too_long(world: &World) -> Result<()> {
    let ground = world.ground("too-long");
    let network = ground.network("10.250.66.0/28")?;
    let policy = ["--update-failure-action", "continue"];
    ground.create("s", &[&["--network", &network], &policy[..], &QUICK].concat())?;
    ground.wait_running("s", 1)?;
    let name = ground.service("s");
    let waits = [
        (&["--constraint-add", "node.labels.none==1"][..], "no suitable node"),
        (&["--constraint-rm", "node.labels.none==1", "--image", "smsvc-e2e.invalid/none:1"], "No such image"),
    ];
    for (change, reason) in waits {
        let words = [&["update", "--no-resolve-image", "--timeout", "4s"], change, &[&name]].concat();
        let outcome = smsvc(&ground, &words)?;
        ensure!(
            outcome.status == 1 && outcome.stderr.contains("E311"),
            "{}: {}",
            outcome.status,
            outcome.stderr
        );
        let told = format!("{}{}", outcome.stdout, outcome.stderr);
        ensure!(told.contains(reason), "{reason} is not said: {told}");
    }
    let detached = done(&ground, &["update", "--detach", "--image", &world.stage.backend, &name])?;
    ensure!(detached.stdout.trim() == name, "{}", detached.stdout);
    ground.wait_running("s", 1)
}

fn at_once(world: &World) -> Result<()> {
    let ground = world.ground("at-once-updates");
    let network = ground.network("10.250.65.0/28")?;
    ground.create("s", &["--network", &network, "--replicas", "0", "--endpoint-mode", "vip"])?;
    let name = ground.service("s");
    let variables_given: Vec<String> = (0..6).map(|number| format!("X_{number}=1")).collect();
    let outcomes = thread::scope(|scope| -> Result<Vec<Outcome>> {
        let update = |variable| smsvc(&ground, &["update", "--detach", "--env-add", variable, &name]);
        let clients: Vec<_> =
            variables_given.iter().map(|variable| scope.spawn(move || update(variable))).collect();
        clients.into_iter().map(|client| client.join().ok().context("a client panicked")?).collect()
    })?;
    let after = ground.inspect("s")?;
    for (variable, outcome) in variables_given.iter().zip(outcomes) {
        let there = variables(&after).contains(&variable.as_str());
        ensure!(there == (outcome.status == 0), "{variable}: {} and {after}", outcome.stderr);
        if !there {
            ensure!(outcome.stderr.contains("E307"), "{variable}: {}", outcome.stderr);
            ensure!(outcome.stderr.contains("run the command again"), "{}", outcome.stderr);
        }
    }
    ensure!(!variables(&after).is_empty(), "none of them counts");
    Ok(())
}
