//! Tasks as real servers: for each running task with an address of 127.0.0.0/8, a process of this machine that listens
//! there.
//!
//! Such addresses come of a network whose subnet is a part of 127.0.0.0/8: on Linux the whole of it is this machine. The
//! process gets the task's environment, with `{{.Service.Name}}` and `{{.Task.Slot}}` filled in, and its address as
//! `BACKEND_ADDRESS`.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::id::TaskId;
use crate::object::{Task, TaskState};
use crate::simulator::Simulator;
use crate::swarm::Swarm;

/// How often is looked which tasks run.
const LOOK: Duration = Duration::from_millis(50);

/// The processes of the running tasks. They end when it is dropped.
#[derive(Debug)]
pub struct Backing {
    ended: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Backing {
    /// From now on every task that runs is backed by a process of this program.
    pub fn start(simulator: &Simulator, program: &Path) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let (simulator, program, stop) = (simulator.clone(), program.to_owned(), Arc::clone(&ended));
        let thread = thread::spawn(move || {
            let mut processes = Processes { program, children: BTreeMap::new() };
            while !stop.load(Ordering::Relaxed) {
                processes.follow(simulator.with(|swarm| wanted(swarm)));
                thread::sleep(LOOK);
            }
            processes.follow(BTreeMap::new());
        });
        Self { ended, thread: Some(thread) }
    }
}

impl Drop for Backing {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

/// What the process of a task is given.
type Environment = Vec<(String, String)>;

/// The tasks that run on this machine.
fn wanted(swarm: &Swarm) -> BTreeMap<TaskId, Environment> {
    let running = swarm.tasks().filter(|task| task.state == TaskState::Running);
    running.filter_map(|task| Some((task.id.clone(), environment(swarm, task)?))).collect()
}

fn environment(swarm: &Swarm, task: &Task) -> Option<Environment> {
    let addresses = task.attachments.iter().flat_map(|held| &held.addresses).map(ipnet::IpNet::addr);
    let address = addresses.into_iter().find(IpAddr::is_loopback)?;
    let service = swarm.services.get(task.service.as_ref()?).map_or("", |service| service.name());
    let fill = |text: &str| {
        let filled =
            text.replace("{{.Service.Name}}", service).replace("{{.Task.Slot}}", &task.slot().to_string());
        filled.replace("{{.Task.ID}}", task.id.as_str())
    };
    let own = task.template.environment.iter().filter_map(|entry| entry.split_once('='));
    let own = own.map(|(name, value)| (name.to_owned(), fill(value)));
    let given =
        [("BACKEND_ADDRESS".to_owned(), address.to_string()), ("HOSTNAME".to_owned(), task.id.to_string())];
    Some(given.into_iter().chain(own).collect())
}

struct Processes {
    program: PathBuf,
    children: BTreeMap<TaskId, Child>,
}

impl Processes {
    fn follow(&mut self, wanted: BTreeMap<TaskId, Environment>) {
        self.children.retain(|task, child| {
            let stays = wanted.contains_key(task);
            if !stays {
                // It may have ended by itself.
                let _gone = child.kill();
                let _reaped = child.wait();
            }
            stays
        });
        for (task, environment) in wanted {
            if self.children.contains_key(&task) {
                continue;
            }
            let mut command = Command::new(&self.program);
            command
                .env_clear()
                .envs(environment)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            // Where it cannot be started, the task is one that answers nobody.
            if let Ok(child) = command.spawn() {
                self.children.insert(task, child);
            }
        }
    }
}
