//! Programs of the machine: finding them, running them to their end, and keeping them as companions that do
//! not outlive us.

use std::env;
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::patience::wait_for;

/// Where administrators' programs live; often missing in `PATH`.
const ADMIN_FOLDERS: [&str; 3] = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/// The first program of this name in `PATH` or in the administrators' folders.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(ADMIN_FOLDERS.map(PathBuf::from));
    folders.map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Runs a command to its end and gives its standard output; an error has the command and what it said.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot run {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A program that runs beside us until we stop it. It is in its own process group, so that a Ctrl-C in the
/// terminal reaches us alone and we stop it in order; and where the machine has `setpriv`, the kernel asks it
/// to end when we die.
pub struct Companion {
    child: Child,
    log: PathBuf,
}

impl Companion {
    /// Starts a command with all its output in `log`.
    pub fn start(command: &Command, log: &Path) -> Result<Self> {
        let mut bound = bind_to_our_life(command);
        let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = bound
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {command:?}"))?;
        Ok(Self { child, log: log.to_owned() })
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// An error with the end of its log when the program has ended by itself.
    pub fn check_alive(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("it ended with {status}; its log ends with:\n{}", self.log_end());
        }
        Ok(())
    }

    /// The last lines of its log.
    pub fn log_end(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(12)..].join("\n")
    }

    /// Asks it to end, with what it has started, as a terminal or a service manager does; kills it all after
    /// `grace`.
    pub fn stop(&mut self, grace: Duration) {
        self.end(&format!("-{}", self.id()), grace);
    }

    /// Asks the program itself to end, and leaves it to that to end what it has started; kills it all after
    /// `grace`.
    pub fn stop_it_alone(&mut self, grace: Duration) {
        self.end(&self.id().to_string(), grace);
    }

    /// Kills it, with all that is in its process group.
    pub fn kill(&mut self) {
        let _ = output(Command::new("kill").args(["-KILL", "--", &format!("-{}", self.id())]));
        let _ = self.child.wait();
    }

    fn end(&mut self, whom: &str, grace: Duration) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        let _ = output(Command::new("kill").args(["-TERM", "--", whom]));
        let ended = wait_for("its end", grace, || match self.child.try_wait() {
            Ok(Some(_)) => Ok(()),
            _ => Err("still running"),
        });
        if ended.is_err() {
            self.kill();
        }
    }
}

impl Drop for Companion {
    fn drop(&mut self) {
        self.stop(Duration::from_secs(5));
    }
}

/// The same command behind `setpriv --pdeathsig` (util-linux), which `exec`s it: the process id stays the
/// same.
fn bind_to_our_life(command: &Command) -> Command {
    let mut bound = match find("setpriv") {
        Some(setpriv) => {
            let mut bound = Command::new(setpriv);
            bound.args(["--pdeathsig", "TERM", "--"]).arg(command.get_program());
            bound
        }
        None => Command::new(command.get_program()),
    };
    bound.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => bound.env(name, value),
            None => bound.env_remove(name),
        };
    }
    bound
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_command_tells_what_it_said() {
        let error = output(Command::new("sh").args(["-c", "echo no such thing >&2; exit 3"])).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("no such thing") && text.contains('3'), "{text}");
    }

    #[test]
    fn a_companion_that_ended_shows_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo cannot listen; exit 1"]);
        let mut companion = Companion::start(&command, &folder.path().join("log")).unwrap();
        let error = wait_for("its end", Duration::from_secs(10), || match companion.check_alive() {
            Ok(()) => Err("alive"),
            Err(error) => Ok(error.to_string()),
        });
        assert!(error.unwrap().contains("cannot listen"));
    }

    #[test]
    fn a_companion_is_gone_after_stop() {
        let folder = tempfile::tempdir().unwrap();
        let mut companion =
            Companion::start(Command::new("sleep").arg("600"), &folder.path().join("log")).unwrap();
        companion.stop(Duration::from_secs(5));
        assert!(companion.check_alive().is_err());
    }
}
