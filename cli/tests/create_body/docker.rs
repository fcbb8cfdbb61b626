//! Docker's own CLI, as the judge.

use std::path::PathBuf;
use std::process::Command;
use std::thread;

use crate::engine::{Call, Engine};
use crate::ours::{DIRECTORY, VARIABLES};
use crate::outcome::Outcome;

/// From version 29 on the CLI words some errors anew and knows more; the recordings are of 28.
const NEWEST: u32 = 28;

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
    (version <= NEWEST).then_some(Docker { program })
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

    fn run_chunk(&self, lines: &[&[&str]]) -> Vec<Outcome> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let socket = folder.path().join("engine.sock");
        let engine = Engine::listen(&socket);
        let run = |line: &&[&str]| {
            let output = Command::new(&self.program)
                .args(["service", "create", "-d"])
                .args(*line)
                .env_clear()
                .envs(VARIABLES)
                .env("DOCKER_HOST", format!("unix://{}", socket.display()))
                .env("DOCKER_CONFIG", folder.path())
                .current_dir(DIRECTORY)
                .output()
                .expect("docker starts");
            let exit = output.status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(255);
            outcome(exit, &String::from_utf8_lossy(&output.stderr), engine.take_calls())
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
