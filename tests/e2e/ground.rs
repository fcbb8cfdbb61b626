//! The ground of one trial: names, networks and services that no other trial touches and that go at its end.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use smsvc_tests::docker::Outcome;
use smsvc_tests::patience::wait_for;
use smsvc_tests::stage::SERVICE;

use crate::world::World;

/// How long the tasks of a trial may take to run.
const RUNNING: Duration = Duration::from_secs(90);

/// A trial's own part of the world.
pub(crate) struct Ground<'w> {
    pub(crate) world: &'w World,
    name: String,
}

impl World {
    /// A ground under this name, which no other trial may use.
    pub(crate) fn ground(&self, name: &str) -> Ground<'_> {
        Ground { world: self, name: self.stage.name_of(name) }
    }
}

impl Ground<'_> {
    /// The full name of a service of this trial.
    pub(crate) fn service(&self, short: &str) -> String {
        format!("{}-{short}", self.name)
    }

    /// The host name under which this trial publishes its routes.
    pub(crate) fn host(&self) -> String {
        format!("{}.example.com", self.name)
    }

    /// An overlay network with this subnet, to which containers can be attached too.
    pub(crate) fn network(&self, subnet: &str) -> Result<String> {
        let name = self.service("net");
        let label = self.world.stage.marks()[3];
        let args = [
            "network",
            "create",
            "--driver",
            "overlay",
            "--attachable",
            "--subnet",
            subnet,
            "--label",
            label,
            &name,
        ];
        self.world.docker().run(&args)?;
        Ok(name)
    }

    /// `docker smsvc create` for a backend of this trial, whatever its outcome.
    pub(crate) fn try_create(&self, short: &str, options: &[&str]) -> Result<Outcome> {
        let name = self.service(short);
        self.world.stage.create(&[&["--name", &name], options].concat())
    }

    /// `docker smsvc create`, which must succeed; gives what it said on standard error.
    pub(crate) fn create(&self, short: &str, options: &[&str]) -> Result<String> {
        let outcome = self.try_create(short, options)?;
        if outcome.status != 0 {
            bail!("create of {short} ended with {}: {}", outcome.status, outcome.stderr);
        }
        Ok(outcome.stderr)
    }

    /// A service of an API group behind Traefik, at this trial's host.
    pub(crate) fn publish(&self, short: &str, group: &str, routes: &[&str]) -> Result<String> {
        self.publish_with(short, group, &[], routes)
    }

    /// The same with settings of the group.
    pub(crate) fn publish_with(
        &self,
        short: &str,
        group: &str,
        settings: &[&str],
        routes: &[&str],
    ) -> Result<String> {
        let host = self.host();
        let mut options =
            vec!["--network", &self.world.stage.network, "--group", group, "--host", &host, "--port", "8080"];
        options.extend(settings.iter().flat_map(|setting| ["--api-set", setting]));
        options.extend(routes.iter().flat_map(|route| ["--route", route]));
        self.create(short, &options)
    }

    /// `docker service create` for a backend of this trial, past the plugin.
    pub(crate) fn create_plainly(&self, short: &str, options: &[&str]) -> Result<()> {
        let name = self.service(short);
        let mut args =
            vec!["service", "create", "--detach", "--quiet", "--no-resolve-image", "--name", &name];
        args.extend(options);
        args.extend(self.world.stage.marks());
        args.extend(["--env", SERVICE, &self.world.stage.backend]);
        self.world.docker().run(&args).map(drop)
    }

    /// Whether the engine has a service of this name.
    pub(crate) fn exists(&self, short: &str) -> Result<bool> {
        let inspect = self.world.docker().call(&["service", "inspect", &self.service(short)])?;
        Ok(inspect.status == 0)
    }

    /// A service as the engine has it.
    pub(crate) fn inspect(&self, short: &str) -> Result<Value> {
        self.world.docker().json(&["service", "inspect", "--format", "{{json .}}", &self.service(short)])
    }

    /// The states of a service's current tasks, in lower case: `new`, `pending`, `running` …
    pub(crate) fn states(&self, short: &str) -> Result<Vec<String>> {
        self.states_of_tasks(short, &["--filter", "desired-state=running"])
    }

    /// The same of all its tasks, those included that failed or were rejected and have been replaced.
    pub(crate) fn states_so_far(&self, short: &str) -> Result<Vec<String>> {
        self.states_of_tasks(short, &[])
    }

    fn states_of_tasks(&self, short: &str, filter: &[&str]) -> Result<Vec<String>> {
        let service = self.service(short);
        let args = [&["service", "ps", "--format", "{{.CurrentState}}"], filter, &[&service]].concat();
        let lines = self.world.docker().run(&args)?;
        Ok(lines.lines().filter_map(|line| line.split(' ').next()).map(str::to_lowercase).collect())
    }

    /// Waits until a service has this many running tasks and no other ones.
    pub(crate) fn wait_running(&self, short: &str, tasks: usize) -> Result<()> {
        wait_for(&format!("{tasks} running tasks of {short}"), RUNNING, || {
            let states = self.states(short)?;
            if states.len() == tasks && states.iter().all(|state| state == "running") {
                Ok(())
            } else {
                bail!("{states:?}")
            }
        })
    }

    /// Whether the engine gave the service its virtual IP.
    pub(crate) fn has_virtual_ip(&self, short: &str) -> Result<bool> {
        let service = self.inspect(short)?;
        let addresses = service["Endpoint"]["VirtualIPs"].as_array();
        Ok(addresses.is_some_and(|addresses| {
            addresses.iter().any(|entry| entry["Addr"].as_str().is_some_and(|addr| !addr.is_empty()))
        }))
    }

    /// The endpoint mode in the service's spec.
    pub(crate) fn endpoint_mode(&self, short: &str) -> Result<String> {
        let service = self.inspect(short)?;
        let mode =
            service["Spec"]["EndpointSpec"]["Mode"].as_str().context("the spec has no endpoint mode")?;
        Ok(mode.to_owned())
    }

    /// Removes a service of this trial.
    pub(crate) fn remove(&self, short: &str) -> Result<()> {
        self.world.docker().run(&["service", "rm", &self.service(short)]).map(drop)
    }
}

impl Drop for Ground<'_> {
    fn drop(&mut self) {
        // The networks stay for the teardown, which waits for the tasks that still hold them.
        let filter = format!("name={}-", self.name);
        if let Ok(found) = self.world.docker().run(&["service", "ls", "--quiet", "--filter", &filter])
            && !found.is_empty()
        {
            let ids: Vec<&str> = found.split_whitespace().collect();
            let _ = self.world.docker().run(&[&["service", "rm"], &ids[..]].concat());
        }
    }
}
