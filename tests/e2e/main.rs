//! End to end: `docker smsvc` on a real engine, its plugin in a real Traefik. Each trial is one rule of the
//! project's promise; its name is the rule.
//!
//! The stage is set up once, the trials run side by side on it, each on its own ground, and it is taken down
//! at the end. Where the machine lacks an engine or Traefik, the trials are ignored with the reason;
//! `SMSVC_E2E=require` makes that a failure.

mod advise;
mod authorization;
mod budget;
mod cases;
mod check;
mod cluster;
mod concurrency;
mod concurrency_cluster;
mod create;
mod diagnosis;
mod endurance;
mod engine_bugs;
mod gateway;
mod gateway_attach;
mod gateway_failure;
mod gateway_tokens;
mod ground;
mod inputs;
mod labels;
mod malformed;
mod plugin;
mod provider;
mod redefine;
mod redefine_cluster;
mod relay;
mod routing;
mod scenarios;
mod stacks;
mod update;
mod world;

use std::env;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};
use world::{NoWorld, Rule, World};

/// With the value `require` nothing may be skipped.
const VARIABLE: &str = "SMSVC_E2E";

/// Names a file that gets the reason when everything is skipped, for a caller that reports it.
const NOTE_VARIABLE: &str = "SMSVC_E2E_SKIP_NOTE";

/// The rules of all files. Those that take longest come first, so that none of them runs alone at the end.
fn rules() -> impl Iterator<Item = Rule> {
    [
        redefine_cluster::RULES,
        gateway_failure::RULES,
        cluster::RULES,
        concurrency_cluster::RULES,
        scenarios::RULES,
        concurrency::RULES,
        budget::RULES,
        advise::RULES,
        check::RULES,
        diagnosis::RULES,
        endurance::RULES,
        engine_bugs::RULES,
        redefine::RULES,
        gateway::RULES,
        gateway_attach::RULES,
        gateway_tokens::RULES,
        update::RULES,
        provider::RULES,
        routing::RULES,
        authorization::RULES,
        create::RULES,
        cases::RULES,
        labels::RULES,
        inputs::RULES,
        plugin::RULES,
    ]
    .into_iter()
    .flatten()
    .copied()
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if arguments.list {
        return libtest_mimic::run(&arguments, trials(None)).exit_code();
    }
    let reason = match World::set_up(&say) {
        Ok(world) => return run(&arguments, world),
        Err(NoWorld::Missing(reason)) => reason,
        Err(NoWorld::Broken(error)) => {
            say(&format!("the stage cannot be set up: {error:#}"));
            return ExitCode::FAILURE;
        }
    };
    if env::var(VARIABLE).is_ok_and(|value| value == "require") {
        say(&format!("{VARIABLE}=require, and there is no stage: {reason}"));
        return ExitCode::FAILURE;
    }
    say(&format!("all trials are ignored: {reason}"));
    if let Some(note) = env::var_os(NOTE_VARIABLE)
        && let Err(error) = std::fs::write(&note, &reason)
    {
        say(&format!("cannot write {}: {error}", note.display()));
    }
    libtest_mimic::run(&arguments, trials(None)).exit_code()
}

/// Runs the trials, then takes the stage down.
fn run(arguments: &Arguments, world: World) -> ExitCode {
    let world = Arc::new(world);
    let conclusion = libtest_mimic::run(arguments, trials(Some(&world)));
    if conclusion.has_failed() {
        say(&world.log_ends());
    }
    conclusion.exit_code()
}

/// The rules as trials; without a world they are ignored.
fn trials(world: Option<&Arc<World>>) -> Vec<Trial> {
    rules()
        .map(|(name, check)| match world.cloned() {
            Some(world) => {
                Trial::test(name, move || check(&world).map_err(|error| format!("{error:#}").into()))
            }
            None => Trial::test(name, || Ok(())).with_ignored_flag(true),
        })
        .collect()
}

/// A line about the stage, apart from the results of the trials.
#[expect(clippy::print_stderr, reason = "the one place of the trials that prints")]
pub(crate) fn say(text: &str) {
    eprintln!("e2e: {text}");
}
