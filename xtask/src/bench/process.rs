//! Running a command for its time or for its memory.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::usage::peak;

/// How often a process is asked for its memory: what it takes in between is in its own count of the peak.
const LOOK: Duration = Duration::from_micros(500);

/// How long a command takes from its start to its end, in milliseconds. It has to succeed.
pub(crate) fn milliseconds(command: &mut Command) -> Result<f64> {
    command.stdin(Stdio::null());
    let start = Instant::now();
    let outcome = command.output().with_context(|| format!("cannot run {command:?}"))?;
    let time = start.elapsed();
    if !outcome.status.success() {
        bail!(
            "{command:?} ended with {}: {}",
            outcome.status,
            String::from_utf8_lossy(&outcome.stderr).trim()
        );
    }
    Ok(time.as_secs_f64() * 1e3)
}

/// The most memory that a command takes, without the processes that it starts, in MiB.
pub(crate) fn memory(command: &mut Command) -> Result<f64> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let mut most = 0.0_f64;
    let status = loop {
        most = most.max(peak(child.id()));
        if let Some(status) = child.try_wait()? {
            break status;
        }
        sleep(LOOK);
    };
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_fails_is_not_measured() {
        assert!(milliseconds(Command::new("sleep").arg("0.05")).unwrap() >= 50.0);
        assert!(milliseconds(&mut Command::new("false")).is_err());
        assert!(memory(Command::new("sleep").arg("0.05")).unwrap() > 0.1);
        assert!(memory(&mut Command::new("false")).is_err());
    }
}
