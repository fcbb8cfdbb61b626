//! Load on a Traefik by `wrk`, and what it cost.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use smsvc_tests::process::{find, output};

use super::stats::Sample;
use super::usage::{cpu_of, cpu_of_machine};

/// What wrk is told to send and to print (it speaks Lua).
const SCRIPT: &str = include_str!("load.lua");

/// The load generator.
pub(crate) struct Generator {
    script: PathBuf,
    folder: PathBuf,
}

/// Requests that are sent in turn, over and over.
pub(crate) struct Requests {
    host: String,
    paths: PathBuf,
}

/// What one run came to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    /// Answered requests a second.
    pub(crate) per_second: f64,
    /// Milliseconds within which half of the requests were answered.
    pub(crate) p50: f64,
    /// The same for 99 of 100.
    pub(crate) p99: f64,
    /// CPU time of Traefik for each request, in microseconds.
    pub(crate) cpu: f64,
    /// What neither Traefik, nor the load generator, nor the backend has computed: the part of the machine that others took.
    pub(crate) foreign: f64,
}

impl Generator {
    /// The error says what is missing.
    pub(crate) fn new(folder: &Path) -> Result<Self> {
        if find("wrk").is_none() {
            bail!("wrk is not installed (Debian package: wrk)");
        }
        let script = folder.join("load.lua");
        fs::write(&script, SCRIPT)?;
        Ok(Self { script, folder: folder.to_owned() })
    }

    /// Requests for these paths of a host.
    pub(crate) fn requests(&self, name: &str, host: &str, paths: &[String]) -> Result<Requests> {
        let file = self.folder.join(format!("{name}.paths"));
        fs::write(&file, paths.join("\n"))?;
        Ok(Requests { host: host.to_owned(), paths: file })
    }

    /// Sends requests over `connections` for a while. An answer that is not 2xx is an error: a refusal would be quick.
    pub(crate) fn run(
        &self,
        server: SocketAddr,
        requests: &Requests,
        connections: usize,
        time: Duration,
        traefik: u32,
        backend: u32,
    ) -> Result<Run> {
        let mut command = Command::new("wrk");
        command.args(["--threads", "1", "--connections", &connections.to_string()]);
        command.args(["--duration", &format!("{}s", time.as_secs()), "--timeout", "10s", "--script"]);
        command.arg(&self.script).args(["--header", &format!("Host: {}", requests.host)]);
        command.arg(format!("http://{server}/")).arg("--").arg(&requests.paths);
        let (own, others, machine) = (cpu_of(traefik), cpu_of(backend), cpu_of_machine());
        let told = output(&mut command)?;
        let own = cpu_of(traefik).saturating_sub(own);
        let involved = own + cpu_of(backend).saturating_sub(others);
        let machine = cpu_of_machine().saturating_sub(machine);
        let told = Told::read(&told).with_context(|| format!("wrk printed no result: {told}"))?;
        if told.failed > 0.0 {
            bail!("{} of {} requests to {server} failed", told.failed, told.requests);
        }
        let processors = std::thread::available_parallelism().map_or(1.0, |number| count(number.get()));
        let foreign = machine.saturating_sub(involved + told.cpu).as_secs_f64();
        Ok(Run {
            per_second: told.requests / told.seconds,
            p50: told.p50,
            p99: told.p99,
            cpu: own.as_secs_f64() * 1e6 / told.requests,
            foreign: foreign / told.seconds / processors,
        })
    }
}

/// A number of things, for arithmetic.
#[expect(clippy::cast_precision_loss, reason = "nothing is counted here that is near 2^52")]
pub(crate) fn count(number: usize) -> f64 {
    number as f64
}

/// One figure of several runs.
pub(crate) fn each(runs: &[Run], figure: impl Fn(&Run) -> f64) -> Sample {
    runs.iter().map(figure).collect()
}

/// The line that the script prints at the end.
#[derive(Debug, PartialEq)]
struct Told {
    requests: f64,
    seconds: f64,
    failed: f64,
    p50: f64,
    p99: f64,
    cpu: Duration,
}

impl Told {
    fn read(text: &str) -> Option<Self> {
        let line = text.lines().find_map(|line| line.strip_prefix("RESULT "))?;
        let numbers: Vec<f64> = line.split(' ').filter_map(|number| number.parse().ok()).collect();
        let [requests, micros, failed, p50, p99, cpu] = numbers[..] else { return None };
        Some(Self {
            requests,
            seconds: micros / 1e6,
            failed,
            p50: p50 / 1e3,
            p99: p99 / 1e3,
            cpu: Duration::from_secs_f64(cpu),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_the_script_is_found_among_those_of_wrk() {
        let text = "Running 2s test @ http://127.0.0.1:80/\nRESULT 1000 2000000 1 810 6370 0.25\n";
        let told = Told::read(text).unwrap();
        assert_eq!((told.requests, told.seconds, told.failed), (1000.0, 2.0, 1.0));
        assert_eq!((told.p50, told.p99, told.cpu), (0.81, 6.37, Duration::from_millis(250)));
        assert_eq!(Told::read("RESULT 1000"), None);
    }
}
