//! `swarm-sim`: a simulated swarm on sockets of this machine, until it is interrupted.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Parser, ValueEnum};
use swarm_sim::{Backing, Profile, Release, Seed, Server, Simulator, Speed};

/// Serves the Docker Engine API of a simulated swarm
#[derive(Parser)]
struct Arguments {
    /// The Unix socket of the first manager; the others' end in .2, .3 …
    #[arg(long, value_name = "PATH", default_value = "swarm-sim.sock")]
    socket: PathBuf,
    /// How many managers
    #[arg(long, default_value_t = 1)]
    managers: usize,
    /// How many workers
    #[arg(long, default_value_t = 2)]
    workers: usize,
    /// Which engine
    #[arg(long, value_enum, default_value = "29")]
    engine: Engine,
    /// How many times as fast as real time
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// Services to begin with
    #[arg(long, default_value_t = 0)]
    services: usize,
    /// Tasks of each of them
    #[arg(long, default_value_t = 5)]
    tasks: usize,
    /// Make each of them a member of an API group of up to 100 services, with a route of its own
    #[arg(long, requires = "services")]
    routed: bool,
    /// Back each running task with an address of 127.0.0.0/8 by a process of this program
    #[arg(long, value_name = "PROGRAM")]
    run: Option<PathBuf>,
    /// End after so many seconds
    #[arg(long, value_name = "SECONDS")]
    end_after: Option<u64>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Engine {
    /// 20.10.24
    #[value(name = "20.10")]
    V20_10,
    /// 29.7.2
    #[value(name = "29")]
    V29,
}

/// The labels of the service of this number.
fn routed(number: usize) -> serde_json::Value {
    let group = number / 100;
    serde_json::json!({
        "smsvc.group": format!("g{group}"),
        "smsvc.host": "bench.example.com",
        "smsvc.base": format!("/g{group}"),
        "smsvc.port": "8080",
        "smsvc.route.r.path": format!("/bulk-{number}/{{id}}"),
    })
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if arguments.managers == 0 {
        bail!("a swarm needs a manager");
    }
    let release = match arguments.engine {
        Engine::V20_10 => Release::V20_10,
        Engine::V29 => Release::V29,
    };
    let speed = Speed::Times(arguments.speed);
    let simulator = Simulator::new(Profile::of(release), arguments.managers, arguments.workers, speed);
    if arguments.services > 0 {
        let bulk = Seed { services: arguments.services, tasks_each: arguments.tasks, networks: 10 };
        let labels = |number: usize| if arguments.routed { routed(number) } else { serde_json::json!({}) };
        simulator.with(|swarm| swarm.fill(bulk, labels));
    }
    let backing = arguments.run.as_deref().map(|program| Backing::start(&simulator, program));
    let mut servers = Vec::new();
    for number in 1..=arguments.managers {
        let mut path = arguments.socket.clone().into_os_string();
        if number > 1 {
            path.push(format!(".{number}"));
        }
        servers.push(Server::at_socket(&simulator, &format!("node{number}"), &PathBuf::from(path))?);
    }
    match arguments.end_after {
        Some(seconds) => std::thread::sleep(Duration::from_secs(seconds)),
        None => loop {
            std::thread::park();
        },
    }
    drop((servers, backing));
    Ok(())
}
