//! Clients of three managers that create services at the same time, on one network.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use smsvc_tests::cluster::Cluster;
use smsvc_tests::docker::{Docker, Outcome};
use smsvc_tests::patience::wait_for;

use crate::cluster::{IMAGE, fill_to_the_address, free, three_nodes};
use crate::concurrency::{LEASE, holder, reservations, twenty};
use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] = &[(
    "of_twenty_creates_at_three_managers_exactly_as_many_succeed_as_fit_also_after_a_client_was_killed",
    at_three_managers,
)];

/// How long ten services may take to run, on a machine that is busy.
const RUNNING: Duration = Duration::from_mins(2);

/// What each trial of the rule creates: the network's subnets, the endpoint mode, and what three nodes leave room for.
const TRIALS: [(&str, &[&str], &str, usize); 2] = [
    // 13 addresses less three load balancers.
    ("without", &["10.252.20.0/28"], "dnsrr", 10),
    // 13 + 5 + 5 addresses less three load balancers, two a service.
    ("behind", &["10.252.21.0/28", "10.252.21.16/29", "10.252.21.24/29"], "vip", 10),
];

fn at_three_managers(world: &World) -> Result<()> {
    let cluster = three_nodes(world)?;
    let docker = cluster.docker()?;
    for (network, subnets, _, _) in TRIALS {
        let subnets = subnets.iter().flat_map(|subnet| ["--subnet", subnet]);
        let args: Vec<&str> =
            ["network", "create", "--driver", "overlay"].into_iter().chain(subnets).collect();
        docker.run(&[&args[..], &[network]].concat())?;
    }
    for (network, _, mode, room) in TRIALS {
        let created = twenty(|number| create_at(&cluster, number, network, mode))?;
        ensure!(created.len() == room, "{mode}: {} of {room} were created", created.len());
        ensure!(reservations(docker, network)?.is_empty(), "a reservation was left behind");
        check_services(docker, network, &created)?;
        ensure!(free(docker, network)? == 0, "{network} is not full");
        // Neither has the engine an address left.
        fill_to_the_address(docker, &[network])?;
        let first = created.first().context("none was created")?;
        docker.run(&["service", "rm", &format!("{network}-too-many"), &name(network, *first)])?;
        let each = if mode == "vip" { 2 } else { 1 };
        wait_for("what the removed one held", RUNNING, || match free(docker, network)? {
            left if left == each => Ok(()),
            left => bail!("{left} free"),
        })?;
        killed(&cluster, network, mode)?;
    }
    Ok(())
}

fn name(network: &str, number: usize) -> String {
    format!("{network}-{number}")
}

/// A create at one of the managers: who leads is one of them.
fn create_at(cluster: &Cluster, number: usize, network: &str, mode: &str) -> Result<Outcome> {
    let manager = &cluster.nodes[number % cluster.nodes.len()].docker;
    let name = name(network, number);
    let options = ["smsvc", "create", "--detach", "--no-resolve-image", "--endpoint-mode", mode];
    manager.call(&[&options[..], &["--network", network, "--name", &name, IMAGE]].concat())
}

/// The services that were created run, and never had a task that did not; those that were refused are not there.
fn check_services(docker: &Docker, network: &str, created: &[usize]) -> Result<()> {
    let filter = format!("name={network}-");
    let names = docker.run(&["service", "ls", "--filter", &filter, "--format", "{{.Name}}"])?;
    ensure!(names.lines().count() == created.len(), "{created:?} were created, and there are {names}");
    for number in created {
        let name = name(network, *number);
        wait_for("its task", RUNNING, || {
            let states = docker.run(&["service", "ps", "--format", "{{.CurrentState}}", &name])?;
            let states: Vec<&str> = states.lines().collect();
            match states[..] {
                [only] if only.starts_with("Running") => Ok(()),
                _ => bail!("{name}: {states:?}"),
            }
        })?;
    }
    Ok(())
}

/// A client that is killed at one manager while it holds the network keeps nobody at another from it for longer than its lease.
fn killed(cluster: &Cluster, network: &str, mode: &str) -> Result<()> {
    let [.., second, third] = &cluster.nodes[..] else { bail!("there are no three nodes") };
    // None of the twenty has this number, and it leads to the third manager.
    let next =
        (20..30).find(|number| number % cluster.nodes.len() == third.number - 1).context("no number")?;
    let (mut holder, _relay) = holder(&second.docker, network, &format!("{network}-holder"), IMAGE)?;
    holder.kill()?;
    holder.wait()?;
    let begun = Instant::now();
    let next = create_at(cluster, next, network, mode).context("the next client")?;
    let waited = begun.elapsed();
    ensure!(next.status == 0, "{}", next.stderr);
    ensure!(next.stderr.contains("waiting for another client"), "{}", next.stderr);
    ensure!(waited < LEASE + Duration::from_secs(10), "the next client waited for {waited:?}");
    ensure!(reservations(&third.docker, network)?.is_empty(), "the reservation is still there");
    let inspect = third.docker.call(&["service", "inspect", &format!("{network}-holder")])?;
    ensure!(inspect.status != 0, "the killed client has created its service");
    Ok(())
}
