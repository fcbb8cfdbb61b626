//! The recordings: one line of JSON for each command line. The test that has this module says which file it is.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::FILE;
use crate::outcome::Outcome;

#[derive(Serialize, Deserialize)]
struct Golden {
    line: Vec<String>,
    #[serde(flatten)]
    outcome: Outcome,
}

pub(crate) type Goldens = BTreeMap<Vec<String>, Outcome>;

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/goldens").join(FILE)
}

pub(crate) fn load() -> Goldens {
    let text = fs::read_to_string(path()).unwrap_or_default();
    text.lines()
        .map(|line| serde_json::from_str::<Golden>(line).expect("a recording is JSON"))
        .map(|golden| (golden.line, golden.outcome))
        .collect()
}

pub(crate) fn find(goldens: &Goldens, line: &[&str]) -> Outcome {
    let owned: Vec<String> = line.iter().map(|&word| word.to_owned()).collect();
    match goldens.get(&owned) {
        Some(outcome) => outcome.clone(),
        None => panic!("{line:?} was never recorded: run this test with SMSVC_RECORD=1 and a docker CLI"),
    }
}

pub(crate) fn store<'w>(lines: &[impl AsRef<[&'w str]>], outcomes: &[Outcome]) {
    let mut text = String::new();
    for (line, outcome) in lines.iter().zip(outcomes) {
        let line = line.as_ref().iter().map(|&word| word.to_owned()).collect();
        let golden = Golden { line, outcome: outcome.clone() };
        let json = serde_json::to_string(&golden).expect("an outcome is JSON");
        writeln!(text, "{json}").expect("writing to a string does not fail");
    }
    fs::write(path(), text).expect("the recordings can be written");
}
