//! The address budget, judged against the engine's own allocator.

use std::thread::sleep;
use std::time::Duration;

use anyhow::{Result, ensure};
use smsvc_tests::patience::wait_for;
use smsvc_tests::process::Companion;

use crate::ground::Ground;
use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] = &[
    ("dnsrr_services_are_refused_exactly_when_a_slash_28_is_full", |world| {
        fill(world, "10.251.1.0/28", "dnsrr", 1, 12)
    }),
    ("vip_services_are_refused_exactly_when_a_slash_28_is_full", |world| {
        fill(world, "10.251.2.0/28", "vip", 1, 6)
    }),
    ("vip_services_of_three_tasks_are_refused_exactly_when_a_slash_28_is_full", |world| {
        fill(world, "10.251.3.0/28", "vip", 3, 3)
    }),
    ("the_budget_is_what_the_engine_still_gives", the_budget_is_what_the_engine_still_gives),
    (
        "a_budget_that_only_warns_creates_what_does_not_fit",
        a_budget_that_only_warns_creates_what_does_not_fit,
    ),
    ("a_network_that_is_full_refuses_a_service_that_fits_its_other_network", refused_by_one_of_two_networks),
    ("a_create_that_waits_tells_that_no_address_is_left", a_create_that_waits_tells_that_no_address_is_left),
];

/// The exit code of a create that does not fit.
const DOES_NOT_FIT: i32 = 3;

/// How long a task must stay in the state `new` to count as stuck. One that gets an address leaves it within
/// a second.
const STUCK: Duration = Duration::from_secs(6);

/// Creates services until one is refused: `capacity` of them must fit, and run. The next one, forced in, must
/// be stuck. A /28 has 13 addresses for services, one of which is the load balancer's of the node.
fn fill(world: &World, subnet: &str, mode: &str, replicas: usize, capacity: usize) -> Result<()> {
    let ground = world.ground(&format!("fill-{mode}-{replicas}"));
    let network = ground.network(subnet)?;
    let replicas_option = replicas.to_string();
    let options = ["--network", &network, "--endpoint-mode", mode, "--replicas", &replicas_option];
    let mut created = Vec::new();
    let refusal = loop {
        let short = format!("s{}", created.len());
        let outcome = ground.try_create(&short, &options)?;
        if outcome.status != 0 {
            assert!(!ground.exists(&short)?, "a refused service was created");
            break outcome;
        }
        created.push(short);
        ensure!(created.len() <= capacity, "the engine has room for {capacity}, and one more was let in");
    };
    assert_eq!(refusal.status, DOES_NOT_FIT, "{}", refusal.stderr);
    assert_eq!(created.len(), capacity, "refused too early: {}", refusal.stderr);
    let first = refusal.stderr.lines().next().unwrap_or_default();
    for part in [network.as_str(), subnet, "free", "needs"] {
        assert!(first.contains(part), "the refusal does not tell {part:?}: {first}");
    }
    let help = if mode == "vip" { "dnsrr" } else { "/27" };
    assert!(
        refusal.stderr.contains(help),
        "the refusal does not say that {help} would help: {}",
        refusal.stderr
    );

    for short in &created {
        ground.wait_running(short, replicas)?;
        assert_eq!(
            ground.states_so_far(short)?.len(),
            replicas,
            "{short} has lost a task for want of an address"
        );
        assert_eq!(ground.has_virtual_ip(short)?, mode == "vip", "{short}");
    }

    ground.create("forced", &[&options[..], &["--ip-budget", "off"]].concat())?;
    assert_stuck(&ground, "forced", mode)
}

/// Waits long enough to see that at least one task has got no address.
fn assert_stuck(ground: &Ground, short: &str, mode: &str) -> Result<()> {
    sleep(STUCK);
    let states = ground.states(short)?;
    assert!(states.iter().any(|state| state == "new"), "no task is stuck: {states:?}");
    if mode == "vip" {
        assert!(!ground.has_virtual_ip(short)?, "a task waits, but the service has a virtual IP");
    }
    Ok(())
}

/// The engine's own count is found by asking it for addresses: a vip service without tasks takes exactly one.
fn the_budget_is_what_the_engine_still_gives(world: &World) -> Result<()> {
    let ground = world.ground("probe");
    let network = ground.network("10.251.4.0/27")?;
    let on = |more: &'static [&'static str]| [&["--network", &network], more].concat();
    ground.create("two-behind-a-vip", &on(&["--replicas", "2", "--endpoint-mode", "vip"]))?;
    ground.create("three-without", &on(&["--replicas", "3", "--endpoint-mode", "dnsrr"]))?;
    ground.create("a-vip-without-tasks", &on(&["--replicas", "0", "--endpoint-mode", "vip"]))?;
    ground.create("nothing-at-all", &on(&["--replicas", "0", "--endpoint-mode", "dnsrr"]))?;
    ground.create("one-everywhere", &on(&["--mode", "global", "--endpoint-mode", "dnsrr"]))?;
    ground.wait_running("two-behind-a-vip", 2)?;
    ground.wait_running("three-without", 3)?;
    ground.wait_running("one-everywhere", 1)?;

    // A container that belongs to no service takes an address too.
    let container = ground.service("container");
    world.docker().run(&[
        "run",
        "--detach",
        "--rm",
        "--name",
        &container,
        "--network",
        &network,
        &world.stage.backend,
    ])?;

    let budget = world.docker().json(&["smsvc", "budget", &network, "--format", "json"])?;
    let account = &budget[0];
    assert_eq!(account["capacity"]["total"], 32, "{account:#}");
    assert_eq!(account["capacity"]["gateway"], 1, "{account:#}");
    assert_eq!(account["capacity"]["usable"], 29, "{account:#}");
    assert_eq!(account["inUse"]["loadBalancers"], 1, "{account:#}");
    assert_eq!(account["inUse"]["vips"], 2, "{account:#}");
    assert_eq!(account["inUse"]["tasks"], 6, "{account:#}");
    assert_eq!(account["inUse"]["attachedContainers"], 1, "{account:#}");
    assert_eq!(account["free"], 19, "{account:#}");

    let mut given = 0;
    loop {
        let short = format!("probe{given}");
        ground
            .create_plainly(&short, &["--network", &network, "--replicas", "0", "--endpoint-mode", "vip"])?;
        // An address is given within milliseconds or not at all.
        if !(0..15).any(|_| {
            sleep(Duration::from_millis(100));
            ground.has_virtual_ip(&short).unwrap_or(false)
        }) {
            break;
        }
        given += 1;
    }
    world.docker().run(&["rm", "--force", &container])?;
    assert_eq!(given, 19, "the engine gave {given} addresses more, the budget said 19");
    Ok(())
}

fn a_budget_that_only_warns_creates_what_does_not_fit(world: &World) -> Result<()> {
    let ground = world.ground("warn");
    let network = ground.network("10.251.5.0/29")?;
    let options = ["--network", &network, "--replicas", "9", "--endpoint-mode", "dnsrr"];
    assert_eq!(ground.try_create("too-big", &options)?.status, DOES_NOT_FIT);
    let said = ground.create("too-big", &[&options[..], &["--ip-budget", "warn"]].concat())?;
    assert!(said.contains(&network) && said.contains("warning"), "{said}");
    assert!(ground.exists("too-big")?);
    Ok(())
}

/// A service must fit on each of its networks: else the engine loses addresses of the one where it does.
fn refused_by_one_of_two_networks(world: &World) -> Result<()> {
    let ground = world.ground("two-networks");
    let small = ground.network("10.251.6.0/29")?;
    let options = [
        "--network",
        &world.stage.network,
        "--network",
        &small,
        "--replicas",
        "5",
        "--endpoint-mode",
        "dnsrr",
    ];
    let refusal = ground.try_create("on-both", &options)?;
    assert_eq!(refusal.status, DOES_NOT_FIT, "{}", refusal.stderr);
    assert!(refusal.stderr.contains(&small), "{}", refusal.stderr);
    assert!(!refusal.stderr.contains(&world.stage.network), "{}", refusal.stderr);
    assert!(!ground.exists("on-both")?);
    Ok(())
}

/// The engine itself says nothing: docker would wait for ever without a word.
fn a_create_that_waits_tells_that_no_address_is_left(world: &World) -> Result<()> {
    let ground = world.ground("wait-full");
    let network = ground.network("10.251.7.0/29")?;
    ground.create("fills", &["--network", &network, "--replicas", "4", "--endpoint-mode", "dnsrr"])?;
    ground.wait_running("fills", 4)?;

    let name = ground.service("waits");
    let mut args = vec!["smsvc", "create", "--no-resolve-image", "--ip-budget", "off", "--name", &name];
    args.extend(["--network", &network, "--endpoint-mode", "dnsrr"]);
    args.extend(world.stage.marks());
    args.push(&world.stage.backend);
    let log = world.stage.folder().join("wait-full.log");
    let mut create = Companion::start(&world.docker().command(&args), &log)?;
    wait_for("a word about the address", Duration::from_secs(30), || {
        create.check_alive()?;
        let said = std::fs::read_to_string(&log)?;
        ensure!(said.contains("waits for an address"), "{said}");
        Ok(())
    })?;

    create.stop(Duration::from_secs(5));
    let said = std::fs::read_to_string(&log)?;
    assert!(said.contains("continuing in background"), "{said}");
    assert!(ground.exists("waits")?, "a create that is interrupted must leave the service");
    Ok(())
}
