//! Docker's own CLI, as the judge.

use std::path::PathBuf;
use std::process::Command;
use std::thread;

use crate::engine::{Call, Engine};
use crate::ours::{DIRECTORY, FILES, FOLDER, VARIABLES};
use crate::outcome::Outcome;

/// The version of the recordings. Older ones lack flags and notations, newer ones word some errors anew.
const VERSION: u32 = 28;

pub(crate) struct Docker {
    program: PathBuf,
}

/// The CLI on PATH, if it is of a version that the recordings can be held against.
pub(crate) fn find() -> Option<Docker> {
    let paths = std::env::var_os("PATH")?;
    let program =
        std::env::split_paths(&paths).map(|folder| folder.join("docker")).find(|file| file.is_file())?;
    let output = Command::new(&program).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = text.split_whitespace().find_map(|word| word.split('.').next()?.parse::<u32>().ok())?;
    (version == VERSION).then_some(Docker { program })
}

impl Docker {
    /// Runs every line in front of an engine, on all processors.
    pub(crate) fn run_all(&self, lines: &[&[&str]]) -> Vec<Outcome> {
        let workers = thread::available_parallelism().map_or(1, usize::from);
        let size = lines.len().div_ceil(workers).max(1);
        thread::scope(|scope| {
            let chunks: Vec<_> =
                lines.chunks(size).map(|chunk| scope.spawn(move || self.run_chunk(chunk))).collect();
            chunks.into_iter().flat_map(|worker| worker.join().expect("a worker ends")).collect()
        })
    }

    /// What its help says of each flag: `-p, --publish port`, or `--init`, where there is no value.
    pub(crate) fn flags(&self) -> Vec<String> {
        let output = Command::new(&self.program).args(["service", "create", "--help"]).output();
        let help = String::from_utf8_lossy(&output.expect("docker starts").stdout).into_owned();
        let lines = help.lines().filter(|line| line.starts_with("  -") || line.starts_with("      --"));
        let names = |line: &str| line.trim_start().split("  ").next().map(str::to_owned);
        lines.filter_map(names).collect()
    }

    fn run_chunk(&self, lines: &[&[&str]]) -> Vec<Outcome> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let socket = folder.path().join("engine.sock");
        let engine = Engine::listen(&socket);
        for (name, content) in FILES {
            std::fs::write(folder.path().join(name), content).expect("the folder is ours");
        }
        let place = folder.path().display().to_string();
        let run = |line: &&[&str]| {
            let output = Command::new(&self.program)
                .args(["service", "create", "-d"])
                .args(line.iter().map(|word| word.replace(FOLDER, &place)))
                .env_clear()
                .envs(VARIABLES)
                .env("DOCKER_HOST", format!("unix://{}", socket.display()))
                .env("DOCKER_CONFIG", folder.path())
                .current_dir(DIRECTORY)
                .output()
                .expect("docker starts");
            let exit = output.status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(255);
            let stderr = String::from_utf8_lossy(&output.stderr).replace(&place, FOLDER);
            outcome(exit, &stderr, engine.take_calls())
        };
        lines.iter().map(run).collect()
    }
}

/// Warnings of a line that succeeds are not errors.
fn outcome(exit: u8, stderr: &str, calls: Vec<Call>) -> Outcome {
    let first = stderr.lines().next().unwrap_or("").replace("docker service create", "docker smsvc create");
    let (creates, lookups): (Vec<_>, Vec<_>) = calls.into_iter().partition(|call| call.method == "POST");
    Outcome {
        exit,
        error: (exit != 0).then_some(first),
        lookups: lookups.into_iter().map(|call| format!("{} {}", call.method, call.path)).collect(),
        body: creates.into_iter().next().map(|call| call.body),
    }
}
