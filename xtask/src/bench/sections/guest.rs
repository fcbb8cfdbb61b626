//! The guest itself: how large it is, what an instance costs in a real Traefik, and how many instructions a request takes.

use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use smsvc_tests::artifact;

use super::many_routes::{HOST, declared, last};
use crate::bench::Bench;
use crate::bench::hold::Holding;
use crate::bench::interpreter::{Counted, table_of};
use crate::bench::load::count;
use crate::bench::proxy::{Plugin, Proxy, Source};
use crate::bench::published::{published, redirected};
use crate::bench::section::{Cell, Goal, Section, Table};
use crate::bench::stats::Sample;
use crate::bench::usage::resident;
use crate::report;

const SIZES: [usize; 2] = [10, 10_000];

/// How many requests are in flight at once, each with an instance of its own.
const INSTANCES: usize = 64;

/// A host without the plugin, for the peer.
const PLAIN: &str = "plain.example.com";

const METHOD: &str = "\
**Size**: the guest as it is shipped, and without the feature `jwt`.

**Instances**: in a real Traefik, with the document of `docker smsvc provider` for 10 and for 10,000 routes. A guest is held as long as its
request is in flight, so 64 requests that the backend does not answer yet are 64 instances. Each time is from the client to the
backend, for one request after the other while those before it are held: with *no plugin* (a router for another host), with
instances that are *made* for it, and when all is answered once more with those that *wait* in Traefik's pool. What an instance costs is the
median of the second less that of the third; its memory is what Traefik's (`VmRSS`) has grown by, less the growth without the plugin.

**Instructions**: of WebAssembly in `handle_request`, counted by an interpreter, the host's own work left out. The peer is the same with 10 routes.";

pub(super) fn measure(bench: &Bench) -> Result<Section> {
    let mut section = Section::new("The guest", METHOD);
    let guest = fs::read(&bench.guest)?;
    section.tables.push(sizes(&guest, &mut section.goals)?);
    let documents: Vec<Value> = SIZES
        .iter()
        .map(|size| published(bench, &format!("guest-{size}"), HOST, &declared(*size)).map(|it| it.document))
        .collect::<Result<_>>()?;
    let mut table = Table::new(&["instances", "time to the backend", "memory for each"]);
    for (size, document) in SIZES.iter().zip(&documents) {
        let measured = instances(bench, *size, document)?;
        measured.rows(*size, &mut table);
        let made = measured.made.median() - measured.waiting.median();
        section.goals.push(Goal::at_most(format!("an instance with {size} routes"), 0.3, made, "ms"));
        report::step(&format!("instances with {size} routes"));
    }
    section.tables.push(table);
    section.tables.push(instructions(&guest, &documents)?);
    Ok(section)
}

fn kilobytes(bytes: &[u8]) -> f64 {
    count(bytes.len()) / 1e3
}

fn sizes(guest: &[u8], goals: &mut Vec<Goal>) -> Result<Table> {
    let without = artifact::guest_without_tokens()?;
    let without = kilobytes(&fs::read(&without).with_context(|| without.display().to_string())?);
    let mut table = Table::new(&["guest", "size"]);
    let peer = Sample::from(without);
    table.row("all but JWT", vec![Cell::against(&peer, &peer, "kB")]);
    table.row("with JWT", vec![Cell::against(&Sample::from(kilobytes(guest)), &peer, "kB")]);
    goals.push(Goal::at_most("size of the guest, all but JWT", 120.0, without, "kB"));
    Ok(table)
}

/// What requests in flight cost.
struct Measured {
    plain: Sample,
    made: Sample,
    waiting: Sample,
    /// MiB for each.
    memory: [f64; 2],
}

impl Measured {
    fn rows(&self, size: usize, table: &mut Table) {
        let [plain, own] = self.memory;
        let memory =
            |each: f64| Cell::against(&Sample::from(each * 1024.0), &Sample::from(plain * 1024.0), "KiB");
        let row = |name: &str, times: &Sample, memory: Cell, table: &mut Table| {
            let cells = vec![Cell::against(times, &self.plain, "ms"), memory];
            table.row(format!("{size} routes, {name}"), cells);
        };
        row("no plugin", &self.plain, memory(plain), table);
        row("made", &self.made, memory(own), table);
        row("waiting", &self.waiting, Cell::Text(String::new()), table);
    }
}

fn instances(bench: &Bench, size: usize, document: &Value) -> Result<Measured> {
    let holding = Holding::start()?;
    let document = sent_to(document.clone(), &format!("http://{}", holding.address))?;
    let folder = bench.folder(&format!("guest-instances-{size}"))?;
    let plugin = Plugin::guest(&bench.guest)?;
    let proxy = Proxy::start(&bench.traefik, &folder, Some(plugin), None, &Source::Document(&document))?;
    let keep = |host: &str| holding.keep(INSTANCES, proxy.web, host, &last(size), || resident(proxy.id()));
    // The first request of all waits until the routers are there.
    wait(&holding, &proxy, size)?;
    let start = resident(proxy.id());
    let (plain, without) = keep(PLAIN)?;
    let (made, with) = keep(HOST)?;
    let (waiting, _) = keep(HOST)?;
    let each = |from: f64, to: f64| (to - from) / count(INSTANCES);
    Ok(Measured {
        plain: plain.into_iter().collect(),
        made: made.into_iter().collect(),
        waiting: waiting.into_iter().collect(),
        memory: [each(start, without), each(without, with)],
    })
}

/// Until the plain router is there; by the plugin no request may go before it counts.
fn wait(holding: &Holding, proxy: &Proxy, size: usize) -> Result<()> {
    smsvc_tests::patience::wait_for("a router", std::time::Duration::from_mins(2), || {
        holding.keep(1, proxy.web, PLAIN, &last(size), || ()).map(|_| ())
    })
}

/// The document with all its services at this address, and a router without the plugin.
fn sent_to(mut document: Value, server: &str) -> Result<Value> {
    redirected(&mut document, server)?;
    let http = &mut document["http"];
    let service = http["services"].as_object().and_then(|services| services.keys().next());
    let service = service.context("the document has no services")?.clone();
    http["routers"]["plain"] = json!({ "rule": format!("Host(`{PLAIN}`)"), "service": service });
    Ok(document)
}

fn instructions(guest: &[u8], documents: &[Value]) -> Result<Table> {
    let mut table = Table::new(&["instructions", "10 routes", "10,000 routes"]);
    let mut counted: Vec<Counted> =
        documents.iter().map(|document| Counted::start(guest, table_of(document)?)).collect::<Result<_>>()?;
    for (name, method, path, status) in [
        ("the last route", "GET", None, None),
        ("no route", "GET", Some("/v1/nothing/here/7"), Some(404)),
        ("another method", "POST", None, Some(405)),
    ] {
        let mut samples = Vec::new();
        for (counted, size) in counted.iter_mut().zip(SIZES) {
            let path = path.map_or_else(|| last(size), str::to_owned);
            counted.request(method, HOST, &path)?;
            let seen = counted.request(method, HOST, &path)?;
            if seen.status != status {
                bail!("{method} {path} ends with {:?}", seen.status);
            }
            samples.push(Sample::from(count(usize::try_from(seen.instructions)?)));
        }
        let cells = samples.iter().map(|sample| Cell::against(sample, &samples[0], "")).collect();
        table.row(name, cells);
    }
    Ok(table)
}
