//! What clients feel while a network is redefined: requests at a steady rate through Traefik, during both strategies.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use smsvc_tests::api::Api;
use smsvc_tests::http::Request;
use smsvc_tests::patience::wait_for;
use smsvc_tests::stage::Stage;

use crate::bench::Bench;
use crate::bench::load::count;
use crate::bench::plot::{Axis, Plot, Scale};
use crate::bench::probe::{Probe, Proxies, Sent, by_second, failures, longest_gap};
use crate::bench::section::{Cell, Section, Table};
use crate::bench::stats::Sample;
use crate::report;

const HOST: &str = "bench.example.com";

/// How long requests are sent before and after the command.
const AROUND: Duration = Duration::from_secs(3);

const METHOD: &str = "\
`docker smsvc network redefine` gives the network of a service another range while clients send 50 requests a second through
Traefik to it, each over a new connection. Traefik is on the network too, as it has to be, and is moved with it. The service has
two tasks and `--update-delay 2s`; Traefik gets its routes from `docker smsvc provider`, which it polls twice a second.

* **one Traefik**: a service of one task that publishes a port of its node. There is no Traefik whenever it is replaced.
* **two Traefiks**: a service of two tasks, `--update-order start-first --update-delay 3s`, behind a load balancer: the
  client goes on to the other one where one does not take or answer its request, and one that has started is not asked before it has
  answered a first request with 200.

*Failed* is every request without a 200, whoever is to blame; the peer of each ratio is *recreate*. One redefinition for each
strategy; Traefik and service are the same in both.";

/// What came of a strategy.
struct Redefined {
    strategy: &'static str,
    seconds: f64,
    one: Vec<Sent>,
    two: Vec<Sent>,
}

pub(super) fn measure(bench: &Bench) -> Result<Section> {
    let stage = bench.stage("smsvc-bench")?;
    let pair = Pair::create(&stage)?;
    let service = stage.name_of("service");
    let options = [
        "--name",
        &service,
        "--network",
        &stage.network,
        "--replicas",
        "2",
        "--update-delay",
        "2s",
        "--update-monitor",
        "1s",
        "--group",
        "bench",
        "--host",
        HOST,
        "--port",
        "8080",
        "--route",
        "/{rest*}",
    ];
    let created = stage.create(&options)?;
    if created.status != 0 {
        bail!("the service is refused: {}", created.stderr);
    }
    let mut results = Vec::new();
    for (strategy, subnet) in [("recreate", "10.66.0.0/24"), ("rolling", "10.67.0.0/24")] {
        wait_until_all_route(&stage, &pair)?;
        report::step(&format!("redefining the network by {strategy}"));
        results.push(redefine(&stage, &pair, strategy, subnet)?);
    }
    Ok(section(&results))
}

/// Redefines the network under load.
fn redefine(stage: &Stage, pair: &Pair, strategy: &'static str, subnet: &str) -> Result<Redefined> {
    let request = || Request::new("GET", HOST, "/x");
    let web = stage.traefik.web;
    let one = Probe::start(request(), Arc::new(move || vec![web]));
    let two = Probe::start(request(), pair.proxies());
    thread::sleep(AROUND);
    let begun = Instant::now();
    let journals = stage.folder().join(format!("journals-{strategy}"));
    let journals = journals.to_string_lossy();
    let words = [
        "smsvc",
        "network",
        "redefine",
        &stage.network,
        "--subnet",
        subnet,
        "--strategy",
        strategy,
        "--yes",
        "--journal",
        &journals,
    ];
    let outcome = stage.docker.run(&words);
    let seconds = begun.elapsed().as_secs_f64();
    let settled = wait_until_all_route(stage, pair);
    thread::sleep(AROUND);
    let (one, two) = (one.end(), two.end());
    outcome.with_context(|| format!("redefine --strategy {strategy}"))?;
    settled?;
    Ok(Redefined { strategy, seconds, one, two })
}

/// Both kinds of Traefik answer.
fn wait_until_all_route(stage: &Stage, pair: &Pair) -> Result<()> {
    wait_for("an answer through every Traefik", Duration::from_mins(2), || {
        let pair = pair.addresses();
        if pair.len() < 2 {
            bail!("{} of 2 Traefiks run", pair.len());
        }
        for address in pair.into_iter().chain([stage.traefik.web]) {
            let status = Request::new("GET", HOST, "/x").send(address)?.status;
            if status != 200 {
                bail!("{address} answers {status}; {}", stage.traefik.log_end(&stage.docker));
            }
        }
        Ok(())
    })
}

/// A service of two Traefiks on ports that the engine chooses.
struct Pair {
    addresses: Arc<Mutex<Vec<SocketAddr>>>,
    turn: Arc<AtomicUsize>,
    gone: Arc<AtomicBool>,
}

impl Pair {
    /// Creates it, and follows its tasks.
    fn create(stage: &Stage) -> Result<Self> {
        let (name, image) = (stage.name_of("pair"), format!("{}:latest", stage.name_of("traefik")));
        let mut words =
            vec!["service", "create", "--detach", "--quiet", "--no-resolve-image", "--name", &name];
        words.extend(["--endpoint-mode", "dnsrr", "--replicas", "2", "--publish", "mode=host,target=80"]);
        words.extend(["--update-order", "start-first", "--update-delay", "3s", "--update-monitor", "1s"]);
        words.extend(["--network", &stage.network]);
        words.extend(stage.marks());
        words.push(&image);
        stage.docker.run(&words)?;
        let pair = Self { addresses: Arc::default(), turn: Arc::default(), gone: Arc::default() };
        let (addresses, gone) = (Arc::clone(&pair.addresses), Arc::clone(&pair.gone));
        let (api, ip) = (Api::new(stage.docker.host()), stage.traefik.web.ip());
        let target = format!(
            "/tasks?filters=%7B%22service%22%3A%5B%22{name}%22%5D%2C%22desired-state%22%3A%5B%22running%22%5D%7D"
        );
        let ready = Ready::default();
        thread::spawn(move || {
            while !gone.load(Ordering::Relaxed) {
                // The name is unknown between removal and creation: then there is no task, either.
                let tasks = api.get(&target).unwrap_or_default();
                let ports = tasks.as_array().into_iter().flatten().filter_map(port);
                let mut now: Vec<SocketAddr> = ports.map(|port| SocketAddr::new(ip, port)).collect();
                now.retain(|address| ready.has(*address));
                *addresses.lock().unwrap_or_else(PoisonError::into_inner) = now;
                thread::sleep(Duration::from_millis(100));
            }
        });
        Ok(pair)
    }

    fn addresses(&self) -> Vec<SocketAddr> {
        self.addresses.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The addresses at a moment, another one first each time.
    fn proxies(&self) -> Proxies {
        let (addresses, turn) = (Arc::clone(&self.addresses), Arc::clone(&self.turn));
        Arc::new(move || {
            let mut now = addresses.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if !now.is_empty() {
                let first = turn.fetch_add(1, Ordering::Relaxed) % now.len();
                now.rotate_left(first);
            }
            now
        })
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::Relaxed);
    }
}

/// The Traefiks that have answered a request with 200 once: they answer their own ping before they have their routes.
#[derive(Default)]
struct Ready {
    /// What has come of the question, by the address that is or was asked.
    asked: Arc<Mutex<BTreeMap<SocketAddr, bool>>>,
}

impl Ready {
    /// Whether this one has. If that is not known yet, it is asked, and nobody waits for the answer.
    fn has(&self, address: SocketAddr) -> bool {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ready) = asked.get(&address) {
            return *ready;
        }
        asked.insert(address, false);
        let results = Arc::clone(&self.asked);
        thread::spawn(move || {
            let ready =
                Request::new("GET", HOST, "/x").send(address).is_ok_and(|answer| answer.status == 200);
            let mut asked = results.lock().unwrap_or_else(PoisonError::into_inner);
            if ready {
                asked.insert(address, true);
            } else {
                asked.remove(&address);
            }
        });
        false
    }
}

/// The port of a task that runs.
fn port(task: &Value) -> Option<u16> {
    let running = task["Status"]["State"] == "running";
    let ports = task.pointer("/Status/PortStatus/Ports").and_then(Value::as_array)?;
    let port = ports.iter().find_map(|port| port["PublishedPort"].as_u64())?;
    u16::try_from(port).ok().filter(|_| running)
}

/// The requests that went one way.
type Requests = fn(&Redefined) -> &Vec<Sent>;

fn section(results: &[Redefined]) -> Section {
    let mut section = Section::new("Redefining a network under load", METHOD);
    let mut table =
        Table::new(&["", "takes", "sent", "failed", "with", "sent again", "longest time without an answer"]);
    let ways: [(&str, Requests); 2] = [("one Traefik", |it| &it.one), ("two Traefiks", |it| &it.two)];
    let mut lines = Vec::new();
    for (name, of) in ways {
        let failed =
            |it: &Redefined| Sample::from(count(of(it).iter().filter(|sent| !sent.is_answered()).count()));
        let gap = |it: &Redefined| Sample::from(longest_gap(of(it)));
        let Some(peer) = results.first() else { continue };
        for result in results {
            let again = of(result).iter().filter(|sent| sent.again && sent.is_answered()).count();
            let cells = vec![
                Cell::against(&result.seconds.into(), &peer.seconds.into(), "s"),
                Cell::Text(of(result).len().to_string()),
                Cell::against(&failed(result), &failed(peer), ""),
                Cell::Text(failures(of(result))),
                Cell::Text(again.to_string()),
                Cell::against(&gap(result), &gap(peer), "s"),
            ];
            table.row(format!("{}, {name}", result.strategy), cells);
            lines.push((format!("{}, {name}", result.strategy), by_second(of(result))));
        }
    }
    section.tables.push(table);
    section.plots.push(Plot {
        name: "redefinition",
        title: "Answered requests in each second of a redefinition".to_owned(),
        x: Axis { label: "seconds", scale: Scale::Linear },
        y: Axis { label: "answered requests", scale: Scale::Linear },
        lines,
    });
    section
}
