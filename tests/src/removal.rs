//! Removing what a run made on an engine: everything with its label, in the order that loses no address.

use std::time::Duration;

use anyhow::{Result, bail};

use crate::docker::Docker;
use crate::patience::wait_for;
use crate::teardown::Teardown;

/// How long the containers may take to end.
const END: Duration = Duration::from_secs(30);

/// Removes what an earlier run of this name left when it was killed, and makes the teardown remove what this
/// one makes: the services and networks with `label`, and the images.
pub(crate) fn now_and_later(docker: &Docker, label: &str, name: &str, teardown: &Teardown) {
    let run = Run { docker: docker.clone(), label: format!("label={label}"), name: name.to_owned() };
    run.sweep();
    teardown.push(move || run.sweep());
}

struct Run {
    docker: Docker,
    label: String,
    name: String,
}

impl Run {
    /// Each step is tried even when an earlier one failed: what can go, goes.
    fn sweep(&self) {
        let _ = self.remove("service", &self.label);
        let _ = wait_for("the end of the containers", END, || self.check_ended());
        let _ = self.remove("network", &self.label);
        let _ = self.remove("image", &format!("reference={}-*", self.name));
    }

    /// Removes all objects of a kind that the filter selects.
    fn remove(&self, kind: &str, filter: &str) -> Result<()> {
        let found = self.docker.run(&[kind, "ls", "--quiet", "--filter", filter])?;
        if !found.is_empty() {
            let ids: Vec<&str> = found.split_whitespace().collect();
            self.docker.run(&[&[kind, "rm"], &ids[..]].concat())?;
        }
        Ok(())
    }

    /// A network that goes while tasks on it are still stopping leaks their addresses on the other networks
    /// of these tasks (moby issue 37338).
    fn check_ended(&self) -> Result<()> {
        let running = self.docker.run(&["ps", "--quiet", "--filter", &format!("name={}-", self.name)])?;
        if running.is_empty() { Ok(()) } else { bail!("running: {}", running.replace('\n', " ")) }
    }
}
