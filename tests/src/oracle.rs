//! Docker's own CLI, where its behaviour is recorded and held against ours.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The version of all recordings. Older ones lack flags and notations; newer ones word some errors anew, and do not ask for
/// the digest of an image (docker/cli #7302).
const VERSION: &str = "version 28.";

/// The CLI on `PATH`, if it is of the version of the recordings.
pub fn docker() -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    let program =
        std::env::split_paths(&paths).map(|folder| folder.join("docker")).find(|file| file.is_file())?;
    let output = Command::new(&program).arg("--version").output().ok()?;
    String::from_utf8_lossy(&output.stdout).contains(VERSION).then_some(program)
}

/// What the help of a command says of each flag: `-p, --publish port`, or `--init`, where there is no value.
///
/// # Panics
///
/// If the program does not start.
pub fn flags(program: &Path, command: &[&str]) -> Vec<String> {
    let output = Command::new(program).args(command).arg("--help").output().expect("it starts");
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = help.lines().filter(|line| line.starts_with("  -") || line.starts_with("      --"));
    lines.filter_map(|line| line.trim_start().split("  ").next().map(str::to_owned)).collect()
}

/// The words behind `docker` in a printed line, as a shell reads them.
///
/// # Panics
///
/// If there is no shell.
pub fn words(line: &str) -> Vec<String> {
    let script = format!("docker() {{ printf '%s\\0' \"$@\"; }}\n{line}");
    let shell = Command::new("/bin/sh").args(["-c", &script]).output().expect("a shell starts");
    let words = String::from_utf8_lossy(&shell.stdout).into_owned();
    words.split_terminator('\0').map(str::to_owned).collect()
}

/// Gives every chunk of the lines to a worker, one for each processor; the outcomes in the order of the lines.
///
/// # Panics
///
/// As soon as a worker does.
pub fn on_all_processors<L: Sync, O: Send>(lines: &[L], run: impl Fn(&[L]) -> Vec<O> + Sync) -> Vec<O> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let size = lines.len().div_ceil(workers).max(1);
    std::thread::scope(|scope| {
        let run = &run;
        let chunks: Vec<_> = lines.chunks(size).map(|chunk| scope.spawn(move || run(chunk))).collect();
        chunks.into_iter().flat_map(|worker| worker.join().expect("a worker ends")).collect()
    })
}
