//! `docker smsvc budget` on big swarms: its own time and memory against the number of services.

use std::process::Command;
use std::time::Instant;

use anyhow::Result;

use crate::bench::Bench;
use crate::bench::load::count;
use crate::bench::plot::{Axis, Plot, Scale};
use crate::bench::process::{memory, milliseconds};
use crate::bench::published::SimulatedSwarm;
use crate::bench::replay::Replay;
use crate::bench::section::{Cell, Goal, Section, Table};
use crate::bench::stats::Sample;
use crate::report;

/// How many services, with five tasks each.
const SIZES: [usize; 4] = [100, 1_000, 3_000, 10_000];
const TASKS: &str = "5";

/// The lists that the plugin reads.
const LISTS: [&str; 4] = [
    "/networks",
    "/services",
    "/nodes",
    "/tasks?filters=%7B%22runtime%22%3A%5B%22container%22%2C%22%22%2C%22attachment%22%5D%7D",
];

const METHOD: &str = "\
The plugin's process alone, on ten networks, with five tasks a service. The lists of a simulated swarm (engine 20.10) are kept and
sent again by an engine that answers at once.

* **own work**: the whole process, from its start to its end. Nothing in it is waiting for an engine to make up its answer.
* **after the answer**: the part of it after the last byte was sent. Lists are read while they arrive.
* **simulated swarm**: the whole process where the swarm has to make up its answers.
* **memory**: the peak of the process.";

pub(super) fn measure(bench: &Bench) -> Result<Section> {
    let mut section = Section::new("The budget of a big swarm", METHOD);
    let mut table =
        Table::new(&["services", "answer", "own work", "after the answer", "simulated swarm", "memory"]);
    let mut lines = [("own work", Vec::new()), ("after the answer", Vec::new())];
    for services in SIZES {
        let figures = Figures::of(bench, services)?;
        report::step(&format!(
            "{services} services: {:.0} ms, {:.0} ms after the answer, {:.0} MiB",
            figures.own.median(),
            figures.after.median(),
            figures.memory.median()
        ));
        for ((_, points), times) in lines.iter_mut().zip([&figures.own, &figures.after]) {
            points.push((count(services), times.median()));
        }
        if services == SIZES[SIZES.len() - 1] {
            let what = |part: &str| format!("{services} services with {TASKS} tasks each, {part}");
            section.goals.push(Goal::at_most(what("own work"), 1_000.0, figures.own.median(), "ms"));
            let after = figures.after.median();
            section.goals.push(Goal::at_most(what("after the answer"), 500.0, after, "ms"));
        }
        let plain = |sample: Sample, unit| Cell::Figure { sample, unit, ratio: None };
        let cells = vec![
            plain(figures.answer.into(), "MiB"),
            plain(figures.own, "ms"),
            plain(figures.after, "ms"),
            plain(figures.simulated.into(), "ms"),
            plain(figures.memory, "MiB"),
        ];
        table.row(services.to_string(), cells);
    }
    section.tables.push(table);
    section.plots.push(Plot {
        name: "budget",
        title: "docker smsvc budget, without waiting for the engine".to_owned(),
        x: Axis { label: "services, with five tasks each", scale: Scale::Logarithmic },
        y: Axis { label: "milliseconds", scale: Scale::Linear },
        lines: lines.map(|(name, points)| (name.to_owned(), points)).to_vec(),
    });
    Ok(section)
}

/// What came out for one size.
struct Figures {
    answer: f64,
    own: Sample,
    after: Sample,
    simulated: f64,
    memory: Sample,
}

impl Figures {
    fn of(bench: &Bench, services: usize) -> Result<Self> {
        let name = format!("budget-{services}");
        let number = services.to_string();
        let options = ["--engine", "20.10", "--workers", "9", "--services", &number, "--tasks", TASKS];
        let swarm = SimulatedSwarm::start(bench, &name, &options)?;
        let folder = bench.folder(&name)?;
        let budget = |host: &str| {
            let mut command = Command::new(&bench.plugin);
            command.arg("budget").env("DOCKER_HOST", host).env("DOCKER_CONFIG", &folder);
            command
        };
        let simulated = milliseconds(&mut budget(swarm.docker.host()))?;
        let replay = Replay::of(&swarm.api, &LISTS, folder.join("replay.sock"))?;
        drop(swarm);

        let host = format!("unix://{}", replay.socket().display());
        let (mut own, mut after, mut peaks) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..bench.rounds(9) {
            own.push(milliseconds(&mut budget(&host))?);
            after.push(Instant::now().duration_since(replay.last()).as_secs_f64() * 1e3);
            peaks.push(memory(&mut budget(&host))?);
        }
        Ok(Self {
            answer: count(replay.bytes()) / 1024.0 / 1024.0,
            own: Sample::from_iter(own),
            after: Sample::from_iter(after),
            simulated,
            memory: Sample::from_iter(peaks),
        })
    }
}
