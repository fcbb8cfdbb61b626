//! What clients feel while a service is updated, scaled and loses a node, and how soon a new one answers: our gateway beside
//! Traefik's own Swarm provider, on the same swarm, for the same services, at the same time.

mod pair;

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use smsvc_tests::docker::Docker;
use smsvc_tests::http::Request;
use smsvc_tests::patience::wait_for;
use smsvc_tests::steady::{Load, Tally};

use crate::bench::Bench;
use crate::bench::section::{Cell, Goal, Section, Table};
use crate::bench::stats::Sample;
use crate::report;
use pair::{Pair, request};

const OURS: &str = "docker smsvc gateway";
const THEIRS: &str = "Traefik's Swarm provider";

/// How long a load goes on after the last change.
const AFTER: Duration = Duration::from_secs(3);

/// How long a node that is restarted is away.
const AWAY: Duration = Duration::from_secs(5);

/// Between the beginnings of two new services: no divisor of the peer's interval.
const STAGGER: Duration = Duration::from_millis(4_300);

/// How long anything may take on a machine that is busy.
const PATIENCE: Duration = Duration::from_mins(2);

/// The same, for a command that waits by itself.
const CONVERGED: &str = "120s";

const METHOD: &str = "\
Two Traefiks of the same binary on the manager of a swarm of three nodes: one that `docker smsvc gateway up` has made, with
`--repeat 2 --sysctl net.ipv4.tcp_retries2=4`, and one with Traefik's own Swarm provider at its default of 15 s and the manager's
socket. Every service is behind both, and its tasks are on the two workers. Its backend ends as soon as it is told to, without a word
to the connections that it has.

* **Failed requests**: two clients for each Traefik send one request after the other, each over a new connection, while the service
  is changed. *Failed* is every request without a 200 within 10 s, which is as long as a client waits. Updates are
  `docker smsvc update --force` of three tasks with `--update-monitor 1s`, one task after the other. A node is restarted with four
  tasks, two on each worker: *drained* is `docker node update --availability drain`, a restart as soon as no task is left there, and
  `--availability active`; *without notice* the engine is stopped in order, as at a shutdown of the machine, and is back 5 s later.
* **Propagation**: seconds from the end of `docker smsvc create --detach` to the first 200, asked every 100 ms; the start of the
  task is in it, for both.";

/// What clients of both saw of a change.
struct Change {
    what: String,
    /// Of ours, and of theirs.
    tallies: [Tally; 2],
}

pub(super) fn measure(bench: &Bench) -> Result<Section> {
    let mut pair = Pair::create(bench)?;
    let mut section = Section::new("Updates, failures and new services behind Traefik", METHOD);
    let mut changes = updates(&pair, if bench.quick { 2 } else { 10 })?;
    changes.push(scaling(&pair)?);
    // Before a node is restarted: for a while it refuses tasks then, to which no provider can send anything.
    report::step("new services");
    let [ours, theirs] = propagate(&pair, bench.rounds(10))?;
    changes.extend(restarts(&mut pair)?);
    section.tables.push(table(&changes));
    let failed: u64 = changes.iter().map(|change| change.tallies[0].failed).sum();
    #[expect(clippy::cast_precision_loss, reason = "some thousands at most")]
    let failed = failed as f64;
    section.goals.push(Goal::at_most("failed requests behind our gateway", 0.0, failed, "requests"));

    let mut table = Table::new(&["provider", "first answer"]);
    table.row(OURS, vec![Cell::against(&ours, &theirs, "s")]);
    table.row(THEIRS, vec![Cell::against(&theirs, &theirs, "s")]);
    section.tables.push(table);
    let ratio = ours.ratio_to(&theirs).median();
    section.goals.push(Goal::at_most(
        "first answer of a new service, of that of Traefik's Swarm provider",
        1.0,
        ratio,
        "",
    ));
    Ok(section)
}

fn table(changes: &[Change]) -> Table {
    let mut table = Table::new(&["change", "provider", "requests", "failed", "slowest answer"]);
    for change in changes {
        for (provider, tally) in [OURS, THEIRS].into_iter().zip(&change.tallies) {
            let slowest = format!("{:.2} s", tally.slowest.as_secs_f64());
            let cells = [provider.to_owned(), tally.sent.to_string(), tally.failed.to_string(), slowest];
            table.row(&change.what, cells.map(Cell::Text).into());
        }
    }
    table
}

/// Loads on both Traefiks, which go on until they are stopped.
struct Loads([Load; 2]);

impl Loads {
    /// As soon as the service answers behind both.
    fn start(pair: &Pair, service: &str) -> Result<Self> {
        let request = request(service);
        for (of, web) in pair.webs.into_iter().enumerate() {
            first_answer(&request, web).with_context(|| format!("its log: {}", pair.log_end(of)))?;
        }
        Ok(Self(pair.webs.map(|web| Load::start(web, &request, 2, Duration::from_millis(20)))))
    }

    fn stop(self, what: &str) -> Result<Change> {
        thread::sleep(AFTER);
        let tallies = self.0.map(Load::stop);
        for (name, tally) in [OURS, THEIRS].into_iter().zip(&tallies) {
            report::step(&format!("{what}, {name}: {} of {} failed", tally.failed, tally.sent));
            for failure in &tally.failures {
                report::step(&format!("  {failure}"));
            }
            ensure!(tally.sent > 0, "nothing was sent");
        }
        Ok(Change { what: what.to_owned(), tallies })
    }
}

/// Updates two services at the same time, each in its order.
fn updates(pair: &Pair, rounds: usize) -> Result<Vec<Change>> {
    let all = [("stopping", "stop-first"), ("starting", "start-first")];
    for (service, ..) in all {
        pair.publish(service, "3")?;
    }
    for (service, ..) in all {
        all_run(pair.docker(), service, 3)?;
    }
    let changes = thread::scope(|scope| {
        let start = |(service, order): (&'static str, &'static str)| {
            scope.spawn(move || {
                let loads = Loads::start(pair, service)?;
                for _ in 0..rounds {
                    update(pair.docker(), &["--update-order", order, service])?;
                }
                loads.stop(&format!("{rounds} updates, {order}"))
            })
        };
        let running = all.map(start);
        running
            .map(|updates| updates.join().unwrap_or_else(|_| bail!("a client has ended")))
            .into_iter()
            .collect()
    });
    pair.docker().run(&["service", "rm", "stopping", "starting"])?;
    changes
}

/// Replaces all tasks, and waits until that is done.
fn update(docker: &Docker, options: &[&str]) -> Result<()> {
    let command = ["smsvc", "update", "--quiet", "--force", "--timeout", CONVERGED];
    docker.run(&[&command[..], options].concat()).map(drop)
}

fn scaling(pair: &Pair) -> Result<Change> {
    pair.publish("scaled", "1")?;
    let loads = Loads::start(pair, "scaled")?;
    for tasks in ["5", "2"] {
        pair.docker().run(&["smsvc", "scale", "--timeout", CONVERGED, &format!("scaled={tasks}")])?;
    }
    let change = loads.stop("scaled from 1 to 5, to 2")?;
    pair.docker().run(&["service", "rm", "scaled"])?;
    Ok(change)
}

fn restarts(pair: &mut Pair) -> Result<Vec<Change>> {
    pair.publish("held", "4")?;
    all_run(pair.docker(), "held", 4)?;
    let worker = pair.worker().id()?;
    let docker = pair.docker().clone();
    let mut changes = Vec::new();

    let loads = Loads::start(pair, "held")?;
    docker.run(&["node", "update", "--availability", "drain", &worker])?;
    wait_for("a node without tasks", PATIENCE, || {
        let left = docker.run(&["node", "ps", &worker, "--quiet", "--filter", "desired-state=running"])?;
        let ends = docker.run(&["node", "ps", &worker, "--format", "{{.CurrentState}}"])?;
        ensure!(left.is_empty() && !ends.contains("Running"), "{left} {ends}");
        anyhow::Ok(())
    })?;
    pair.worker().stop();
    thread::sleep(AWAY);
    pair.worker().start_engine()?;
    docker.run(&["node", "update", "--availability", "active", &worker])?;
    all_run(&docker, "held", 4)?;
    changes.push(loads.stop("a node is drained and restarted")?);

    // Its tasks are all on the other worker now.
    update(&docker, &["held"])?;
    let loads = Loads::start(pair, "held")?;
    pair.worker().stop();
    thread::sleep(AWAY);
    pair.worker().start_engine()?;
    thread::sleep(AWAY);
    all_run(&docker, "held", 4)?;
    changes.push(loads.stop("a node is restarted without notice")?);
    docker.run(&["service", "rm", "held"])?;
    Ok(changes)
}

fn all_run(docker: &Docker, service: &str, tasks: usize) -> Result<()> {
    wait_for("all tasks of a service", PATIENCE, || {
        let running =
            ["service", "ps", service, "--filter", "desired-state=running", "--format", "{{.CurrentState}}"];
        let states = docker.run(&running)?;
        let running = states.lines().filter(|state| state.starts_with("Running")).count();
        ensure!(running == tasks, "{running} of {tasks}");
        Ok(())
    })
}

/// How long new services took to answer behind ours, and behind theirs. One begins while others are still awaited, so that
/// each meets both providers at another moment of their intervals.
fn propagate(pair: &Pair, services: usize) -> Result<[Sample; 2]> {
    let names: Vec<String> = (0..services).map(|number| format!("new{number}")).collect();
    let mut awaited = Vec::new();
    for name in &names {
        pair.publish(name, "1")?;
        let begun = Instant::now();
        awaited.push(pair.webs.map(|web| {
            let request = request(name);
            thread::spawn(move || first_answer(&request, web).map(|()| begun.elapsed().as_secs_f64()))
        }));
        thread::sleep(STAGGER);
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for clients in awaited {
        let [one, two] = clients.map(|client| client.join().unwrap_or_else(|_| bail!("a client has ended")));
        ours.push(one?);
        theirs.push(two?);
    }
    let removed: Vec<&str> = ["service", "rm"].into_iter().chain(names.iter().map(String::as_str)).collect();
    pair.docker().run(&removed)?;
    Ok([ours.into_iter().collect(), theirs.into_iter().collect()])
}

/// Waits for a 200.
fn first_answer(request: &Request, web: SocketAddr) -> Result<()> {
    wait_for("an answer", PATIENCE, || {
        let status = request.send(web)?.status;
        ensure!(status == 200, "{status}");
        Ok(())
    })
}
