//! `cargo xtask demo`: the main job on real parts, told step by step, and taken down at the end.

mod petstore;
mod request;

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use smsvc_tests::docker::Outcome;
use smsvc_tests::engine::{self, Choice};
use smsvc_tests::patience::wait_for;
use smsvc_tests::stage::{Binaries, Stage};
use smsvc_tests::traefik;

use crate::report;
use petstore::{GROUP, HOST, SERVICES};

/// The name of the run.
const NAME: &str = "smsvc-demo";

/// How long the services may take from their creation to their first answer through Traefik.
const ROUTED: Duration = Duration::from_mins(1);

/// Options of `cargo xtask demo`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Leave everything running at the end, until Ctrl-C
    #[arg(long)]
    keep: bool,
    /// Use the simulated swarm even where there is an engine
    #[arg(long)]
    simulator: bool,
}

/// The whole tour. True when every answer was the expected one.
pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let start = Instant::now();
    report::heading("Setting up");
    let choice = choose(arguments.simulator);
    let binaries = Binaries::build(traefik::locate(&report::step)?, &report::step)?;
    let stage = match choice {
        Some(choice) => Stage::set_up(NAME, choice, &binaries, &report::step)?,
        None => Stage::simulate(NAME, &binaries, &report::step)?,
    };

    report::heading("The network's address budget, before");
    show(&stage, &["smsvc", "budget", &stage.network])?;

    report::heading(&format!("Three services of the API group {GROUP}"));
    for service in SERVICES {
        create(&stage, &service)?;
    }
    let routed = wait_until_routed(&stage)?;
    report::step(&format!("all three answer through Traefik after {:.1} s", routed.as_secs_f64()));

    report::heading("The budget, after");
    show(&stage, &["smsvc", "budget", &stage.network])?;

    report::heading("The routes, in the order in which they are tried");
    show(&stage, &["smsvc", "routes", "--group", GROUP])?;

    let all_as_expected = send_requests(&stage)?;
    if arguments.keep {
        keep(&stage);
    }
    report::heading("Taking it all down");
    drop(stage);
    report::step(&format!("done, {:.0} s in all", start.elapsed().as_secs_f64()));
    Ok(all_as_expected)
}

/// The engine of this machine; none where the swarm is to be simulated.
fn choose(simulate: bool) -> Option<Choice> {
    if simulate {
        return None;
    }
    match engine::choose() {
        Ok(choice) => Some(choice),
        Err(unavailable) => {
            report::step(&format!("no engine: {unavailable}"));
            report::step("so the swarm is simulated; everything else is real");
            None
        }
    }
}

/// Shows a command and what it says.
fn show(stage: &Stage, args: &[&str]) -> Result<()> {
    report::command(&format!("docker {}", args.join(" ")));
    let output = stage.docker.run(args)?;
    report::block(&output);
    Ok(())
}

/// Creates one service and shows what the plugin decided.
fn create(stage: &Stage, service: &petstore::Service) -> Result<()> {
    let name = stage.name_of(service.name);
    let mut options = vec!["--name", &name, "--network", &stage.network];
    options.extend(petstore::MEMBERSHIP);
    options.extend(service.options);
    report::command(&petstore::as_typed(&options));
    let Outcome { status, stderr, .. } = stage.create(&options)?;
    if status != 0 {
        bail!("docker smsvc create ended with {status}: {stderr}");
    }
    report::block(&stderr);
    Ok(())
}

/// Waits until each service has answered once.
fn wait_until_routed(stage: &Stage) -> Result<Duration> {
    let start = Instant::now();
    for exchange in petstore::requests().iter().filter(|exchange| exchange.expected.service.is_some()) {
        wait_for(exchange.about, ROUTED, || match exchange.send(stage)? {
            (_, true) => Ok(()),
            (answer, false) => bail!("{answer}"),
        })
        .with_context(|| stage.traefik.log_end(&stage.docker))?;
    }
    Ok(start.elapsed())
}

/// Sends the requests and shows what came back. True when all of it was expected and was predicted by `routes
/// test`.
fn send_requests(stage: &Stage) -> Result<bool> {
    report::heading(&format!("Requests to http://{HOST} through Traefik"));
    let mut rows = Vec::new();
    let mut all = true;
    for exchange in petstore::requests() {
        let (answer, as_expected) = exchange.send(stage)?;
        let predicted = exchange.predicted(stage)?;
        all &= as_expected && predicted;
        let verdict = match (as_expected, predicted) {
            (true, true) => "ok",
            (true, false) => "NOT PREDICTED",
            (false, _) => "UNEXPECTED",
        };
        rows.push(vec![exchange.line(), answer, exchange.about.to_owned(), verdict.to_owned()]);
    }
    report::table(&["REQUEST", "ANSWER", "ABOUT", "VERDICT"], &rows);
    report::block("ok: the answer is the one declared, and `docker smsvc routes test` predicts it.");
    Ok(all)
}

/// Says how to use what runs, and waits for the signal that ends it.
fn keep(stage: &Stage) -> ! {
    report::heading("Everything stays up until Ctrl-C");
    report::block(&format!(
        "export DOCKER_HOST={} DOCKER_CONFIG={}\n\
         docker smsvc routes\n\
         docker smsvc budget {}\n\
         curl --header 'Host: {HOST}' http://{}/v2/pets\n\
         Traefik's dashboard: http://{}/dashboard/",
        stage.docker.host(),
        stage.docker.config().display(),
        stage.network,
        stage.traefik.web,
        stage.traefik.api,
    ));
    loop {
        // The teardown's own thread takes everything down at a signal and ends the process.
        thread::park();
    }
}
