//! The provider on a swarm of 10,000 services: how soon a change is in its document, and what the document costs Traefik.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use smsvc_tests::patience::wait_for;
use smsvc_tests::provider::Provider;
use smsvc_tests::stage::free_port;

use crate::bench::Bench;
use crate::bench::load::count;
use crate::bench::process::milliseconds;
use crate::bench::proxy::{Plugin, Proxy, Source};
use crate::bench::published::SimulatedSwarm;
use crate::bench::rounds::in_turns;
use crate::bench::section::{Cell, Goal, Section, Table};
use crate::bench::source::Served;
use crate::bench::stats::Sample;
use crate::report;

const SERVICES: usize = 10_000;
const HOST: &str = "bench.example.com";

/// How long a change may take to be in the document.
const PATIENCE: Duration = Duration::from_mins(1);

const METHOD: &str = "\
A simulated swarm of 10,000 services with a task and a route each, in 100 API groups.

* **a change until it is in the document**: a service is created by the API; from the engine's answer until the provider has another
  document, which has the service's router. It is asked for the document's length (`HEAD`) again and again, over new connections.
* **a document without a change**: the time of one answer.
* **applied**: from the moment at which the document of a provider changes in a service that no router uses, until Traefik has applied it (it
  polls every 50 ms), against a document of as many routers of Traefik's own (`Host && PathPrefix`).

The peer of the provider's times is `docker service ls` on the same swarm, the shortest way to see every service by hand.";

pub(super) fn measure(bench: &Bench) -> Result<Section> {
    let mut section = Section::new("Ten thousand services", METHOD);
    let services = if bench.quick { SERVICES / 10 } else { SERVICES };
    let number = services.to_string();
    let options = ["--workers", "4", "--services", &number, "--tasks", "1", "--routed"];
    let swarm = SimulatedSwarm::start(bench, "scale", &options)?;
    let address = free_port([127, 0, 0, 1].into())?;
    let begun = Instant::now();
    let provider = Provider::start(&swarm.docker, address, &bench.folder("scale")?.join("provider.log"))?;
    let first = wait_for("the provider's first document", PATIENCE, || {
        let answer = provider.document()?;
        if answer.status == 200 { Ok(answer) } else { bail!("{}; {}", answer.text(), provider.log_end()) }
    })?;
    let first_time = begun.elapsed().as_secs_f64() * 1e3;
    report::step(&format!("{} bytes after {first_time:.0} ms", first.body.len()));

    let mut created = 0;
    let steps = [Step::List, Step::Unchanged, Step::Changed];
    let times = in_turns(&steps, bench.rounds(9), |step| match step {
        Step::List => milliseconds(&mut swarm.docker.command(&["service", "ls", "--quiet"])),
        Step::Unchanged => {
            let begun = Instant::now();
            provider.document()?;
            Ok(begun.elapsed().as_secs_f64() * 1e3)
        }
        Step::Changed => {
            created += 1;
            let time = change(&swarm, &provider, &format!("late-{created}"))?;
            // The tasks of the new service come meanwhile; they are changes of their own.
            sleep(Duration::from_millis(500));
            Ok(time)
        }
    })?;
    let times: Vec<Sample> = times.into_iter().map(Sample::from_iter).collect();
    let mut table = Table::new(&["", "time"]);
    let names = ["docker service ls", "a document without a change", "a change until it is in the document"];
    for (name, time) in names.iter().zip(&times) {
        table.row(*name, vec![Cell::against(time, &times[0], "ms")]);
    }
    table.row("the first document, with the start", vec![Cell::against(&first_time.into(), &times[0], "ms")]);
    section.tables.push(table);
    section.goals.push(Goal::at_most(
        format!("{services} services, a change until it is in the document"),
        10.0,
        times[2].median(),
        "ms",
    ));
    let ours: Value = serde_json::from_slice(&first.body).context("the document is no JSON")?;
    section.tables.push(applied(bench, &ours, services)?);
    Ok(section)
}

#[derive(Debug, Clone, Copy)]
enum Step {
    List,
    Unchanged,
    Changed,
}

/// Creates one more service with a route; how long until the document has its router, in milliseconds.
fn change(swarm: &SimulatedSwarm, provider: &Provider, name: &str) -> Result<f64> {
    let spec = json!({
        "Name": name,
        "Labels": {
            "smsvc.group": "g0", "smsvc.host": HOST, "smsvc.port": "8080", "smsvc.base": "/g0",
            "smsvc.route.r.path": format!("/{name}/{{id}}"),
        },
        "TaskTemplate": {"ContainerSpec": {"Image": "example/bulk:1"}, "Networks": [{"Target": "bulk-0"}]},
        "EndpointSpec": {"Mode": "dnsrr"},
    });
    let mut known = provider.document_length()?;
    let (status, answer) = swarm.api.call("POST", "/services/create", Some(&spec))?;
    if status != 201 {
        bail!("the service is refused: {status} {answer}");
    }
    let begun = Instant::now();
    let router = format!("\"smsvc-{name}\"");
    loop {
        let length = provider.document_length()?;
        let time = begun.elapsed();
        // A task of an earlier service may come first. To search every document would take longer than the provider takes.
        if length != known && provider.document()?.text().contains(&router) {
            return Ok(time.as_secs_f64() * 1e3);
        }
        if time > PATIENCE {
            bail!("{name} does not come into the document: {}", provider.log_end());
        }
        known = length;
    }
}

/// How long Traefik takes to apply either document after a change.
fn applied(bench: &Bench, ours: &Value, services: usize) -> Result<Table> {
    let native = native(services);
    let start = |name: &str, document: &Value, plugin: Option<Plugin>| -> Result<(Served, Proxy)> {
        let served = Served::start(document.clone())?;
        let folder = bench.folder(&format!("scale/{name}"))?;
        let proxy = Proxy::start(&bench.traefik, &folder, plugin, None, &Source::Address(served.address))?;
        served.wait_until_applied(proxy.api)?;
        Ok((served, proxy))
    };
    let mut both =
        [start("native", &native, None)?, start("ours", ours, Some(Plugin::guest(&bench.guest)?))?];
    let mut times: [Vec<f64>; 2] = Default::default();
    for round in 0..bench.rounds(5) {
        for place in 0..2 {
            let turn = (round + place) % 2;
            let (served, proxy) = &mut both[turn];
            served.change();
            times[turn].push(served.wait_until_applied(proxy.api)?);
        }
    }
    let [native_times, our_times] = times.map(Sample::from_iter);
    let bytes = |document: &Value| Sample::from(count(document.to_string().len()) / 1024.0);
    let mut table = Table::new(&["", "bytes", "applied"]);
    for (name, document, time) in
        [("routers of Traefik's own", &native, &native_times), ("ours", ours, &our_times)]
    {
        let cells = vec![
            Cell::against(&bytes(document), &bytes(&native), "KiB"),
            Cell::against(time, &native_times, "ms"),
        ];
        table.row(name, cells);
    }
    Ok(table)
}

fn native(services: usize) -> Value {
    let name = |number: usize| format!("bulk-{number}");
    let router = |number: usize| {
        let rule = format!("Host(`{HOST}`) && PathPrefix(`/g{}/{}/`)", number / 100, name(number));
        (name(number), json!({"rule": rule, "service": name(number)}))
    };
    let service = |number: usize| {
        let server = json!({"url": format!("http://10.100.{}.{}:8080", number / 256, number % 256)});
        (name(number), json!({"loadBalancer": {"servers": [server]}}))
    };
    let routers: Map<String, Value> = (0..services).map(router).collect();
    let services: Map<String, Value> = (0..services).map(service).collect();
    json!({"http": {"routers": routers, "services": services}})
}
