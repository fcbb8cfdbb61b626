//! `docker smsvc network redefine` on a real engine: a stack, kills, a full disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use smsvc_tests::docker::Outcome;
use smsvc_tests::patience::wait_for;
use tempfile::TempDir;

use crate::ground::Ground;
use crate::stacks::specs;
use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] = &[
    ("a_full_network_of_a_stack_is_redefined_and_nothing_is_lost", a_full_network_of_a_stack_is_redefined),
    ("a_redefinition_that_is_killed_goes_on_or_back", a_redefinition_that_is_killed_goes_on_or_back),
    ("a_full_disk_stops_a_redefinition_before_its_next_step", a_full_disk_stops_a_redefinition),
    (
        "a_rolling_redefinition_never_stops_every_task_of_a_service",
        a_rolling_redefinition_keeps_tasks_running,
    ),
];

/// How long the tasks of a stack may take to run.
const RUNNING: Duration = Duration::from_secs(90);

/// A stack on a network of its own, and a folder for journals.
struct Stack<'w> {
    ground: Ground<'w>,
    name: String,
    network: String,
    journals: TempDir,
}

impl<'w> Stack<'w> {
    /// Deploys services with everything that could get lost, by `docker stack deploy`.
    fn deploy(world: &'w World, name: &str, subnet: &str) -> Result<Self> {
        let ground = world.ground(name);
        let name = ground.service("s");
        let service = |more: Value| {
            let mut service = json!({
                "image": world.stage.backend, "networks": {"front": {"aliases": ["alias"]}}, "stop_grace_period": "1s",
                "environment": {"SERVICE": "{{.Service.Name}}"}, "deploy": {"replicas": 1},
            });
            merge(&mut service, &more);
            service
        };
        let file = json!({
            "version": "3.8",
            "networks": {"front": {"ipam": {"config": [{"subnet": subnet}]}, "labels": {"team": "a"}}},
            "configs": {"site": {"file": "site.txt"}},
            "secrets": {"key": {"file": "site.txt"}},
            "services": {
                "web": service(json!({
                    "deploy": {"replicas": 2, "labels": {"traefik.enable": "true", "a.b/c": "é \" '"}, "update_config": {"order": "start-first"}},
                    "configs": [{"source": "site", "target": "/site", "mode": 288}], "secrets": ["key"],
                })),
                "agent": service(json!({"deploy": {"mode": "global", "replicas": null}})),
                "idle": service(json!({"deploy": {"replicas": 0}, "ports": ["8080"]})),
                "quiet": service(json!({
                    "deploy": {"endpoint_mode": "dnsrr", "resources": {"limits": {"memory": "64M"}}},
                    "healthcheck": {"disable": true},
                })),
            },
        });
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("site.txt"), "site")?;
        let path = folder.path().join("stack.json");
        fs::write(&path, file.to_string())?;
        let path = path.to_str().context("the path is no text")?;
        world.docker().run(&["stack", "deploy", "--resolve-image=never", "--compose-file", path, &name])?;
        let stack = Self { ground, network: format!("{name}_front"), name, journals: tempfile::tempdir()? };
        stack.wait_running()?;
        Ok(stack)
    }

    fn wait_running(&self) -> Result<()> {
        for (service, tasks) in [("web", 2), ("agent", 1), ("quiet", 1)] {
            self.ground.wait_running(&format!("s_{service}"), tasks)?;
        }
        Ok(())
    }

    /// The specs of all services, with networks by name and chosen ports.
    fn specs(&self) -> Result<BTreeMap<String, Value>> {
        let filter = format!("label=com.docker.stack.namespace={}", self.name);
        specs(self.ground.world.docker(), &["--filter", &filter])
    }

    fn subnet(&self) -> Result<String> {
        let format = "{{(index .IPAM.Config 0).Subnet}} {{.Labels.team}}";
        self.ground.world.docker().run(&["network", "inspect", "--format", format, &self.network])
    }

    fn words<'a>(&'a self, words: &[&'a str]) -> Vec<&'a str> {
        let journals = self.journals.path().to_str().unwrap_or_default();
        [&["smsvc", "network"], words, &["--journal", journals]].concat()
    }

    fn call(&self, words: &[&str]) -> Result<Outcome> {
        self.ground.world.docker().call(&self.words(words))
    }

    fn succeed(&self, words: &[&str]) -> Result<()> {
        let outcome = self.call(words)?;
        ensure!(outcome.status == 0, "{words:?}: {}{}", outcome.stdout, outcome.stderr);
        Ok(())
    }

    /// Starts a redefinition and kills it when its journal has so many lines. False where it ends before.
    fn kill_at(&self, lines: usize, words: &[&str]) -> Result<bool> {
        let docker = self.ground.world.docker();
        // The plugin itself: to kill the docker command would leave it alive.
        let plugin = docker.config().join("cli-plugins").join("docker-smsvc");
        let mut child = Command::new(plugin)
            .args(self.words(words))
            .env("DOCKER_HOST", docker.host())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let written = loop {
            if journal_lines(self.journals.path())? >= lines {
                break true;
            }
            if child.try_wait()?.is_some() {
                break false;
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        child.kill()?;
        child.wait()?;
        Ok(written)
    }
}

impl Drop for Stack<'_> {
    fn drop(&mut self) {
        // The services go first and their tasks have to end, or the network would leak addresses of ingress.
        let docker = self.ground.world.docker();
        let filter = format!("label=com.docker.stack.namespace={}", self.name);
        if let Ok(ids) = docker.run(&["service", "ls", "--quiet", "--filter", &filter]) {
            for id in ids.split_whitespace() {
                let _ = docker.run(&["service", "rm", id]);
            }
        }
        let _ = wait_for("the end of the stack's tasks", RUNNING, || {
            let left = docker.run(&["ps", "--quiet", "--filter", &format!("name={}_", self.name)])?;
            if left.is_empty() { Ok(()) } else { bail!("{left}") }
        });
        let _ = docker.run(&["stack", "rm", &self.name]);
    }
}

fn journal_lines(folder: &Path) -> Result<usize> {
    let mut lines = 0;
    for entry in fs::read_dir(folder)? {
        lines += fs::read_to_string(entry?.path())?.lines().count();
    }
    Ok(lines)
}

/// Puts one object over another; null takes a field away.
fn merge(into: &mut Value, more: &Value) {
    match (into, more) {
        (Value::Object(into), Value::Object(more)) => {
            for (key, value) in more {
                if value.is_null() {
                    into.remove(key);
                } else {
                    merge(into.entry(key.clone()).or_insert(Value::Null), value);
                }
            }
        }
        (into, more) => *into = more.clone(),
    }
}

fn a_full_network_of_a_stack_is_redefined(world: &World) -> Result<()> {
    // 13 addresses: 3 for web, 2 for agent, 1 for idle, 1 for quiet, 1 for the node; 5 are left.
    let stack = Stack::deploy(world, "redefine", "10.247.32.0/28")?;
    let full = ["--network", &stack.network, "--replicas", "6", "--endpoint-mode", "dnsrr"];
    let refused = stack.ground.try_create("more", &full)?;
    ensure!(refused.status == 3, "{}", refused.stderr);
    let before = stack.specs()?;
    stack.succeed(&["redefine", &stack.network, "--subnet", "10.247.40.0/24", "--yes"])?;
    assert_eq!(stack.subnet()?, "10.247.40.0/24 a");
    assert_eq!(stack.specs()?, before);
    stack.wait_running()?;
    // Still the stack's own network: a second deploy changes nothing about it.
    stack.ground.create("more", &full)?;
    stack.ground.wait_running("more", 6)
}

fn a_redefinition_that_is_killed_goes_on_or_back(world: &World) -> Result<()> {
    let stack = Stack::deploy(world, "killed", "10.247.48.0/27")?;
    let before = stack.specs()?;
    let redefine = ["redefine", &stack.network, "--subnet", "10.247.56.0/24", "--yes"];
    let (old, new) = ("10.247.48.0/27 a", "10.247.56.0/24 a");
    // Lines: the header, then two for each step.
    for (lines, then, subnet) in [(2, "undo", old), (7, "undo", old), (10, "undo", old), (13, "resume", new)]
    {
        for entry in fs::read_dir(stack.journals.path())? {
            fs::remove_file(entry?.path())?;
        }
        ensure!(stack.kill_at(lines, &redefine)?, "it ended before {lines} lines");
        stack.succeed(&[then])?;
        assert_eq!(stack.subnet()?, subnet, "{lines} lines, {then}");
        assert_eq!(stack.specs()?, before, "{lines} lines, {then}");
        stack.wait_running()?;
    }
    Ok(())
}

fn a_full_disk_stops_a_redefinition(world: &World) -> Result<()> {
    let mut stack = Stack::deploy(world, "disk", "10.247.64.0/27")?;
    let before = stack.specs()?;
    let disk = SmallDisk::mount()?;
    let journals = disk.folder.path().to_owned();
    stack.journals = tempfile::Builder::new().tempdir_in(&journals)?;
    let redefine = ["redefine", &stack.network, "--subnet", "10.247.72.0/24", "--yes"];

    // Full from the beginning: nothing is changed.
    let ballast = journals.join("ballast");
    fill(&ballast)?;
    let outcome = stack.call(&redefine)?;
    ensure!(outcome.status == 1 && outcome.stderr.contains("nothing was changed"), "{}", outcome.stderr);
    assert_eq!(stack.specs()?, before);
    assert_eq!(stack.subnet()?, "10.247.64.0/27 a");

    // Full on the way, while it waits for the tasks to stop.
    fs::remove_file(&ballast)?;
    let outcome = std::thread::scope(|scope| {
        let filler = scope.spawn(|| {
            wait_for("the journal", RUNNING, || {
                if journal_lines(stack.journals.path())? >= 9 { Ok(()) } else { bail!("short") }
            })?;
            fill(&ballast)?;
            // The journal's own last block has room, too; empty lines say nothing.
            for entry in fs::read_dir(stack.journals.path())? {
                use std::io::Write as _;
                let mut journal = fs::OpenOptions::new().append(true).open(entry?.path())?;
                while journal.write_all(b"\n").is_ok() {}
            }
            Ok(())
        });
        let outcome = stack.call(&redefine);
        filler.join().map_err(|_| anyhow::anyhow!("the filler panicked")).and_then(|filled| filled)?;
        outcome
    })?;
    ensure!(outcome.status == 1 && outcome.stderr.contains("E347"), "{}{}", outcome.stdout, outcome.stderr);
    fs::remove_file(&ballast)?;
    stack.succeed(&["resume"])?;
    assert_eq!(stack.specs()?, before);
    assert_eq!(stack.subnet()?, "10.247.72.0/24 a");
    Ok(())
}

fn a_rolling_redefinition_keeps_tasks_running(world: &World) -> Result<()> {
    let stack = Stack::deploy(world, "rolling", "10.247.80.0/27")?;
    let before = stack.specs()?;
    let words = stack.words(&[
        "redefine",
        &stack.network,
        "--subnet",
        "10.247.88.0/24",
        "--strategy=rolling",
        "--yes",
    ]);
    let mut child = world.docker().command(&words).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let mut fewest = usize::MAX;
    while child.try_wait()?.is_none() {
        let running = stack.ground.states_so_far("s_web")?.iter().filter(|state| *state == "running").count();
        fewest = fewest.min(running);
        std::thread::sleep(Duration::from_millis(100));
    }
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    ensure!(fewest >= 1, "at one moment no task of web was running");
    assert_eq!(stack.specs()?, before);
    assert_eq!(stack.subnet()?, "10.247.88.0/24 a");
    Ok(())
}

/// A disk of so few bytes that it is soon full.
struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    fn mount() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let status = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"])
            .arg(folder.path())
            .status()
            .context("cannot run mount")?;
        ensure!(status.success(), "mount ended with {status}");
        Ok(Self { folder })
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.folder.path()).status();
    }
}

/// Writes until nothing more fits.
fn fill(path: &PathBuf) -> Result<()> {
    use std::io::Write as _;
    let mut file = fs::File::create(path)?;
    while file.write_all(&[0; 512]).is_ok() {}
    Ok(())
}
