//! `docker smsvc ls`, `ps` and `inspect` print what `docker service ls`, `ps` and `inspect` print.
//!
//! Each line of [`cases`] was given to Docker's own CLI in front of a stand-in for the engine; what it printed and
//! exited with is kept in `tests/goldens/lists.jsonl`. Our plugin has to come to the same. Where a Docker CLI of
//! version 28 is installed the recordings are checked against it, and `SMSVC_RECORD=1` writes them anew.

mod cases;
mod engine;
mod swarm;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};
use smsvc_tests::oracle::docker;

/// What a line comes to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Outcome {
    exit: i32,
    printed: String,
    /// The first line of what is wrong.
    error: String,
}

/// Runs a line in front of an engine.
fn run(program: &Path, words: &[&str], line: &[&str]) -> Outcome {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let socket = folder.path().join("engine.sock");
    engine::listen(&socket);
    let output = Command::new(program)
        .args(words)
        .args(line)
        .env_clear()
        .env("DOCKER_HOST", format!("unix://{}", socket.display()))
        .env("DOCKER_CONFIG", folder.path())
        .output()
        .expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("docker smsvc", "docker service");
    Outcome {
        exit: output.status.code().unwrap_or(255),
        printed: text(&output.stdout),
        error: text(&output.stderr).lines().next().unwrap_or_default().to_owned(),
    }
}

fn ours(line: &[&str]) -> Outcome {
    run(Path::new(env!("CARGO_BIN_EXE_docker-smsvc")), &["smsvc"], line)
}

fn goldens() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/lists.jsonl")
}

fn recorded() -> BTreeMap<String, Outcome> {
    let text = std::fs::read_to_string(goldens()).expect("the recordings are there");
    text.lines().map(|line| serde_json::from_str(line).expect("a recording")).collect()
}

fn key(line: &[&str]) -> String {
    serde_json::json!(line).to_string()
}

#[test]
fn every_line_prints_what_docker_prints() {
    let recorded = recorded();
    for line in cases::CASES {
        let theirs = recorded.get(&key(line)).unwrap_or_else(|| panic!("{line:?} is not recorded"));
        assert_eq!(&ours(line), theirs, "{line:?}");
    }
}

#[test]
fn the_recordings_are_what_the_installed_docker_prints() {
    let Some(docker) = docker() else {
        eprintln!("skipped: no docker CLI of version 28 on PATH; the recordings were not checked");
        return;
    };
    let outcomes =
        cases::CASES.iter().chain(cases::PRETTY).map(|line| (key(line), run(&docker, &["service"], line)));
    if std::env::var_os("SMSVC_RECORD").is_some() {
        let lines: Vec<String> =
            outcomes.map(|outcome| serde_json::json!(outcome).to_string() + "\n").collect();
        std::fs::write(goldens(), lines.concat()).expect("the folder is ours");
        return;
    }
    let recorded = recorded();
    for (line, outcome) in outcomes {
        assert_eq!(Some(&outcome), recorded.get(&line), "{line}");
    }
}

#[test]
fn a_pretty_text_begins_as_dockers_does() {
    let recorded = recorded();
    for line in cases::PRETTY {
        let (theirs, ours) = (&recorded[&key(line)], ours(line));
        let theirs = theirs.printed.strip_suffix('\n').unwrap_or_default();
        let rest = ours.printed.strip_prefix(theirs);
        let rest = rest.unwrap_or_else(|| panic!("{line:?}\n{}\n{theirs}", ours.printed));
        assert!(rest.starts_with("smsvc:\n Endpoint mode:\t"), "{rest}");
    }
}

#[test]
fn a_table_of_ours_begins_as_dockers_does() {
    let columns = r"table {{.ID}}\t{{.Name}}\t{{.Mode}}\t{{.Replicas}}\t{{.Image}}\t{{.Ports}}";
    let dockers = ours(&["ls", "--format", columns]).printed;
    let whole = ours(&["ls"]).printed;
    assert!(
        whole.lines().next().is_some_and(|heading| heading.ends_with("ENDPOINT   IPS       GROUP")),
        "{whole}"
    );
    for (line, docker) in whole.lines().zip(dockers.lines()) {
        assert!(line.starts_with(docker.trim_end()), "{line}\n{docker}");
    }
}
