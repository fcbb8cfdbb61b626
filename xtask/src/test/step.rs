//! The steps of `cargo xtask test`. Each is one or two commands, or a check of our own.

use std::fmt;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result};
use clap::ValueEnum;
use smsvc_tests::{artifact, process};

use crate::{invariants, report};

/// One check, in the order in which they run: the quick ones first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Step {
    /// Formatting
    Fmt,
    /// Invariants that no compiler checks
    Invariants,
    /// Licences, banned crates, sources
    Deny,
    /// Lints, of the guest also for its own target
    Clippy,
    /// Documentation
    Docs,
    /// Unit and property tests, and the guest in an interpreter
    Unit,
    /// End to end
    E2e,
}

/// How a step ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is well.
    Passed,
    /// It could not run here, for this reason.
    Skipped(String),
    /// It found something.
    Failed(String),
}

impl Step {
    /// All steps, in their order.
    pub(crate) const ALL: [Self; 7] =
        [Self::Fmt, Self::Invariants, Self::Deny, Self::Clippy, Self::Docs, Self::Unit, Self::E2e];

    /// What it is for, in a few words.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Fmt => "the code is formatted",
            Self::Invariants => "unsafe, printing, I/O and names are only where they may be",
            Self::Deny => "licences, banned crates and sources of the dependencies",
            Self::Clippy => "no lint, native and for wasm32-wasip1",
            Self::Docs => "the documentation builds without a warning",
            Self::Unit => "unit and property tests, and the guest in an interpreter",
            Self::E2e => "a real engine and a real Traefik",
        }
    }

    /// Runs it, with the output of its commands on the terminal.
    pub(crate) fn run(self) -> Result<Outcome> {
        match self {
            Self::Fmt => cargo(&["fmt", "--all", "--check"]),
            Self::Invariants => invariants(),
            Self::Deny => deny(),
            Self::Clippy => all(&[
                &["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"],
                &[
                    "clippy",
                    "--quiet",
                    "--package=smsvc-traefik",
                    "--target=wasm32-wasip1",
                    "--",
                    "-D",
                    "warnings",
                ],
            ]),
            Self::Docs => verdict(
                artifact::cargo()
                    .args([
                        "doc",
                        "--quiet",
                        "--workspace",
                        "--no-deps",
                        "--keep-going",
                        "--document-private-items",
                    ])
                    .env("RUSTDOCFLAGS", "-D warnings"),
            ),
            Self::Unit => unit(),
            Self::E2e => e2e(),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}

/// The advisories need a download from elsewhere, so they are not part of this.
fn deny() -> Result<Outcome> {
    if process::find("cargo-deny").is_none() {
        return Ok(Outcome::Skipped(
            "cargo-deny is not installed (cargo install cargo-deny --locked)".to_owned(),
        ));
    }
    cargo(&["deny", "--log-level", "error", "check", "bans", "licenses", "sources"])
}

fn invariants() -> Result<Outcome> {
    let breaches = invariants::check(artifact::workspace())?;
    for breach in &breaches {
        report::line(&breach.to_string());
    }
    Ok(match breaches.len() {
        0 => Outcome::Passed,
        number => Outcome::Failed(format!("breaches: {number}")),
    })
}

/// All packages but that of the end-to-end tests. A choice of other packages would have other features of the same
/// dependencies, and all of them would be compiled once more.
const ALL_BUT_E2E: [&str; 2] = ["--workspace", "--exclude=smsvc-tests"];

/// The guest is built here once, as it is shipped, and handed to the tests that run it.
fn unit() -> Result<Outcome> {
    let guest = artifact::guest()?;
    let mut tests = artifact::cargo();
    tests.arg("test").args(ALL_BUT_E2E).arg("--no-fail-fast");
    let others = verdict(tests.env(artifact::GUEST_VARIABLE, &guest))?;
    let stage = cargo(&["test", "--package=smsvc-tests", "--lib"])?;
    Ok(if others == Outcome::Passed { stage } else { others })
}

/// Whether it can run here shows when it starts: it then leaves the reason in a file.
fn e2e() -> Result<Outcome> {
    let note = artifact::target_folder()?.join("e2e-skipped");
    // One of an earlier run must not be taken for one of this.
    let _ = fs::remove_file(&note);
    let mut build = artifact::cargo();
    // With a target that is a test the features are those of the step before.
    build.arg("build").args(ALL_BUT_E2E).args(["--bin=docker-smsvc", "--test=reference"]);
    let plugin = artifact::build("docker-smsvc", &mut build)?;
    let mut tests = artifact::cargo();
    tests.args(["test", "--package=smsvc-tests", "--test=e2e"]);
    let outcome = verdict(tests.env("SMSVC_E2E_SKIP_NOTE", &note).env(artifact::PLUGIN_VARIABLE, plugin))?;
    let outcome = fs::read_to_string(&note).map_or(outcome, Outcome::Skipped);
    if matches!(outcome, Outcome::Failed(_)) {
        return Ok(outcome);
    }
    // It needs npm packages and Traefik, but no engine, and says itself what it lacks.
    let mut comparison = artifact::cargo();
    comparison.arg("test").args(ALL_BUT_E2E).args(["--test=comparison", "--", "--ignored", "--nocapture"]);
    let compared = verdict(&mut comparison)?;
    Ok(if compared == Outcome::Passed { outcome } else { compared })
}

/// Runs several cargo commands until one fails.
fn all(commands: &[&[&str]]) -> Result<Outcome> {
    for command in commands {
        let outcome = cargo(command)?;
        if outcome != Outcome::Passed {
            return Ok(outcome);
        }
    }
    Ok(Outcome::Passed)
}

fn cargo(args: &[&str]) -> Result<Outcome> {
    verdict(artifact::cargo().args(args))
}

/// Runs a command on the terminal.
fn verdict(command: &mut Command) -> Result<Outcome> {
    let status = command.status().with_context(|| format!("cannot run {command:?}"))?;
    if status.success() {
        return Ok(Outcome::Passed);
    }
    let args: Vec<_> = command.get_args().map(|arg| arg.to_string_lossy()).collect();
    Ok(Outcome::Failed(format!("cargo {} ended with {status}", args.join(" "))))
}
