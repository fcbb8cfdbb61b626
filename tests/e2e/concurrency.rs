//! Clients that create services at the same time, on one network.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use smsvc_tests::docker::{Docker, Outcome};
use smsvc_tests::patience::wait_for;

use crate::ground::Ground;
use crate::relay::Relay;
use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] = &[
    ("a_client_that_is_killed_with_a_reservation_blocks_nobody_for_longer_than_its_lease", killed),
    ("of_twenty_vip_creates_at_once_exactly_as_many_succeed_as_fit", |world| {
        at_once(world, "10.251.40.0/28", "vip", &["vip"], 6)
    }),
    ("of_twenty_dnsrr_creates_at_once_exactly_as_many_succeed_as_fit", |world| {
        at_once(world, "10.251.41.0/28", "dnsrr", &["dnsrr"], 12)
    }),
    ("of_twenty_mixed_creates_at_once_none_is_stuck_and_no_address_is_left", mixed),
    ("an_interrupted_create_leaves_no_reservation", interrupted),
];

/// The exit code of a create that does not fit.
const DOES_NOT_FIT: i32 = 3;

/// How long a reservation lasts (`docker_smsvc::reserve::LEASE`).
pub(crate) const LEASE: Duration = Duration::from_secs(30);

/// Makes twenty calls side by side, each by its number; gives the numbers of those that created a service. All others must
/// have been refused because nothing is left.
pub(crate) fn twenty(create: impl Fn(usize) -> Result<Outcome> + Sync) -> Result<Vec<usize>> {
    let outcomes: Vec<Result<Outcome>> = std::thread::scope(|scope| {
        let create = &create;
        let clients: Vec<_> = (0..20).map(|number| scope.spawn(move || create(number))).collect();
        let joined = clients.into_iter().map(|client| client.join().ok().context("a client panicked")?);
        joined.collect()
    });
    let mut created = Vec::new();
    for (number, outcome) in outcomes.into_iter().enumerate() {
        let outcome = outcome?;
        match outcome.status {
            0 => created.push(number),
            DOES_NOT_FIT => ensure!(outcome.stderr.contains("E303"), "{}", outcome.stderr),
            status => bail!("create ended with {status}: {}", outcome.stderr),
        }
    }
    Ok(created)
}

/// Creates twenty services side by side; gives the names of those that were created, and run.
fn twenty_services(ground: &Ground<'_>, network: &str, modes: &[&str]) -> Result<Vec<String>> {
    let short = |number: usize| format!("s{number}");
    let created = twenty(|number| {
        let options = ["--network", network, "--endpoint-mode", modes[number % modes.len()]];
        ground.try_create(&short(number), &options)
    })?;
    for number in (0..20).filter(|number| !created.contains(number)) {
        ensure!(!ground.exists(&short(number))?, "{number} was refused, and created");
    }
    let created: Vec<String> = created.into_iter().map(short).collect();
    for short in &created {
        ground.wait_running(short, 1)?;
        ensure!(ground.states_so_far(short)?.len() == 1, "{short} has lost a task for want of an address");
    }
    ensure!(reservations(ground.world.docker(), network)?.is_empty(), "a reservation was left behind");
    Ok(created)
}

/// A /28 has 13 addresses for services, one of which is the load balancer's of the node.
fn at_once(world: &World, subnet: &str, name: &str, modes: &[&str], capacity: usize) -> Result<()> {
    let ground = world.ground(&format!("at-once-{name}"));
    let network = ground.network(subnet)?;
    let created = twenty_services(&ground, &network, modes)?;
    ensure!(created.len() == capacity, "{} of {capacity} were created", created.len());
    Ok(())
}

fn mixed(world: &World) -> Result<()> {
    let ground = world.ground("at-once-mixed");
    let network = ground.network("10.251.42.0/28")?;
    let created = twenty_services(&ground, &network, &["vip", "dnsrr", "vip"])?;
    let mut left = 12;
    for short in &created {
        left -= if ground.has_virtual_ip(short)? { 2 } else { 1 };
    }
    // The last address fits a dnsrr service only, and there are enough of those.
    ensure!(left == 0, "{left} addresses are left, and {} services were created", created.len());
    Ok(())
}

/// The names of the reservations of a network.
pub(crate) fn reservations(docker: &Docker, network: &str) -> Result<Vec<String>> {
    let id = docker.run(&["network", "inspect", "--format", "{{.ID}}", network])?;
    let list = ["config", "ls", "--filter", "label=org.smsvc.reservation", "--format", "{{.Name}}"];
    let names = docker.run(&list)?;
    Ok(names.lines().filter(|name| name.ends_with(&id)).map(str::to_owned).collect())
}

/// A client that has taken its reservation and now waits for an engine that does not answer, so that it holds it.
pub(crate) fn holder(docker: &Docker, network: &str, service: &str, image: &str) -> Result<(Child, Relay)> {
    let socket = docker.config().join(format!("{service}.sock"));
    let relay = Relay::swallowing("/tasks?", docker.host(), socket)?;
    // The plugin itself and not docker, whose death the plugin would notice.
    let child = Command::new(docker.config().join("cli-plugins/docker-smsvc"))
        .args(["create", "--detach", "--no-resolve-image", "--name", service, "--network", network, image])
        .env("DOCKER_HOST", relay.host())
        .env("DOCKER_CONFIG", docker.config())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    wait_for("the reservation of the holder", Duration::from_secs(20), || {
        ensure!(!reservations(docker, network)?.is_empty(), "none");
        Ok(())
    })?;
    Ok((child, relay))
}

fn hold(ground: &Ground<'_>, network: &str) -> Result<(Child, Relay)> {
    holder(ground.world.docker(), network, &ground.service("holder"), &ground.world.stage.backend)
}

fn killed(world: &World) -> Result<()> {
    let ground = world.ground("killed");
    let network = ground.network("10.251.43.0/28")?;
    let (mut holder, _relay) = hold(&ground, &network)?;
    holder.kill()?;
    holder.wait()?;
    let begun = Instant::now();
    let told = ground.create("next", &["--network", &network])?;
    let waited = begun.elapsed();
    ensure!(told.contains("waiting for another client"), "{told}");
    ensure!(waited < LEASE + Duration::from_secs(10), "the next client waited for {waited:?}");
    ensure!(reservations(world.docker(), &network)?.is_empty(), "the reservation is still there");
    ensure!(!ground.exists("holder")?, "the killed client has created its service");
    Ok(())
}

fn interrupted(world: &World) -> Result<()> {
    let ground = world.ground("interrupted");
    let network = ground.network("10.251.44.0/28")?;
    let (mut holder, _relay) = hold(&ground, &network)?;
    let id = holder.id().to_string();
    ensure!(Command::new("kill").args(["-INT", &id]).status()?.success(), "no signal was sent");
    let status = holder.wait()?;
    ensure!(status.code() == Some(130), "{status}");
    ensure!(reservations(world.docker(), &network)?.is_empty(), "the reservation is still there");
    ensure!(!ground.exists("holder")?, "the interrupted client has created its service");
    Ok(())
}
