//! Trials on a real swarm of three nodes, of which each has its own.

use std::collections::BTreeMap;
use std::env;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use smsvc_tests::cluster::Cluster;
use smsvc_tests::docker::{Docker, Outcome};
use smsvc_tests::engine;
use smsvc_tests::image::import_backend;
use smsvc_tests::patience::wait_for;

use crate::say;
use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] = &[
    ("random_mixes_fill_a_three_node_swarm_to_the_address", random_mixes_fill_it_to_the_address),
    ("a_killed_node_keeps_its_addresses_until_it_is_back", a_killed_node_keeps_its_addresses),
];

/// The image of the backend, on every node.
pub(crate) const IMAGE: &str = "smsvc-cluster-backend:latest";

/// Makes a run repeatable.
const SEED: &str = "SMSVC_SEED";

/// The exit code of a create that does not fit.
const DOES_NOT_FIT: i32 = 3;

/// How long tasks may take to run, on a machine that is busy.
const RUNNING: Duration = Duration::from_mins(2);

/// How long a service must be without what it waits for to count as stuck.
const STUCK: Duration = Duration::from_secs(5);

/// A swarm of three managers that has the plugin and the backend.
pub(crate) fn three_nodes(world: &World) -> Result<Cluster> {
    let tools = engine::tools().map_err(anyhow::Error::msg)?;
    let cluster = Cluster::start(&tools, 3, 0)?;
    cluster.docker()?.install_plugin(&world.binaries.plugin)?;
    cluster.import(|docker| import_backend(docker, IMAGE, &world.binaries.backend))?;
    Ok(cluster)
}

/// Numbers that follow from a seed (an xorshift generator; nobody's secret depends on it).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }
}

fn seed() -> Result<u64> {
    match env::var(SEED) {
        Ok(text) => text.parse().with_context(|| format!("{SEED} is no number: {text}")),
        Err(_) => Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() | 1),
    }
}

const NETWORKS: [(&str, &str); 3] =
    [("mix-a", "10.252.1.0/28"), ("mix-b", "10.252.2.0/28"), ("mix-c", "10.252.3.0/27")];

fn random_mixes_fill_it_to_the_address(world: &World) -> Result<()> {
    let seed = seed()?;
    say(&format!("random mixes on three nodes: {SEED}={seed}"));
    fill(world, seed).with_context(|| format!("{SEED}={seed}"))
}

fn fill(world: &World, seed: u64) -> Result<()> {
    let cluster = three_nodes(world)?;
    let docker = cluster.docker()?;
    for (name, subnet) in NETWORKS {
        docker.run(&["network", "create", "--driver", "overlay", "--subnet", subnet, name])?;
    }
    let mut dice = Dice(seed.max(1));
    let mut refused_in_a_row = 0;
    let mut number = 0;
    while refused_in_a_row < 4 {
        let outcome = create_any(docker, &mut dice, number)?;
        match outcome.status {
            0 => refused_in_a_row = 0,
            DOES_NOT_FIT => refused_in_a_row += 1,
            _ => bail!("service {number}: {}", outcome.stderr),
        }
        number += 1;
        ensure!(number < 120, "never full");
    }
    wait_for("all tasks of what was let in", RUNNING, || check_settled(docker))?;
    fill_to_the_address(docker, &NETWORKS.map(|(name, _)| name))
}

/// What is left is filled address by address: a vip service without replicas takes exactly one. Then there is none more,
/// neither by the model's count nor by the engine's.
pub(crate) fn fill_to_the_address(docker: &Docker, networks: &[&str]) -> Result<()> {
    let mut made = Vec::new();
    for network in networks {
        for index in 0..free(docker, network)? {
            let name = format!("{network}-last-{index}");
            let outcome = one_address(docker, &name, network)?;
            ensure!(outcome.status == 0, "{network} had room: {}", outcome.stderr);
            made.push(name);
        }
        ensure!(free(docker, network)? == 0, "{network} is full by the model's count");
        let outcome = one_address(docker, &format!("{network}-refused"), network)?;
        ensure!(outcome.status == DOES_NOT_FIT, "one too many was let into {network}: {}", outcome.stderr);
    }
    wait_for("the virtual IPs of all that was let in", RUNNING, || {
        for name in &made {
            if vips(docker, name)? == 0 {
                bail!("{name} has none");
            }
        }
        Ok(())
    })?;
    for network in networks {
        let name = format!("{network}-too-many");
        let plain =
            ["service", "create", "--detach", "--no-resolve-image", "--replicas", "0", "--network", network];
        docker.run(&[&plain[..], &["--name", &name, IMAGE]].concat())?;
        std::thread::sleep(STUCK);
        ensure!(vips(docker, &name)? == 0, "the engine had an address left on {network}");
    }
    Ok(())
}

/// Creates a service of random kind, mode and networks, with the budget enforced.
fn create_any(docker: &Docker, dice: &mut Dice, number: usize) -> Result<Outcome> {
    let name = format!("mix-{number}");
    let mut args = vec!["smsvc", "create", "--detach", "--no-resolve-image", "--name", &name];
    let first = dice.below(3);
    let networks: Vec<u64> = if dice.below(4) == 0 { vec![first, (first + 1) % 3] } else { vec![first] };
    for network in &networks {
        args.extend(["--network", NETWORKS[usize::try_from(*network)?].0]);
    }
    let replicas = dice.below(4).to_string();
    if dice.below(6) == 0 {
        args.extend(["--mode", "global"]);
    } else {
        args.extend(["--replicas", &replicas]);
    }
    args.extend(["--endpoint-mode", if dice.below(2) == 0 { "vip" } else { "dnsrr" }, IMAGE]);
    docker.call(&args)
}

pub(crate) fn one_address(docker: &Docker, name: &str, network: &str) -> Result<Outcome> {
    let options =
        ["smsvc", "create", "--detach", "--no-resolve-image", "--endpoint-mode", "vip", "--replicas", "0"];
    docker.call(&[&options[..], &["--network", network, "--name", name, IMAGE]].concat())
}

/// The free addresses of a network, as `docker smsvc budget` says.
pub(crate) fn free(docker: &Docker, network: &str) -> Result<u64> {
    let accounts = docker.json(&["smsvc", "budget", network, "--format", "json"])?;
    let account = find_network(&accounts, network).with_context(|| format!("no {network} in {accounts}"))?;
    account["free"].as_u64().with_context(|| format!("no free addresses in {account}"))
}

/// The account of a network, in a list or in a document with a list.
fn find_network<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Array(list) => list.iter().find_map(|entry| find_network(entry, name)),
        Value::Object(fields) if value["network"] == name && fields.contains_key("free") => Some(value),
        Value::Object(fields) => fields.values().find_map(|field| find_network(field, name)),
        _ => None,
    }
}

/// How many virtual IPs a service has.
fn vips(docker: &Docker, service: &str) -> Result<usize> {
    let found = docker.json(&["service", "inspect", service])?;
    Ok(found[0]["Endpoint"]["VirtualIPs"].as_array().map_or(0, Vec::len))
}

/// An error that names what is not there yet: a task that does not run, a virtual IP.
fn check_settled(docker: &Docker) -> Result<()> {
    let names = docker.run(&["service", "ls", "--format", "{{.Name}} {{.Replicas}}"])?;
    let mut waiting = BTreeMap::new();
    for line in names.lines() {
        let (name, replicas) = line.split_once(' ').context("a service without replicas")?;
        let counts = replicas.split(' ').next().unwrap_or_default();
        if counts.split_once('/').is_none_or(|(have, want)| have != want) {
            waiting.insert(name, replicas);
        }
    }
    if waiting.is_empty() {
        let all: Vec<&str> = names.lines().filter_map(|line| line.split(' ').next()).collect();
        let found = docker.json(&[&["service", "inspect"], &all[..]].concat())?;
        for service in found.as_array().into_iter().flatten() {
            let spec = &service["Spec"];
            let wanted = spec["TaskTemplate"]["Networks"].as_array().map_or(0, Vec::len);
            let have = service["Endpoint"]["VirtualIPs"].as_array().map_or(0, Vec::len);
            if spec["EndpointSpec"]["Mode"] == "vip" && have < wanted {
                bail!("{} has {have} virtual IPs of {wanted}", spec["Name"]);
            }
        }
        return Ok(());
    }
    bail!("{waiting:?}")
}

/// A node that is down keeps the addresses of its tasks and its own, while others take over.
fn a_killed_node_keeps_its_addresses(world: &World) -> Result<()> {
    let mut cluster = three_nodes(world)?;
    let docker = cluster.docker()?.clone();
    docker.run(&["network", "create", "--driver", "overlay", "--subnet", "10.252.9.0/28", "held"])?;
    let options = ["smsvc", "create", "--detach", "--no-resolve-image", "--network", "held"];
    let what = ["--endpoint-mode", "vip", "--replicas", "3", "--name", "held", IMAGE];
    let created = docker.call(&[&options[..], &what].concat())?;
    ensure!(created.status == 0, "{}", created.stderr);
    wait_for("three tasks", RUNNING, || check_settled(&docker))?;
    let before = free(&docker, "held")?;
    ensure!(before == 6, "13 addresses less a virtual IP, three tasks and three nodes: {before}");
    let victim = cluster.nodes.iter_mut().rev().find(|node| node.docker.host() != docker.host());
    let victim = victim.context("there is another node")?;
    victim.kill()?;
    let killed = Instant::now();
    wait_for("the replacement of the lost task", RUNNING, || {
        let free = free(&docker, "held")?;
        if free == 5 { Ok(()) } else { bail!("{free} free after {} s", killed.elapsed().as_secs()) }
    })?;
    victim.start_engine()?;
    // Back, it has no task of the network any more: neither its own address nor the lost task's.
    wait_for("the addresses of the node that was lost", RUNNING, || {
        let free = free(&docker, "held")?;
        if free == 7 { Ok(()) } else { bail!("{free} free") }
    })
}
