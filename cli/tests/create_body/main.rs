//! `docker smsvc create` sends what `docker service create` sends.
//!
//! Each command line of [`cases`] was given to Docker's own CLI, in front of a recording stand-in for the engine;
//! what it called and in which order, sent, said and exited with is kept in `tests/goldens/create_body.jsonl`. Our plugin
//! has to come to the same from the same words. Where a Docker CLI is installed the recordings are checked against it,
//! too, `SMSVC_RECORD=1` writes them anew, and lines that are made by chance are tried on both.

mod cases;
mod engine;
mod golden;
mod outcome;
mod program;
mod random;

use cases::{DEVIATIONS, OURS};
use docker_smsvc::flags::{Takes, by_long};
use proptest::test_runner::{Config, TestCaseError, TestRunner};

/// The recordings.
const FILE: &str = "create_body.jsonl";

#[test]
fn every_line_ends_as_it_does_with_docker() {
    let recorded = golden::load();
    let lines: Vec<&[&str]> = cases::all().map(|case| case.line).collect();
    assert!(lines.len() >= 200, "{}", lines.len());
    let mut differing = Vec::new();
    for (case, ours) in cases::all().zip(program::plugin().run_all(&lines)) {
        let (ours, docker) = (case.canonical(ours), case.canonical(golden::find(&recorded, case.line)));
        if ours != docker {
            differing.push(format!("{:?}\n  ours:   {ours:?}\n  docker: {docker:?}", case.line));
        }
    }
    assert!(differing.is_empty(), "{} lines differ:\n{}", differing.len(), differing.join("\n"));
}

#[test]
fn every_deviation_from_docker_is_the_intended_one() {
    let recorded = golden::load();
    let lines: Vec<&[&str]> = DEVIATIONS.iter().map(|deviation| deviation.line).collect();
    for (deviation, ours) in DEVIATIONS.iter().zip(program::plugin().run_all(&lines)) {
        let docker = golden::find(&recorded, deviation.line);
        assert_ne!(ours, docker, "{:?} deviates no more", deviation.line);
        assert!(ours.says(deviation.ours), "{:?}: {ours:?}", deviation.line);
    }
}

/// The printed line is read by a shell, and given to our plugin, and to docker, where it is installed.
#[test]
fn what_print_docker_prints_makes_the_same_service() {
    let recorded = golden::load();
    let accepted = |line: &&[&str]| golden::find(&recorded, line).exit == 0;
    let known: Vec<&[&str]> = cases::all().map(|case| case.line).filter(accepted).collect();
    let (plugin, docker) = (program::plugin(), program::docker());
    for (lines, judge) in [(known.as_slice(), None), (OURS, docker.as_ref())] {
        let printed = plugin.printed(lines);
        let printed: Vec<Vec<&str>> =
            printed.iter().map(|words| words.iter().map(String::as_str).collect()).collect();
        let printed: Vec<&[&str]> = printed.iter().map(Vec::as_slice).collect();
        let originals = plugin.run_all(lines);
        for program in [Some(&plugin), judge].into_iter().flatten() {
            for ((line, words), (ours, again)) in
                lines.iter().zip(&printed).zip(originals.iter().zip(program.run_all(&printed)))
            {
                assert_eq!(ours.exit, 0, "{line:?}: {ours:?}");
                // Next to our labels `--group` could mean either kind of group to us; to Docker it means one.
                if again.says("may mean an API group or a user group") && line.contains(&"--user-group") {
                    continue;
                }
                let (ours, again) = (cases::by_content(ours.clone()), cases::by_content(again));
                assert_eq!(
                    (again.body, again.auth),
                    (ours.body, ours.auth),
                    "{line:?} is printed as {words:?}"
                );
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
    let lines: Vec<&[&str]> =
        cases::all().map(|case| case.line).chain(DEVIATIONS.iter().map(|deviation| deviation.line)).collect();
    let outcomes = docker.run_all(&lines);
    if std::env::var_os("SMSVC_RECORD").is_some() {
        return golden::store(&lines, &outcomes);
    }
    let recorded = golden::load();
    for (line, outcome) in lines.iter().zip(outcomes) {
        let expected = golden::find(&recorded, line);
        let canonical = |outcome| match cases::all().find(|case| case.line == *line) {
            Some(case) => case.canonical(outcome),
            None => outcome,
        };
        assert_eq!(canonical(outcome), canonical(expected), "{line:?}");
    }
}

#[test]
fn the_table_has_every_flag_of_docker_with_its_letter_and_kind() {
    let Some(docker) = program::docker() else {
        eprintln!("skipped: no docker CLI of version 28 on PATH; its flags were not counted");
        return;
    };
    let flags = docker.flags();
    assert!(flags.len() > 60, "{flags:?}");
    for theirs in flags {
        let long = theirs.split([' ', '=']).find_map(|word| word.strip_prefix("--")).expect("a long name");
        let flag = by_long(long).unwrap_or_else(|| panic!("--{long} is not in the table"));
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
        let words: Vec<&str> = line.iter().map(String::as_str).collect();
        let end = |program: &program::Program| {
            cases::canonical(program.run_one(&words)).without_lookups_of_a_failure()
        };
        let (theirs, ours) = (end(&docker), end(&plugin));
        if theirs == ours || ours.says("E301") && theirs.sends_dnsrr_with_ingress_ports() {
            Ok(())
        } else {
            Err(TestCaseError::fail(format!("ours: {ours:?}\ntheirs: {theirs:?}")))
        }
    });
    if let Err(error) = tried {
        panic!("{error}");
    }
}
