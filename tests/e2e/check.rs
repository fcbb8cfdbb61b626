//! The verdict of `docker smsvc check` against what `docker stack deploy` does: what fits runs, what does not gets stuck.

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use smsvc_tests::docker::Outcome;
use smsvc_tests::patience::wait_for;

use crate::ground::Ground;
use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] = &[
    ("a_stack_that_check_lets_through_runs_and_one_task_more_is_refused_and_gets_stuck", |world| {
        verdict(world, "own", &OWN)
    }),
    ("a_stack_on_a_network_of_others_runs_exactly_where_check_says_that_it_fits", |world| {
        verdict(world, "shared", &SHARED)
    }),
];

/// The exit code of what does not fit.
const DOES_NOT_FIT: i32 = 3;

/// How long tasks may take to run.
const RUNNING: Duration = Duration::from_secs(90);

/// A task that is `new` for so long gets no address.
const STUCK: Duration = Duration::from_secs(6);

/// A network of 13 addresses, one of which is the node's.
struct Trial {
    subnet: &'static str,
    /// How many addresses others hold before the stack is deployed; then the network is not the stack's.
    taken: usize,
    /// The services: key, endpoint mode, replicas.
    services: &'static [(&'static str, &'static str, u64)],
}

/// Two virtual IPs, ten tasks.
const OWN: Trial = Trial {
    subnet: "10.251.47.0/28",
    taken: 0,
    services: &[("web", "vip", 4), ("api", "vip", 1), ("worker", "dnsrr", 5)],
};

/// Four of others, one virtual IP, seven tasks.
const SHARED: Trial =
    Trial { subnet: "10.251.48.0/28", taken: 4, services: &[("web", "vip", 3), ("worker", "dnsrr", 4)] };

fn verdict(world: &World, name: &str, trial: &Trial) -> Result<()> {
    let ground = world.ground(&format!("check-{name}"));
    let stack = ground.service("stack");
    let external = if trial.taken == 0 { None } else { Some(ground.network(trial.subnet)?) };
    for number in 0..trial.taken {
        let network = external.as_deref().context("others are on a network of their own")?;
        let options = ["--network", network, "--replicas", "0", "--endpoint-mode", "vip"];
        ground.create(&format!("taken-{number}"), &options)?;
    }
    let file = |more: u64| file(&ground, trial, external.as_deref(), more);
    let (fits, too_many) = (file(0)?, file(1)?);

    let refused = check(&ground, &too_many, &stack)?;
    ensure!(refused.status == DOES_NOT_FIT && refused.stdout.contains("E303"), "{refused:?}");
    let let_through = check(&ground, &fits, &stack)?;
    ensure!(let_through.status == 0, "{let_through:?}");
    deploy(&ground, &fits, &stack)?;
    let whole = trial.services.iter().map(|(key, _, replicas)| (*key, *replicas));
    for (key, replicas) in whole {
        wait_for(&format!("the tasks of {key}"), RUNNING, || {
            let states = states(&ground, &stack, key)?;
            let running = states.iter().filter(|state| *state == "running").count() as u64;
            ensure!(running == replicas && states.len() as u64 == replicas, "{key}: {states:?}");
            Ok(())
        })?;
    }

    // Now it is there, the same answer again: it fits as it is, and nothing more does.
    let again = check(&ground, &fits, &stack)?;
    ensure!(again.status == 0, "{again:?}");
    let refused = check(&ground, &too_many, &stack)?;
    ensure!(refused.status == DOES_NOT_FIT && refused.stdout.contains("E303"), "{refused:?}");
    deploy(&ground, &too_many, &stack)?;
    sleep(STUCK);
    let (last, _, replicas) = trial.services.last().context("a stack has services")?;
    let states = states(&ground, &stack, last)?;
    let new = states.iter().filter(|state| *state == "new").count();
    ensure!(new == 1 && states.len() as u64 == replicas + 1, "{last}: {states:?}");
    Ok(())
}

/// A stack file, in which the last service has so many tasks more.
fn file(ground: &Ground<'_>, trial: &Trial, external: Option<&str>, more: u64) -> Result<String> {
    let last = trial.services.len() - 1;
    let mark = ground.world.stage.marks()[3].split_once('=').context("a label has a value")?;
    let labels = json!({ mark.0: mark.1 });
    let services: serde_json::Map<String, Value> = trial
        .services
        .iter()
        .enumerate()
        .map(|(index, (key, mode, replicas))| {
            let replicas = if index == last { replicas + more } else { *replicas };
            let deploy = json!({
                "replicas": replicas, "endpoint_mode": mode, "labels": labels,
                "placement": { "constraints": [ground.world.stage.marks()[1]] },
            });
            let service =
                json!({ "image": ground.world.stage.backend, "networks": ["net"], "deploy": deploy });
            ((*key).to_owned(), service)
        })
        .collect();
    let network = match external {
        Some(name) => json!({ "name": name, "external": true }),
        None => json!({ "ipam": { "config": [{ "subnet": trial.subnet }] }, "labels": labels }),
    };
    let text = json!({ "version": "3.8", "services": services, "networks": { "net": network } });
    let path = ground.world.stage.folder().join(format!("{}-{more}.yml", ground.service("file")));
    fs::write(&path, text.to_string())?;
    Ok(path.display().to_string())
}

fn check(ground: &Ground<'_>, file: &str, stack: &str) -> Result<Outcome> {
    ground.world.docker().call(&["smsvc", "check", "--file", file, "--stack", stack])
}

fn deploy(ground: &Ground<'_>, file: &str, stack: &str) -> Result<()> {
    let deploy = ["stack", "deploy", "--detach=true", "--resolve-image=never", "--compose-file", file, stack];
    ground.world.docker().run(&deploy).map(drop)
}

/// The states of the tasks of a service that are to run, in lower case.
fn states(ground: &Ground<'_>, stack: &str, key: &str) -> Result<Vec<String>> {
    let name = format!("{stack}_{key}");
    let list = ["service", "ps", "--filter", "desired-state=running", "--format", "{{.CurrentState}}", &name];
    let listed = ground.world.docker().call(&list)?;
    if listed.status != 0 {
        bail!("{}", listed.stderr);
    }
    let first = |line: &str| line.split(' ').next().unwrap_or_default().to_lowercase();
    Ok(listed.stdout.lines().map(first).collect())
}
