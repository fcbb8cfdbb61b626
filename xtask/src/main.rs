//! `cargo xtask`: the project's commands. `demo` shows the main job on real parts, `test` runs every check, `bench` measures
//! against peers, `dist` makes what is released, `docs` and `schema` write what is made of definitions in the code.

mod bench;
mod demo;
mod dist;
mod invariants;
mod reference;
mod report;
mod schema;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The project's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Measures side by side with peers, and writes the report: docs/benchmarks.md
    Bench(bench::Arguments),
    /// Shows it all: an engine, a real Traefik, three services, their routes, and requests through them
    Demo(demo::Arguments),
    /// Builds what is released, in target/dist: static programs, images, the guest
    Dist(dist::Arguments),
    /// Writes the pages of the commands: docs/reference and docs/man
    Docs,
    /// Writes the JSON schema of the labels for editors: docs/schema/smsvc-labels.json
    Schema,
    /// Runs every check: fmt, clippy, deny, docs, invariants, unit, guest, end to end
    Test(test::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Demo(arguments) => demo::run(&arguments),
        Task::Dist(arguments) => dist::run(&arguments),
        Task::Docs => reference::run(),
        Task::Schema => schema::run(),
        Task::Test(arguments) => test::run(&arguments),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            report::error(&error);
            ExitCode::FAILURE
        }
    }
}
