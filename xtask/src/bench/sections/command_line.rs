//! What the plugin costs whoever types: against the docker command on the same engine.

use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result};
use smsvc_tests::api::Api;
use smsvc_tests::docker::Docker;
use smsvc_tests::engine::PrivateEngine;

use crate::bench::Bench;
use crate::bench::process::{memory, milliseconds};
use crate::bench::published::SimulatedSwarm;
use crate::bench::rounds::in_turns;
use crate::bench::section::{Cell, Goal, Section, Table};
use crate::bench::stats::Sample;

const NETWORK: &str = "bench";

/// How long the engine is left alone after a removal.
const REST: Duration = Duration::from_millis(100);

const METHOD: &str = "\
Wall time of whole commands, from start to end, on an engine of our own (a swarm of one node, nothing else on it).

* **create**: `docker service create -d` and `docker smsvc create -d` with the same options, on a network with room; the second
  also counts the addresses, chooses the endpoint mode, and keeps concurrent creates from overcommitting the network. Both make
  a service of one replica that no node may run, so that no container starts meanwhile. It is removed after each.
* **without a budget**: the same with `--ip-budget off --endpoint-mode dnsrr`, which counts nothing and keeps nobody out: what is
  left is how docker starts a plugin.
* **metadata**: what docker asks of every plugin before it runs one, against the start of docker itself.
* **budget**: `docker smsvc budget` for 1,000 services with 5,000 tasks, against `docker service ls`, both on the simulated swarm.
* **plugin alone**: the plugin's own process, without the docker command that starts it.

Memory is the peak of the process that is named, without those that it starts.";

/// Measures both swarms.
pub(super) fn measure(bench: &Bench) -> Result<Section> {
    let mut section = Section::new("The command line", METHOD);
    create(bench, &mut section)?;
    budget(bench, &mut section)?;
    Ok(section)
}

/// A command that is measured: what it is called, and how it is made for the service of a name.
struct Variant<'v> {
    name: &'static str,
    command: Box<dyn Fn(&str) -> Command + 'v>,
}

fn create(bench: &Bench, section: &mut Section) -> Result<()> {
    let engine = PrivateEngine::start_another()?;
    engine.make_swarm()?;
    let folder = bench.folder("command-line")?;
    let docker = Docker::new(&engine.host, &folder);
    docker.install_plugin(&bench.plugin)?;
    docker.run(&["network", "create", "--driver", "overlay", "--subnet", "10.61.0.0/16", NETWORK])?;
    let options = |name: &str, words: &[&str], more: &[&str]| -> Vec<String> {
        let first = [
            "create",
            "--detach",
            "--no-resolve-image",
            "--name",
            name,
            "--network",
            NETWORK,
            "--constraint",
            "node.id==none",
        ];
        words
            .iter()
            .chain(&first)
            .chain(more)
            .chain(&["example/bench:1"])
            .map(|word| (*word).to_owned())
            .collect()
    };
    let typed = |name: &str, words: &[&str], more: &[&str]| {
        let words = options(name, words, more);
        docker.command(&words.iter().map(String::as_str).collect::<Vec<_>>())
    };
    // What docker gives the plugin that it starts.
    let alone = |words: &[String]| {
        let mut command = Command::new(&bench.plugin);
        command.args(words).env("DOCKER_HOST", docker.host()).env("DOCKER_CONFIG", docker.config());
        command.env("DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND", "docker");
        command
    };
    let variants = [
        Variant { name: "create: docker", command: Box::new(|name| typed(name, &["service"], &[])) },
        Variant { name: "create: docker smsvc", command: Box::new(|name| typed(name, &["smsvc"], &[])) },
        Variant {
            name: "create: without a budget",
            command: Box::new(|name| {
                typed(name, &["smsvc"], &["--ip-budget", "off", "--endpoint-mode", "dnsrr"])
            }),
        },
        Variant {
            name: "create: plugin alone",
            command: Box::new(|name| alone(&options(name, &["smsvc"], &[]))),
        },
    ];
    let api = Api::new(docker.host());
    let mut number = 0;
    let mut one = |variant: &Variant, run: fn(&mut Command) -> Result<f64>| {
        number += 1;
        let name = format!("bench-{number}");
        let figure = run(&mut (variant.command)(&name))?;
        let (status, answer) = api.call("DELETE", &format!("/services/{name}"), None)?;
        (status == 200).then_some(()).with_context(|| format!("{name} is not removed: {answer}"))?;
        sleep(REST);
        Ok(figure)
    };
    in_turns(&variants, 2, |variant| one(variant, milliseconds))?;
    let times = samples(in_turns(&variants, bench.rounds(25), |variant| one(variant, milliseconds))?);
    let peaks = samples(in_turns(&variants, bench.rounds(5), |variant| one(variant, memory))?);
    let mut table = Table::new(&["", "time", "memory"]);
    for (of, variant) in variants.iter().enumerate() {
        let cells =
            vec![Cell::against(&times[of], &times[0], "ms"), Cell::against(&peaks[of], &peaks[0], "MiB")];
        table.row(variant.name, cells);
    }
    section.tables.push(table);
    section.goals.push(Goal::at_most(
        "create: docker smsvc : docker service, time",
        1.0,
        times[1].ratio_to(&times[0]).median(),
        "",
    ));
    let metadata = || {
        let mut command = Command::new(&bench.plugin);
        command.arg("docker-cli-plugin-metadata");
        command
    };
    let starts: [&dyn Fn() -> Command; 2] = [&|| docker.command(&["--version"]), &metadata];
    in_turns(&starts, 2, |command| milliseconds(&mut command()))?;
    let times = samples(in_turns(&starts, bench.rounds(25), |command| milliseconds(&mut command()))?);
    let mut table = Table::new(&["", "time"]);
    for (name, time) in ["docker --version", "metadata: plugin alone"].iter().zip(&times) {
        table.row(*name, vec![Cell::against(time, &times[0], "ms")]);
    }
    section.tables.push(table);
    section.goals.push(Goal::at_most("plugin metadata, time", 5.0, times[1].median(), "ms"));
    Ok(())
}

fn budget(bench: &Bench, section: &mut Section) -> Result<()> {
    let many = ["--workers", "4", "--services", "1000", "--tasks", "5"];
    let swarm = SimulatedSwarm::start(bench, "command-line-budget", &many)?;
    let lines: [(&str, &[&str]); 2] =
        [("docker service ls", &["service", "ls"]), ("docker smsvc budget", &["smsvc", "budget"])];
    let run = |(_, words): &(&str, &[&str])| milliseconds(&mut swarm.docker.command(words));
    in_turns(&lines, 1, run)?;
    let times = samples(in_turns(&lines, bench.rounds(15), run)?);
    let alone = |(_, words): &(&str, &[&str])| {
        let mut command = swarm.docker.command(words);
        if words[0] == "smsvc" {
            command = Command::new(&bench.plugin);
            command
                .args(*words)
                .env("DOCKER_HOST", swarm.docker.host())
                .env("DOCKER_CONFIG", swarm.docker.config());
        }
        memory(&mut command)
    };
    let peaks = samples(in_turns(&lines, bench.rounds(5), alone)?);
    let mut table = Table::new(&["1,000 services, 5,000 tasks", "time", "memory (of docker, of the plugin)"]);
    for (of, (name, _)) in lines.iter().enumerate() {
        let cells =
            vec![Cell::against(&times[of], &times[0], "ms"), Cell::against(&peaks[of], &peaks[0], "MiB")];
        table.row(*name, cells);
    }
    section.tables.push(table);
    let ratio = times[1].ratio_to(&times[0]).median();
    section.goals.push(Goal::at_most("budget for 1,000 services : docker service ls, time", 2.0, ratio, ""));
    Ok(())
}

fn samples(of: Vec<Vec<f64>>) -> Vec<Sample> {
    of.into_iter().map(Sample::from_iter).collect()
}
