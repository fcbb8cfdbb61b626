//! `docker smsvc` reaches the engine that `docker` reaches, and sends the credentials that `docker` sends.
//!
//! Each case of [`cases`] was given to Docker's own CLI, among several stand-ins for an engine; which of them it called, in
//! which version of the API, with which credentials, what it said and exited with is kept in `tests/goldens/connection.jsonl`.
//! Our plugin has to come to the same. Where a Docker CLI is installed the recordings are checked against it, too, and
//! `SMSVC_RECORD=1` writes them anew.

mod cases;
#[path = "../create_body/engine.rs"]
mod engine;
mod stage;
mod tls;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use cases::{CASES, Case, DEVIATIONS};
use serde::{Deserialize, Serialize};
use stage::{Outcome, Program, docker, plugin};

#[derive(Serialize, Deserialize)]
struct Golden {
    case: String,
    #[serde(flatten)]
    outcome: Outcome,
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/connection.jsonl")
}

fn recorded() -> BTreeMap<String, Outcome> {
    let text = fs::read_to_string(path()).unwrap_or_default();
    let goldens = text.lines().map(|line| serde_json::from_str::<Golden>(line).expect("a recording is JSON"));
    goldens.map(|golden| (golden.case, golden.outcome)).collect()
}

fn of(recorded: &BTreeMap<String, Outcome>, case: &Case) -> Outcome {
    let known = recorded.get(case.name).cloned();
    known.unwrap_or_else(|| {
        panic!("{:?} was never recorded: SMSVC_RECORD=1 does that, with a docker CLI", case.name)
    })
}

fn all() -> impl Iterator<Item = &'static Case> {
    CASES.iter().chain(DEVIATIONS.iter().map(|(case, _)| case))
}

/// Through `docker system dial-stdio` no case can go where there is no docker.
fn can_run(case: &Case, docker: Option<&Program>) -> bool {
    docker.is_some() || !case.needs_docker()
}

#[test]
fn every_case_ends_as_it_does_with_docker() {
    let (recorded, plugin, docker) = (recorded(), plugin(), docker());
    let mut differing = Vec::new();
    for case in CASES.iter().filter(|case| can_run(case, docker.as_ref())) {
        let (ours, theirs) = (plugin.run(case, docker.as_ref()), of(&recorded, case));
        if ours != theirs {
            differing.push(format!("{}\n  ours:   {ours:?}\n  docker: {theirs:?}", case.name));
        }
    }
    assert!(differing.is_empty(), "{} cases differ:\n{}", differing.len(), differing.join("\n"));
}

#[test]
fn every_deviation_is_the_intended_one() {
    let (recorded, plugin, docker) = (recorded(), plugin(), docker());
    for (case, ours) in DEVIATIONS {
        let outcome = plugin.run(case, docker.as_ref());
        assert_ne!(outcome, of(&recorded, case), "{} deviates no more", case.name);
        assert!(format!("{outcome:?}").contains(ours), "{}: {outcome:?}", case.name);
    }
}

#[test]
fn the_recordings_are_what_the_installed_docker_does() {
    let Some(docker) = docker() else {
        eprintln!("skipped: no docker CLI of version 28 on PATH; the recordings were not checked");
        return;
    };
    let outcomes: Vec<(&Case, Outcome)> = all().map(|case| (case, docker.run(case, Some(&docker)))).collect();
    if std::env::var_os("SMSVC_RECORD").is_some() {
        let golden = |(case, outcome): &(&Case, Outcome)| {
            let golden = Golden { case: case.name.to_owned(), outcome: outcome.clone() };
            serde_json::to_string(&golden).expect("an outcome is JSON") + "\n"
        };
        let text: String = outcomes.iter().map(golden).collect();
        return fs::write(path(), text).expect("the recordings can be written");
    }
    let recorded = recorded();
    for (case, outcome) in outcomes {
        assert_eq!(outcome, of(&recorded, case), "{}", case.name);
    }
}
