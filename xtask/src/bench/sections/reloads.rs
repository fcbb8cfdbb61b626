//! The memory of Traefik over many reloads of its configuration under load, with the plugin and without any.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::bench::load::{Generator, Requests, count};
use crate::bench::plot::{Axis, Plot, Scale};
use crate::bench::proxy::{Plugin, Proxy, Source};
use crate::bench::published::{Declared, Route, published};
use crate::bench::section::{Cell, Goal, Section, Table};
use crate::bench::source::Served;
use crate::bench::stats::Sample;
use crate::bench::usage::resident;

const HOST: &str = "bench.example.com";
const SERVICES: usize = 50;
const RELOADS: usize = 200;

/// How many samples at the end count: memory goes up and down with the garbage collector.
const LAST: usize = 20;

const METHOD: &str = "\
Fifty services of two routes each. The document that Traefik polls changes 200 times, each time in a service that no router uses, and
each change is applied before the next one comes. All variants run at the same time, each under load of its own over one
connection, and are asked for their memory (`VmRSS`) after each reload.

* **no plugin**: a router for each service, none with a middleware.
* **plugin**: what `docker smsvc provider` publishes.
* **plugin, GOGC=25**: the same, with a garbage collector that runs four times as often. Each request pays for that.

The figure is the median of the last twenty reloads, and the most of all; the peer of each ratio is *no plugin*.";

struct Variant {
    name: &'static str,
    served: Served,
    proxy: Proxy,
    memory: Vec<f64>,
}

pub(super) fn measure(bench: &Bench) -> Result<Section> {
    let ours = published(bench, "reloads", HOST, &declared())?.document;
    let bare = bare(&bench.backend.address.to_string());
    let guest = || Plugin::guest(&bench.guest).map(Some);
    let start = |name: &'static str, document: &Value, plugin: Option<Plugin>, gogc| -> Result<Variant> {
        let folder: PathBuf = bench.folder(&format!("reloads/{name}"))?;
        let served = Served::start(document.clone())?;
        let mut proxy =
            Proxy::start(&bench.traefik, &folder, plugin, gogc, &Source::Address(served.address))?;
        proxy.wait_until_it_routes(HOST, &path(0))?;
        Ok(Variant { name, served, proxy, memory: Vec::new() })
    };
    let mut variants = [
        start("no plugin", &bare, None, None)?,
        start("plugin", &ours, guest()?, None)?,
        start("plugin, GOGC=25", &ours, guest()?, Some(25))?,
    ];
    let generator = Generator::new(&bench.folder("reloads")?)?;
    let paths: Vec<String> = (0..SERVICES).map(path).collect();
    let requests = generator.requests("fifty", HOST, &paths)?;
    let reloads = if bench.quick { 20 } else { RELOADS };
    let over = AtomicBool::new(false);
    thread::scope(|scope| -> Result<()> {
        let loads: Vec<_> = variants
            .iter()
            .map(|variant| {
                let (server, id) = (variant.proxy.web, variant.proxy.id());
                let (generator, requests, over) = (&generator, &requests, &over);
                scope.spawn(move || keep_busy(bench, generator, requests, server, id, over))
            })
            .collect();
        let outcome = reload(&mut variants, reloads);
        over.store(true, Ordering::Relaxed);
        for load in loads {
            load.join().map_err(|_| anyhow::anyhow!("the load ended in a panic"))?.context("under load")?;
        }
        outcome
    })?;
    Ok(section(&variants))
}

fn reload(variants: &mut [Variant], reloads: usize) -> Result<()> {
    for _ in 0..reloads {
        for variant in variants.iter_mut() {
            variant.served.change();
        }
        for variant in variants.iter_mut() {
            variant.served.wait_until_applied(variant.proxy.api)?;
            variant.memory.push(resident(variant.proxy.id()));
        }
    }
    Ok(())
}

/// Requests without a pause until it is over. Each has to be answered.
fn keep_busy(
    bench: &Bench,
    generator: &Generator,
    requests: &Requests,
    server: std::net::SocketAddr,
    traefik: u32,
    over: &AtomicBool,
) -> Result<()> {
    while !over.load(Ordering::Relaxed) {
        generator.run(server, requests, 1, bench.under_load(), traefik, bench.backend.process.id())?;
    }
    Ok(())
}

fn section(variants: &[Variant]) -> Section {
    let mut section = Section::new("Memory over reloads", METHOD);
    let mut table = Table::new(&["", "memory at the end", "memory at most"]);
    let last = |variant: &Variant| -> Sample { variant.memory.iter().rev().take(LAST).copied().collect() };
    let most = |variant: &Variant| Sample::from(variant.memory.iter().copied().collect::<Sample>().largest());
    let [peer, ours, _] = variants else { return section };
    for variant in variants {
        let cells = vec![
            Cell::against(&last(variant), &last(peer), "MiB"),
            Cell::against(&most(variant), &most(peer), "MiB"),
        ];
        table.row(variant.name, cells);
    }
    section.tables.push(table);
    let ratio = last(ours).ratio_to(&last(peer)).median();
    section.goals.push(Goal::at_most("memory after the reloads, plugin : no plugin", 1.2, ratio, ""));
    section.plots.push(Plot {
        name: "memory",
        title: "Memory of Traefik over reloads under load".to_owned(),
        x: Axis { label: "reloads", scale: Scale::Linear },
        y: Axis { label: "MiB", scale: Scale::Linear },
        lines: variants
            .iter()
            .map(|variant| {
                let points =
                    variant.memory.iter().enumerate().map(|(number, memory)| (count(number + 1), *memory));
                (variant.name.to_owned(), points.collect())
            })
            .collect(),
    });
    section
}

fn path(service: usize) -> String {
    format!("/v1/s{service}/one/7")
}

fn declared() -> Vec<Declared> {
    (0..SERVICES)
        .map(|number| Declared {
            service: format!("s{number}"),
            routes: ["one", "two"]
                .map(|name| Route { path: format!("/v1/s{number}/{name}/{{id}}"), rewrite: None })
                .into(),
        })
        .collect()
}

fn bare(backend: &str) -> Value {
    let mut document = json!({"http": {"routers": {}, "services": {}}});
    for number in 0..SERVICES {
        let name = format!("s{number}");
        document["http"]["routers"][&name] =
            json!({"rule": format!("Host(`{HOST}`) && PathPrefix(`/v1/{name}/`)"), "service": name});
        document["http"]["services"][&name] =
            json!({"loadBalancer": {"servers": [{"url": format!("http://{backend}")}]}});
    }
    document
}
