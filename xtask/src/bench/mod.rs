//! `cargo xtask bench`: what is measured side by side with its peers, in one run on one machine, and the report of it.
//!
//! A section is worth its minutes only where somebody would decide something by it. It measures the programs as they are
//! shipped, and what it compares has to do the same: each variant is asked first whether it answers rightly.

mod hold;
mod interpreter;
mod load;
mod machine;
mod markdown;
mod plot;
mod probe;
mod process;
mod proxy;
mod published;
mod replay;
mod rounds;
mod section;
mod sections;
mod source;
mod stats;
mod usage;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use smsvc_tests::engine::{self, Choice};
use smsvc_tests::patience::wait_for;
use smsvc_tests::process::{Companion, output};
use smsvc_tests::stage::{Binaries, Stage};
use smsvc_tests::teardown::Teardown;
use smsvc_tests::{artifact, traefik};
use tempfile::TempDir;

use crate::dist;
use crate::report;
use machine::Machine;
use markdown::Report;
use section::Section;
use sections::Chapter;

/// Options of `cargo xtask bench`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run only these sections; the report goes to the target folder then
    #[arg(long, value_name = "SECTION")]
    only: Vec<Chapter>,
    /// Few and short rounds, to see whether it works; the report goes to the target folder then
    #[arg(long)]
    quick: bool,
}

/// What sections share: the programs as they are shipped, and how long to measure.
pub(crate) struct Bench {
    traefik: PathBuf,
    plugin: PathBuf,
    guest: PathBuf,
    simulator: PathBuf,
    backend: Backend,
    quick: bool,
    folder: TempDir,
    // Last, because fields are dropped in order.
    _teardown: Teardown,
}

/// The server behind every route.
struct Backend {
    process: Companion,
    address: SocketAddr,
}

impl Bench {
    fn prepare(quick: bool) -> Result<Self> {
        let teardown = Teardown::on_exit_and_signals()?;
        let folder = tempfile::Builder::new().prefix("smsvc-bench-").tempdir()?;
        let traefik = traefik::locate(&report::step)?;
        report::step("building the plugin, the guest, the simulator and the backend as they are shipped");
        let guest = artifact::guest()?;
        let plugin =
            artifact::built("docker-smsvc").map_or_else(|| dist::program_of_this_machine(&guest), Ok)?;
        let simulator = artifact::release("swarm-sim")?;
        let backend = Backend::start(&artifact::release("smsvc-backend")?, folder.path())?;
        Ok(Self { traefik, plugin, guest, simulator, backend, quick, folder, _teardown: teardown })
    }

    /// A folder of this name that goes with the run.
    fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.path().join(name);
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// A stage on an engine of its own, with the programs that are measured.
    fn stage(&self, name: &str) -> Result<Stage> {
        let tools = engine::tools().map_err(anyhow::Error::msg)?;
        let binaries = Binaries {
            plugin: self.plugin.clone(),
            guest: self.guest.clone(),
            backend: artifact::backend()?,
            traefik: self.traefik.clone(),
        };
        Stage::set_up(name, Choice::Private(tools), &binaries, &report::step)
    }

    /// How many rounds, where a thorough run has so many.
    fn rounds(&self, thorough: usize) -> usize {
        if self.quick { 2 } else { thorough }
    }

    /// How long one measurement under load is.
    fn under_load(&self) -> Duration {
        Duration::from_secs(if self.quick { 1 } else { 2 })
    }
}

impl Backend {
    /// On a loopback address of its own, as its port is always the same.
    fn start(program: &Path, folder: &Path) -> Result<Self> {
        let [.., third, fourth] = std::process::id().to_be_bytes();
        let address = SocketAddr::from(([127, 85, third, fourth.clamp(1, 254)], 8080));
        let mut command = Command::new(program);
        command.env("BACKEND_ADDRESS", address.ip().to_string()).env("SERVICE", "bench");
        let mut process = Companion::start(&command, &folder.join("backend.log"))?;
        wait_for("the backend", Duration::from_secs(10), || {
            process.check_alive()?;
            std::net::TcpStream::connect(address).map_err(anyhow::Error::from)
        })?;
        Ok(Self { process, address })
    }
}

/// Measures, and writes the report. True when every section could be measured.
pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let start = Instant::now();
    report::heading("Setting up");
    let bench = Bench::prepare(arguments.quick)?;
    let mut sections = Vec::new();
    let mut all = true;
    for chapter in Chapter::ALL {
        if !arguments.only.is_empty() && !arguments.only.contains(&chapter) {
            continue;
        }
        let begun = Instant::now();
        report::heading(&chapter.to_string());
        match chapter.measure(&bench) {
            Ok(section) => sections.push(section),
            Err(error) => {
                all = false;
                report::error(&error);
                let reason = format!("Not measured: {error:#}.");
                sections.push(Section::new(&chapter.to_string(), &reason));
            }
        }
        report::step(&format!("{:.0} s", begun.elapsed().as_secs_f64()));
    }
    let git = |args: &[&str]| output(Command::new("git").args(args).current_dir(artifact::workspace()));
    let found = Report {
        date: output(Command::new("date").args(["--utc", "+%F %H:%M UTC"]))?.trim().to_owned(),
        commit: git(&["describe", "--always", "--dirty"])
            .map_or_else(|_| "unknown".into(), |it| it.trim().to_owned()),
        quick: arguments.quick,
        machine: Machine::look(&bench.traefik),
        sections,
    };
    let whole = arguments.only.is_empty() && !arguments.quick && all;
    let folder =
        if whole { artifact::workspace().join("docs") } else { artifact::target_folder()?.join("bench") };
    write(&found, &folder)?;
    report::heading("Report");
    report::block(&found.markdown());
    report::step(&format!("written to {}, {:.0} s in all", folder.display(), start.elapsed().as_secs_f64()));
    Ok(all)
}

/// Writes the page, its figures, and its pictures.
fn write(found: &Report, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let put = |name: &str, text: String| {
        let file = folder.join(name);
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
    };
    put("benchmarks.md", found.markdown())?;
    put("benchmarks.json", serde_json::to_string_pretty(found)? + "\n")?;
    for plot in found.sections.iter().flat_map(|section| &section.plots) {
        put(&format!("benchmarks-{}.svg", plot.name), plot.svg())?;
    }
    Ok(())
}
