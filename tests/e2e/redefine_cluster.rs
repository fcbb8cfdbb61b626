//! `docker smsvc network redefine` on three nodes: a full network of three stacks, while the leader is lost and the
//! engine that the plugin talks to restarts.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use smsvc_tests::cluster::Cluster;
use smsvc_tests::docker::Docker;
use smsvc_tests::patience::wait_for;

use crate::cluster::{IMAGE, fill_to_the_address, free, one_address, three_nodes};
use crate::say;
use crate::stacks::{ADDRESSES, OWN, SERVICES, SHARED, deploy, health, specs};
use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] = &[(
    "a_redefinition_outlives_a_lost_leader_and_an_engine_that_restarts",
    a_redefinition_outlives_a_lost_leader,
)];

/// How long all tasks may take to run, and the managers to agree.
const SETTLED: Duration = Duration::from_mins(2);

/// For how long the leader is away: longer than the others take to elect one.
const AWAY: Duration = Duration::from_secs(5);

/// The addresses that a /26 and a /24 have for tasks, virtual IPs and nodes.
const OLD: (&str, u64) = ("10.253.0.0/26", 61);
const NEW: (&str, u64) = ("10.254.0.0/24", 253);

/// The node that the plugin talks to, which is not the first leader.
const OURS: usize = 1;

fn a_redefinition_outlives_a_lost_leader(world: &World) -> Result<()> {
    let mut cluster = three_nodes(world)?;
    let docker = cluster.nodes[OURS].docker.clone();
    deploy(&docker, IMAGE, OLD.0)?;
    wait_for("all services", SETTLED, || health(&docker))?;
    let left = OLD.1 - ADDRESSES;
    for number in 0..left {
        let outcome = one_address(&docker, &format!("full-{number}"), SHARED)?;
        ensure!(outcome.status == 0, "{}", outcome.stderr);
    }
    ensure!(free(&docker, SHARED)? == 0, "the network is not full");
    let (before, healthy) = (specs(&docker, &[])?, health(&docker)?);
    ensure!(before.len() == SERVICES + usize::try_from(left)?, "{:?}", before.keys());

    redefine(&mut cluster, &docker)?;

    let subnet = "{{(index .IPAM.Config 0).Subnet}} {{.Labels.team}}";
    let subnet = docker.run(&["network", "inspect", "--format", subnet, SHARED])?;
    ensure!(subnet == format!("{} a", NEW.0), "{subnet}");
    assert_eq!(specs(&docker, &[])?, before);
    wait_for("all services as they were", SETTLED, || {
        let now = health(&docker)?;
        if now == healthy { Ok(()) } else { bail!("{now:?}") }
    })?;
    let free = free(&docker, SHARED)?;
    ensure!(free == NEW.1 - OLD.1, "{free} addresses are free");
    // What leaked would be missing here: the engine has exactly what the budget says.
    fill_to_the_address(&docker, &OWN.map(|(name, _)| name))
}

/// Redefines the shared network, with both accidents on the way.
fn redefine(cluster: &mut Cluster, docker: &Docker) -> Result<()> {
    let journals = tempfile::tempdir()?;
    let journal = journals.path().to_str().context("the path is no text")?;
    let words =
        ["smsvc", "network", "redefine", SHARED, "--subnet", NEW.0, "--completed-jobs", "run", "--yes"];
    let words = [&words[..], &["--journal", journal, "--format", "json"]].concat();
    let mut child = docker.command(&words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let begun = Instant::now();
    let events = BufReader::new(child.stdout.take().context("no output")?);
    let (mut leader_lost, mut restarted, mut retries, mut last) = (false, false, 0, Value::Null);
    for line in events.lines() {
        let event: Value = serde_json::from_str(&line?)?;
        let is_creation = event["step"].as_str().is_some_and(|step| step.starts_with("create the service"));
        if event["event"] == "wait" && !leader_lost {
            lose_the_leader(cluster)?;
            leader_lost = true;
        } else if is_creation && event["left"] == 20 {
            restart(cluster)?;
            restarted = true;
        }
        retries += usize::from(event["event"] == "retry");
        last = event;
    }
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}: {said}", output.status);
    ensure!(leader_lost && restarted && retries > 0 && last["event"] == "done", "{retries} retries, {last}");
    say(&format!("37 services redefined in {} s, {retries} retries", begun.elapsed().as_secs()));
    Ok(())
}

/// The leader's engine is killed with its containers, the others elect a new one, and it comes back.
fn lose_the_leader(cluster: &mut Cluster) -> Result<()> {
    let leader = cluster.leader()?;
    ensure!(leader != OURS, "the plugin talks to the leader");
    cluster.nodes[leader].kill()?;
    std::thread::sleep(AWAY);
    cluster.nodes[leader].start_engine()?;
    wait_for("three managers", SETTLED, || {
        let managers =
            cluster.nodes[OURS].docker.run(&["node", "ls", "--format", "{{.Status}} {{.ManagerStatus}}"])?;
        let well = |line: &&str| matches!(*line, "Ready Leader" | "Ready Reachable");
        if managers.lines().filter(well).count() == 3 { Ok(()) } else { bail!("{managers}") }
    })?;
    Ok(())
}

/// The engine that the plugin talks to is killed with its containers, and comes back.
fn restart(cluster: &mut Cluster) -> Result<()> {
    cluster.nodes[OURS].kill()?;
    cluster.nodes[OURS].start_engine()
}
