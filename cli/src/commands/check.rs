//! `docker smsvc check`.

use std::io::Read;

use crate::args::CheckArgs;
use crate::engine::{Engine, Surroundings};
use crate::error::Error;
use crate::observe::Swarm;
use crate::plan::check::{self, Checked, Outcome, World};
use crate::report::Report;
use crate::stack::{self, Loaded, StackFile};

/// Reads the files with the variables of the shell. Broken ones are an answer, not an error; missing ones are.
pub fn load(args: &CheckArgs, around: &Surroundings) -> Result<Loaded, Error> {
    let variables = around.variables.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    Ok(stack::load(&stack_files(&args.files)?, &variables))
}

/// Reads stack files; `-` is stdin.
pub fn stack_files(names: &[String]) -> Result<Vec<StackFile>, Error> {
    names
        .iter()
        .map(|name| {
            let mut text = String::new();
            let read = match name.as_str() {
                "-" => std::io::stdin().read_to_string(&mut text).map(drop),
                path => std::fs::read_to_string(path).map(|read| text = read),
            };
            let name = if name == "-" { "stdin" } else { name }.to_owned();
            read.map_err(|error| Error::StackFile { name: name.clone(), error })?;
            Ok(StackFile { name, text })
        })
        .collect()
}

/// What the live swarm is like, with the networks that the user describes.
pub async fn observe(engine: &impl Engine, args: &CheckArgs) -> Result<World, Error> {
    let (swarm, info) = tokio::try_join!(Swarm::observe(engine), engine.info())?;
    Ok(described(World::live(swarm, &info), args))
}

/// What the user says the swarm is like.
pub fn imagine(args: &CheckArgs) -> World {
    described(World::described(args.nodes), args)
}

fn described(world: World, args: &CheckArgs) -> World {
    args.sizes.iter().fold(world, World::with)
}

/// Judges what was read and says it.
pub fn check(loaded: Loaded, world: Option<&World>, args: &CheckArgs, report: Report) -> Result<(), Error> {
    let name = args.stack_name();
    let mut checked = match (&loaded.stack, world) {
        (Some(stack), Some(world)) => check::check(stack, name, args.prune, world),
        _ => Checked::default(),
    };
    checked.findings.extend(loaded.findings);
    check::sort(&mut checked.findings);
    let outcome = check::outcome(&checked.findings, args.strict);
    report.check(name, &checked, outcome, args.format);
    match outcome {
        Outcome::Fits => Ok(()),
        Outcome::Budget => Err(Error::Checked { budget: true, findings: checked.findings.len() }),
        Outcome::Declaration => Err(Error::Checked { budget: false, findings: checked.findings.len() }),
    }
}
