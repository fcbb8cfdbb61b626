//! `docker smsvc update`, `rollback`, `scale` and `rm` call and send what `docker service` calls and sends.
//!
//! Each command line of [`cases`] was given to Docker's own CLI, in front of a recording stand-in for the engine that has
//! the services of the folder `services`; what it looked up, changed, said and exited with is kept in
//! `tests/goldens/update_body.jsonl`. Our plugin has to come to the same from the same words. Where a Docker CLI is
//! installed the recordings are checked against it, too, `SMSVC_RECORD=1` writes them anew, and lines that are made by
//! chance are tried on both.

mod cases;
#[path = "../create_body/engine.rs"]
mod engine;
#[path = "../create_body/golden.rs"]
mod golden;
mod outcome;
mod program;
mod random;

use cases::DEVIATIONS;
use docker_smsvc::flags::{Takes, UPDATE};
use outcome::Outcome;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::Value;

/// The recordings.
const FILE: &str = "update_body.jsonl";

#[test]
fn every_line_ends_as_it_does_with_docker() {
    let recorded = golden::load();
    let lines = cases::all();
    assert!(lines.len() >= 200, "{}", lines.len());
    let mut differing = Vec::new();
    for (line, ours) in lines.iter().zip(program::plugin().run_all(&lines)) {
        let comparable = |outcome: Outcome| outcome.canonical().without_lookups_of_a_failure();
        let (ours, docker) = (comparable(ours), comparable(golden::find(&recorded, line)));
        if ours != docker {
            differing.push(format!("{line:?}\n  ours:   {ours:?}\n  docker: {docker:?}"));
        }
    }
    assert!(differing.is_empty(), "{} lines differ:\n{}", differing.len(), differing.join("\n"));
}

#[test]
fn every_deviation_from_docker_is_the_intended_one() {
    let recorded = golden::load();
    let lines: Vec<&[&str]> = DEVIATIONS.iter().map(|deviation| deviation.line).collect();
    for (deviation, ours) in DEVIATIONS.iter().zip(program::plugin().run_all(&lines)) {
        let docker = golden::find(&recorded, deviation.line).canonical();
        assert_ne!(ours.clone().canonical(), docker, "{:?} deviates no more", deviation.line);
        assert!(ours.says(deviation.ours), "{:?}: {ours:?}", deviation.line);
    }
}

/// The service `novel` is the service `full` with fields that no engine has today, in every kind of place.
#[test]
fn what_docker_does_not_know_survives_and_nothing_else_differs() {
    for change in cases::OF_NOVEL {
        let lines: Vec<Vec<&str>> =
            ["novel", "full"].map(|service| [&["update"], *change, &[service]].concat()).into();
        let outcomes = program::plugin().run_all(&lines);
        let (novel, known) = (outcomes[0].body(), outcomes[1].body());
        let mut stripped = novel.clone();
        let kept = strip(&mut stripped);
        stripped["Name"] = "full".into();
        assert_eq!(&stripped, known, "{change:?}");
        assert_eq!(kept, 11, "{change:?} lost a field: {novel:#}");
    }
}

/// Takes the fields away that no engine has; how many there are.
fn strip(value: &mut Value) -> usize {
    match value {
        Value::Object(fields) => {
            let own = usize::from(fields.remove("Novel").is_some());
            own + fields.values_mut().map(strip).sum::<usize>()
        }
        Value::Array(entries) => entries.iter_mut().map(strip).sum(),
        _ => 0,
    }
}

/// The printed line is read by a shell, and given to our plugin, and for flags that only we have to docker, where it is
/// installed.
#[test]
fn what_print_docker_prints_makes_the_same_update() {
    let recorded = golden::load();
    let all = cases::all();
    let accepted = |line: &&Vec<&'static str>| line[0] == "update" && golden::find(&recorded, line).exit == 0;
    let known: Vec<Vec<&str>> = all.iter().filter(accepted).cloned().collect();
    let ours: Vec<Vec<&str>> = cases::OURS.iter().map(|line| [&["update"], *line].concat()).collect();
    let (plugin, docker) = (program::plugin(), program::docker());
    for (lines, judge) in [(known, None), (ours, docker.as_ref())] {
        let printed = plugin.printed(&lines);
        let originals = plugin.run_all(&lines);
        for program in [Some(&plugin), judge].into_iter().flatten() {
            let again = program.run_all(&printed);
            for ((line, words), (ours, again)) in lines.iter().zip(&printed).zip(originals.iter().zip(again))
            {
                assert_eq!(ours.exit, 0, "{line:?}: {ours:?}");
                let (ours, again) = (ours.clone().canonical(), again.canonical());
                assert_eq!(again.changes, ours.changes, "{line:?} is printed as {words:?}");
            }
        }
    }
}

#[test]
fn the_recordings_are_what_the_installed_docker_does() {
    let Some(docker) = program::docker() else {
        eprintln!("skipped: no docker CLI of version 28 on PATH; the recordings were not checked");
        return;
    };
    let deviations = DEVIATIONS.iter().map(|deviation| deviation.line.to_vec());
    let lines: Vec<Vec<&str>> = cases::all().into_iter().chain(deviations).collect();
    let outcomes = docker.run_all(&lines);
    if std::env::var_os("SMSVC_RECORD").is_some() {
        return golden::store(&lines, &outcomes);
    }
    let recorded = golden::load();
    for (line, outcome) in lines.iter().zip(outcomes) {
        assert_eq!(outcome.canonical(), golden::find(&recorded, line).canonical(), "{line:?}");
    }
}

#[test]
fn the_table_has_every_flag_of_docker_with_its_letter_and_kind() {
    let Some(docker) = program::docker() else {
        eprintln!("skipped: no docker CLI of version 28 on PATH; its flags were not counted");
        return;
    };
    let flags = docker.flags("update");
    assert!(flags.len() > 90, "{flags:?}");
    for theirs in flags {
        let long = theirs.split([' ', '=']).find_map(|word| word.strip_prefix("--")).expect("a long name");
        let flag = UPDATE.by_long(long).unwrap_or_else(|| panic!("--{long} is not in the table"));
        let is_switch = theirs.ends_with(&format!("--{long}"));
        let letter =
            theirs.strip_prefix('-').and_then(|rest| rest.chars().next()).filter(|letter| *letter != '-');
        assert!(is_switch == (flag.takes() == Takes::Switch) && flag.short() == letter, "{theirs}");
    }
}

#[test]
fn a_line_of_chance_ends_as_it_does_with_docker() {
    let Some(docker) = program::docker() else {
        eprintln!("skipped: no docker CLI of version 28 on PATH; no line was tried");
        return;
    };
    let plugin = program::plugin();
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(128);
    let mut runner = TestRunner::new(Config { failure_persistence: None, cases, ..Config::default() });
    let tried = runner.run(&random::lines(), |line| {
        let end = |program: &program::Program| {
            let outcomes = program.run_all(std::slice::from_ref(&line));
            outcomes.into_iter().next().map(|outcome| outcome.canonical().without_lookups_of_a_failure())
        };
        let (theirs, ours) = (end(&docker), end(&plugin));
        if theirs == ours {
            Ok(())
        } else {
            Err(TestCaseError::fail(format!("ours: {ours:?}\ntheirs: {theirs:?}")))
        }
    });
    if let Err(error) = tried {
        panic!("{error}");
    }
}
