//! `docker smsvc create` sends what `docker service create` sends.
//!
//! Each command line of [`cases`] was given to Docker's own CLI, in front of a recording stand-in for the engine;
//! what it called, sent, said and exited with is kept in `tests/goldens/create_body.jsonl`. Our code has to come
//! to the same from the same words. Where a Docker CLI is installed the recordings are checked against it, too,
//! and `SMSVC_RECORD=1` writes them anew.

mod cases;
mod docker;
mod engine;
mod golden;
mod ours;
mod outcome;

use cases::{CASES, DEVIATIONS};

#[test]
fn every_line_ends_as_it_does_with_docker() {
    let recorded = golden::load();
    for case in CASES {
        let docker = golden::find(&recorded, case.line);
        let ours = ours::run(case.line);
        assert_eq!(case.canonical(ours), case.canonical(docker), "{:?}", case.line);
    }
}

#[test]
fn every_deviation_from_docker_is_the_intended_one() {
    let recorded = golden::load();
    for deviation in DEVIATIONS {
        let docker = golden::find(&recorded, deviation.line);
        let ours = ours::run(deviation.line);
        assert_ne!(ours, docker, "{:?} deviates no more", deviation.line);
        assert!(ours.says(deviation.ours), "{:?}: {ours:?}", deviation.line);
    }
}

#[test]
fn the_recordings_are_what_the_installed_docker_does() {
    let Some(docker) = docker::find() else {
        eprintln!("skipped: no docker CLI of version 28 or older on PATH; the recordings were not checked");
        return;
    };
    let lines: Vec<&[&str]> =
        CASES.iter().map(|case| case.line).chain(DEVIATIONS.iter().map(|deviation| deviation.line)).collect();
    let outcomes = docker.run_all(&lines);
    if std::env::var_os("SMSVC_RECORD").is_some() {
        return golden::store(&lines, &outcomes);
    }
    let recorded = golden::load();
    for (line, outcome) in lines.iter().zip(outcomes) {
        let expected = golden::find(&recorded, line);
        let canonical = |outcome| match CASES.iter().find(|case| case.line == *line) {
            Some(case) => case.canonical(outcome),
            None => outcome,
        };
        assert_eq!(canonical(outcome), canonical(expected), "{line:?}");
    }
}
