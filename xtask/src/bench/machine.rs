//! What the figures were measured on.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use serde::Serialize;
use smsvc_tests::process::output;

/// The machine and the programs of a run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    /// Its processor.
    processor: String,
    /// How many processors this process may use.
    processors: usize,
    /// Its memory, in GiB.
    memory: String,
    /// Its system.
    system: String,
    /// The compiler.
    rust: String,
    /// Traefik.
    traefik: String,
    /// The docker command, and the engine.
    docker: String,
    /// The load generator.
    wrk: String,
}

impl Machine {
    /// Looks at this one.
    pub(crate) fn look(traefik: &Path) -> Self {
        let first = |command: &mut Command| {
            output(command).ok().and_then(|text| text.lines().next().map(str::to_owned)).unwrap_or_default()
        };
        let traefik = output(Command::new(traefik).arg("version")).unwrap_or_default();
        let of_traefik = |key: &str| field(&traefik, key).unwrap_or_default().to_owned();
        // wrk prints its version with its usage, and ends with status 1.
        let wrk = Command::new("wrk").arg("--version").output().map(|told| told.stdout).unwrap_or_default();
        let wrk = String::from_utf8_lossy(&wrk).lines().next().unwrap_or_default().to_owned();
        Self {
            processor: named_in("/proc/cpuinfo", "model name"),
            processors: thread::available_parallelism().map_or(1, usize::from),
            memory: memory(&named_in("/proc/meminfo", "MemTotal")),
            system: first(Command::new("uname").args(["-s", "-r", "-m"])),
            rust: first(Command::new("rustc").arg("--version")),
            traefik: format!("{} ({})", of_traefik("Version"), of_traefik("Go version")),
            docker: first(Command::new("docker").arg("--version")),
            wrk: wrk.split(" Copyright").next().unwrap_or_default().to_owned(),
        }
    }

    /// As rows of a table.
    pub(crate) fn rows(&self) -> [(&'static str, String); 7] {
        [
            ("processor", format!("{} x {}", self.processors, self.processor)),
            ("memory", self.memory.clone()),
            ("system", self.system.clone()),
            ("compiler", self.rust.clone()),
            ("Traefik", self.traefik.clone()),
            ("docker command", self.docker.clone()),
            ("load generator", self.wrk.clone()),
        ]
    }
}

/// A field of a text with `key: value` lines.
fn field<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    text.lines().find_map(|line| Some(line.strip_prefix(key)?.trim_start().strip_prefix(':')?.trim()))
}

fn named_in(file: &str, key: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    field(&text, key).unwrap_or_default().to_owned()
}

/// `25165824 kB` in GiB, rounded.
fn memory(text: &str) -> String {
    let kilobytes: Option<u64> = text.split(' ').next().and_then(|number| number.parse().ok());
    kilobytes.map_or_else(String::new, |number| format!("{} GiB", (number + (1 << 19)) >> 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_their_whole_name() {
        let text = "model\t\t: 1\nmodel name\t: Some CPU\n";
        assert_eq!(field(text, "model name"), Some("Some CPU"));
        assert_eq!(field(text, "flags"), None);
        assert_eq!(memory("24573000 kB"), "23 GiB");
    }
}
