//! Docker's own CLI, and our plugin, in front of the same stand-in for the engine.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use serde_json::Value;
use smsvc_tests::oracle;

use crate::engine::{Call, Engine};
use crate::outcome::{Change, Outcome};

/// Newer than what the judge speaks, so that both know every flag: each side speaks the newest that both know.
const API_VERSION: &str = "1.52";

/// The working directory of all lines.
const DIRECTORY: &str = "/usr/bin";

/// The environment of all lines.
const VARIABLES: [(&str, &str); 2] = [("HOME", "/nowhere"), ("GREETING", "hello = world")];

/// Credentials for one registry: `user:secret`.
const CONFIG: &str = r#"{"auths":{"registry.example.com:5000":{"auth":"dXNlcjpzZWNyZXQ="}}}"#;

/// A program that takes the command lines.
pub(crate) struct Program {
    file: PathBuf,
    /// What stands in front of the sub-command.
    name: &'static str,
    /// Flags of ours for a line that Docker knows, too: the budget needs a swarm, and that is another test's matter.
    flags: &'static [&'static str],
}

/// The CLI on PATH, if it is of a version that the recordings can be held against.
pub(crate) fn docker() -> Option<Program> {
    oracle::docker().map(|file| Program { file, name: "service", flags: &[] })
}

/// Our own.
pub(crate) fn plugin() -> Program {
    let file = PathBuf::from(env!("CARGO_BIN_EXE_docker-smsvc"));
    Program { file, name: "smsvc", flags: &["--ip-budget=off"] }
}

impl Program {
    /// Runs every line, whose first word is the sub-command, in front of an engine, on all processors.
    pub(crate) fn run_all<L: AsRef<[W]> + Sync, W: AsRef<str>>(&self, lines: &[L]) -> Vec<Outcome> {
        oracle::on_all_processors(lines, |chunk| self.run_chunk(chunk))
    }

    /// What its help says of each flag of a sub-command: `-q, --quiet`, or `--image string`.
    pub(crate) fn flags(&self, sub_command: &str) -> Vec<String> {
        oracle::flags(&self.file, &[self.name, sub_command])
    }

    fn run_chunk<L: AsRef<[W]>, W: AsRef<str>>(&self, lines: &[L]) -> Vec<Outcome> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("config.json"), CONFIG).expect("the folder is ours");
        let socket = folder.path().join("engine.sock");
        let engine = Engine::listen(API_VERSION, &socket);
        lines.iter().map(|line| self.run(line.as_ref(), folder.path(), &engine)).collect()
    }

    /// The words behind `docker service` in what `--print-docker` prints for each line of an update, as a shell reads them.
    /// The lines have to be ones that are accepted.
    pub(crate) fn printed(&self, lines: &[Vec<&str>]) -> Vec<Vec<String>> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let engine = Engine::listen(API_VERSION, &folder.path().join("engine.sock"));
        let print = |line: &Vec<&str>| {
            let line = [&line[..1], &["--print-docker"], &line[1..]].concat();
            let output = self.output(&line, folder.path());
            assert!(output.status.success(), "{line:?}: {output:?}");
            let words = oracle::words(&String::from_utf8_lossy(&output.stdout));
            assert_eq!(words[..2], ["service", "update"], "{line:?}");
            words[1..].to_vec()
        };
        let printed = lines.iter().map(print).collect();
        let changes: Vec<Call> =
            engine.take_calls().into_iter().filter(|call| call.method == "POST").collect();
        assert_eq!(changes, [], "nothing is changed");
        printed
    }

    fn run<W: AsRef<str>>(&self, line: &[W], folder: &Path, engine: &Engine) -> Outcome {
        let output = self.output(line, folder);
        let exit = output.status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(255);
        let first = String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or("").to_owned();
        let first = first.replace("docker service", "docker smsvc");
        let mut outcome = outcome(exit, first, engine.take_calls());
        if line.first().is_some_and(|word| word.as_ref() == "rm") {
            // Docker looks nothing up, and the plugin the service: its labels tell which other services have to follow.
            outcome.lookups.clear();
        }
        outcome
    }

    fn output<W: AsRef<str>>(&self, line: &[W], folder: &Path) -> Output {
        let (sub_command, words) = line.split_first().expect("a line begins with its sub-command");
        let sub_command = sub_command.as_ref();
        let mut command = Command::new(&self.file);
        command.args([self.name, sub_command]);
        match (sub_command, self.name) {
            ("rm", "service") => {}
            ("rm", _) => drop(command.arg("-d")),
            _ => drop(command.arg("-d").args(self.flags)),
        }
        command
            .args(words.iter().map(AsRef::as_ref))
            .env_clear()
            .envs(VARIABLES)
            .env("DOCKER_HOST", format!("unix://{}/engine.sock", folder.display()))
            .env("DOCKER_CONFIG", folder)
            .current_dir(DIRECTORY)
            .output()
            .expect("it starts")
    }
}

/// Warnings of a line that succeeds are not errors.
fn outcome(exit: u8, first: String, calls: Vec<Call>) -> Outcome {
    let asked = calls.into_iter().filter(|call| call.method != "HEAD");
    let (lookups, changes): (Vec<_>, Vec<_>) = asked.partition(|call| call.method == "GET");
    let mut lookups: Vec<String> = lookups
        .into_iter()
        // Both say what the engine does anyhow.
        .map(|call| call.path.replace("?insertDefaults=false", "").replace("verbose=false&", ""))
        .map(|path| format!("GET {path}"))
        .collect();
    lookups.sort_unstable();
    lookups.dedup();
    Outcome {
        exit,
        error: (exit != 0).then_some(first),
        lookups,
        changes: changes.into_iter().map(change).collect(),
    }
}

fn change(call: Call) -> Change {
    let (path, query) = call.path.split_once('?').unwrap_or((&call.path, ""));
    let mut query: Vec<String> =
        query.split('&').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    query.sort_unstable();
    let decoded = call.auth.map(|auth| URL_SAFE.decode(auth).expect("the header is Base64"));
    let auth = decoded.map(|json| serde_json::from_slice(&json).expect("the header is JSON"));
    Change {
        call: format!("{} {path}", call.method),
        query,
        auth: auth.unwrap_or(Value::Null),
        body: call.body,
    }
}
