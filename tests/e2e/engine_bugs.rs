//! Three defects of the engine's allocator, each shown with the engine alone and not to be had through `docker smsvc`.
//!
//! The engine is the witness: a vip service without tasks takes exactly one address, so that the number of them that get
//! their virtual IP is the number of addresses that are left. Each network is the trial's own.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use smsvc_tests::patience::wait_for;

use crate::cluster::free;
use crate::ground::Ground;
use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] = &[
    ("a_service_that_fits_one_of_two_networks_leaks_addresses_unless_it_is_refused", leaks_at_every_attempt),
    ("a_full_network_added_to_a_service_stops_its_only_task_unless_it_is_refused", stops_its_only_task),
    ("a_full_network_added_to_a_service_gives_its_virtual_ip_away_unless_it_is_refused", given_away),
    ("a_network_removed_under_stopping_tasks_leaks_addresses_unless_the_removal_waits", removed_too_early),
];

/// The exit code of what does not fit.
const DOES_NOT_FIT: i32 = 3;

/// What a /28 and a /29 have for services.
const OF_28: usize = 13;
const OF_29: usize = 5;

/// How long a service must be without its virtual IP to count as one that gets none.
const NONE_LEFT: Duration = Duration::from_secs(2);

/// How long the engine may take to stop tasks and to notice.
const ENDED: Duration = Duration::from_mins(1);

/// A second network of the trial.
fn network(ground: &Ground<'_>, short: &str, subnet: &str) -> Result<String> {
    let name = ground.service(short);
    let label = ground.world.stage.marks()[3];
    let options = ["--driver", "overlay", "--subnet", subnet, "--label", label];
    ground.world.docker().run(&[&["network", "create"], &options[..], &[&name]].concat())?;
    Ok(name)
}

/// A vip service without tasks.
fn take_one(ground: &Ground<'_>, short: &str, network: &str) -> Result<()> {
    ground.create_plainly(short, &["--network", network, "--replicas", "0", "--endpoint-mode", "vip"])
}

/// Takes so many addresses of a network, one by one.
fn take(ground: &Ground<'_>, prefix: &str, network: &str, count: usize) -> Result<()> {
    for number in 0..count {
        let short = format!("{prefix}-{number}");
        take_one(ground, &short, network)?;
        wait_for("a virtual IP", ENDED, || {
            if ground.has_virtual_ip(&short)? { Ok(()) } else { bail!("none for {short}") }
        })?;
    }
    Ok(())
}

/// Takes all addresses that the engine has left on a network: how many those were, up to a limit.
fn take_all(ground: &Ground<'_>, prefix: &str, network: &str, limit: usize) -> Result<usize> {
    for number in 0..=limit {
        let short = format!("{prefix}-{number}");
        take_one(ground, &short, network)?;
        let asked = Instant::now();
        while !ground.has_virtual_ip(&short)? {
            if asked.elapsed() >= NONE_LEFT {
                return Ok(number);
            }
        }
    }
    bail!("{network} has more than {limit} addresses")
}

/// The networks in the order of their ids, which is the order in which docker lists them in a service and the engine
/// takes addresses of them: only the first one of two can leak when the second one is full.
fn in_the_engines_order(ground: &Ground<'_>, one: String, other: String) -> Result<(String, String)> {
    let id = |name: &str| ground.world.docker().run(&["network", "inspect", "--format", "{{.Id}}", name]);
    if id(&one)? < id(&other)? { Ok((one, other)) } else { Ok((other, one)) }
}

/// L1: every attempt of the engine to place the service takes an address of the network that has room.
fn leaks_at_every_attempt(world: &World) -> Result<()> {
    let ground = world.ground("leak");
    let (roomy, full) = in_the_engines_order(
        &ground,
        ground.network("10.250.70.0/28")?,
        network(&ground, "other", "10.250.70.16/28")?,
    )?;
    take(&ground, "filler", &full, OF_28)?;
    let both = ["--network", &roomy, "--network", &full, "--endpoint-mode", "vip"];

    let refused = ground.try_create("refused", &both)?;
    ensure!(refused.status == DOES_NOT_FIT && refused.stderr.contains("E303"), "{}", refused.stderr);
    ensure!(refused.stderr.contains(&full), "{}", refused.stderr);
    ensure!(!ground.exists("refused")?, "a refused service was created");
    let untouched = take_all(&ground, "before", &roomy, OF_28)?;
    ensure!(untouched == OF_28, "{untouched} of {OF_28} addresses after the refusal");
    for number in (0..=OF_28).rev() {
        ground.remove(&format!("before-{number}"))?;
    }

    ground.create_plainly("stuck", &both)?;
    for number in 0..6 {
        let short = format!("release-{number}");
        take_one(&ground, &short, &roomy)?;
        std::thread::sleep(Duration::from_millis(300));
        ground.remove(&short)?;
    }
    ensure!(!ground.has_virtual_ip("stuck")?, "the engine placed it");
    ground.remove("stuck")?;
    let left = take_all(&ground, "after", &roomy, OF_28)?;
    ensure!(left < OF_28, "the engine leaks no more: {left} addresses of {OF_28}");
    Ok(())
}

/// The virtual IP of a service that is on one network; none before the engine gave it one.
fn virtual_ip(ground: &Ground<'_>, short: &str) -> Result<Option<String>> {
    let service = ground.inspect(short)?;
    Ok(service["Endpoint"]["VirtualIPs"][0]["Addr"].as_str().map(str::to_owned))
}

/// Creates vip services until one gets an address, or until all are taken: the one that got it.
fn taken_by_another(
    ground: &Ground<'_>,
    prefix: &str,
    network: &str,
    address: &str,
) -> Result<Option<String>> {
    for number in 0..=OF_28 {
        let short = format!("{prefix}-{number}");
        take_one(ground, &short, network)?;
        let asked = Instant::now();
        let given = loop {
            match virtual_ip(ground, &short)? {
                None if asked.elapsed() < NONE_LEFT => {}
                given => break given,
            }
        };
        match given {
            Some(given) if given == address => return Ok(Some(short)),
            Some(_) => {}
            None => return Ok(None),
        }
    }
    bail!("{network} has more than {OF_28} addresses")
}

/// L1b: the engine gives up what the service has when it cannot give it more, and goes on showing it as the service's.
fn given_away(world: &World) -> Result<()> {
    let ground = world.ground("given");
    let roomy = ground.network("10.250.73.0/28")?;
    let full = network(&ground, "full", "10.250.73.16/29")?;
    take(&ground, "filler", &full, OF_29)?;
    ground.create("s", &["--network", &roomy, "--endpoint-mode", "vip", "--replicas", "0"])?;
    let name = ground.service("s");
    let address = virtual_ip(&ground, "s")?.context("the service has a virtual IP")?;
    let docker = ground.world.docker();

    let refused = docker.call(&["smsvc", "update", "--network-add", &full, &name])?;
    ensure!(refused.status == DOES_NOT_FIT && refused.stderr.contains("E303"), "{}", refused.stderr);
    let taker = taken_by_another(&ground, "before", &roomy, &address)?;
    ensure!(taker.is_none(), "{taker:?} has the virtual IP of a service whose update was refused");
    for number in (0..OF_28).rev() {
        ground.remove(&format!("before-{number}"))?;
    }

    docker.run(&["service", "update", "--detach", "--quiet", "--network-add", &full, &name])?;
    let taker = taken_by_another(&ground, "after", &roomy, &address)?;
    ensure!(taker.is_some(), "the engine gives {address} away no more");
    let shown = virtual_ip(&ground, "s")?;
    ensure!(shown.as_ref() == Some(&address), "{shown:?}: the engine shows no address twice");
    Ok(())
}

/// L1b: the update is answered with 200; the old task stops, and the new one gets no address.
fn stops_its_only_task(world: &World) -> Result<()> {
    let ground = world.ground("twice");
    let roomy = ground.network("10.250.71.0/28")?;
    let full = network(&ground, "full", "10.250.71.16/29")?;
    take(&ground, "filler", &full, OF_29)?;
    ground.create("s", &["--network", &roomy, "--endpoint-mode", "vip", "--stop-grace-period", "1s"])?;
    ground.wait_running("s", 1)?;
    let name = ground.service("s");
    let docker = ground.world.docker();

    let refused = docker.call(&["smsvc", "update", "--network-add", &full, &name])?;
    ensure!(refused.status == DOES_NOT_FIT && refused.stderr.contains("E303"), "{}", refused.stderr);
    ensure!(refused.stderr.contains(&full), "{}", refused.stderr);
    ensure!(ground.states_so_far("s")? == ["running"], "the refused update touched the task");

    docker.run(&["service", "update", "--detach", "--quiet", "--network-add", &full, &name])?;
    wait_for("the outage", ENDED, || {
        let states = ground.states_so_far("s")?;
        if states.contains(&"new".to_owned()) && !states.contains(&"running".to_owned()) {
            Ok(())
        } else {
            bail!("{states:?}")
        }
    })
}

/// A service on both networks whose tasks take their time to stop.
fn slow(ground: &Ground<'_>, short: &str, kept: &str, going: &str) -> Result<()> {
    let networks = ["--network", kept, "--network", going, "--endpoint-mode", "vip", "--replicas", "3"];
    let stubborn = ["--stop-grace-period", "4s", "--env", "BACKEND_IGNORE_TERM=1"];
    ground.create(short, &[&networks[..], &stubborn].concat())?;
    ground.wait_running(short, 3)
}

/// Waits until no task of the trial holds an address of a network.
fn wait_released(ground: &Ground<'_>, network: &str) -> Result<()> {
    wait_for("the end of the tasks", ENDED, || {
        let free = free(ground.world.docker(), network)?;
        if free == OF_28 as u64 { Ok(()) } else { bail!("{free} free") }
    })
}

/// L2: the other addresses of the tasks are never given back.
fn removed_too_early(world: &World) -> Result<()> {
    let ground = world.ground("early");
    let kept = ground.network("10.250.72.0/28")?;
    let docker = ground.world.docker();

    let going = network(&ground, "going-1", "10.250.72.16/28")?;
    slow(&ground, "waited", &kept, &going)?;
    let name = ground.service("waited");
    let removed = docker.run(&["smsvc", "rm", &name])?;
    ensure!(removed == name, "the output is not docker's: {removed}");
    docker.run(&["network", "rm", &going])?;
    let left = take_all(&ground, "one", &kept, OF_28)?;
    ensure!(left == OF_28, "{left} of {OF_28} addresses are left after a removal that waited");
    for number in (0..=OF_28).rev() {
        ground.remove(&format!("one-{number}"))?;
    }

    let going = network(&ground, "going-2", "10.250.72.32/28")?;
    slow(&ground, "hasty", &kept, &going)?;
    docker.run(&["service", "rm", &ground.service("hasty")])?;
    docker.run(&["network", "rm", &going])?;
    wait_released(&ground, &kept)?;
    let left = take_all(&ground, "two", &kept, OF_28)?;
    ensure!(left < OF_28, "the engine leaks no more: {left} addresses of {OF_28}");
    Ok(())
}
