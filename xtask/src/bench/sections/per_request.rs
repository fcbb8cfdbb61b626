//! What one request costs in a real Traefik: without a middleware, with a plugin that does nothing, with Traefik's own, with the
//! plugin, and with the same rules in a plugin that Traefik interprets.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use smsvc_tests::backend::Seen;
use smsvc_tests::http::Request;

use crate::bench::Bench;
use crate::bench::load::{Generator, Run, each};
use crate::bench::proxy::{Plugin, Proxy, Source};
use crate::bench::published::{Declared, Route, published, reached_alike};
use crate::bench::rounds::in_turns;
use crate::bench::section::{Cell, Goal, Section, Table};
use crate::bench::stats::Sample;
use crate::report;

const HOST: &str = "bench.example.com";
const ROUTES: usize = 10;
const CONNECTIONS: usize = 16;

const METHOD: &str = "\
Ten routes `GET /v2/kind-N/{id}` of two services are asked in turn, over 16 connections. All but the first two variants rewrite
the path to `/internal/kind-N/ID`, and all of those but *native* set `X-Smsvc-Service` then; each sends the request to the same
backend, with the same `retry` and the same connections that `docker smsvc provider` publishes for every service. Every variant is a
Traefik process of its own.

* **no middleware**: one router for the host.
* **idle plugin**: the same with a plugin in WebAssembly that does nothing: what Traefik's calling of one costs, which no plugin can do
  without.
* **built-in**: a router for each route (`Host && Method && PathPrefix`, the cheapest rule that tells the ten apart) with
  `replacePathRegex` and `headers`.
* **plugin**: what `docker smsvc provider` publishes for these routes: the parent router with the plugin, and a child router for each
  service, which removes the header again.
* **interpreted**: the same routers, with a middleware in Go that Traefik interprets (Yaegi) in the place of the plugin, written for these
  routes alone.
* **native**: what `docker smsvc gateway render --as native` prints for these routes, as far as Traefik's own routers can say it. It takes
  nothing below a route, but does not name the service, and answers nothing but 404.

*Built-in* is the cheapest, and lets more through: whatever is below a route's path reaches the service as it came. *Plugin* and
*interpreted* answer alike what no route declares (404, 405 with `Allow`, 400), which is tried before anything is measured.

CPU is the user and system time of the Traefik process, divided by the number of requests. The peer of each ratio is *built-in*.";

/// The variants in the order in which they are measured.
const BARE: usize = 0;
const BUILT_IN: usize = 2;
const OURS: usize = 3;
const INTERPRETED: usize = 4;

/// A Traefik that is set up in one of the ways.
struct Variant {
    name: &'static str,
    proxy: Proxy,
}

/// Sets all of them up, checks that they do the same, and measures them in turns.
pub(super) fn measure(bench: &Bench) -> Result<Section> {
    let published = published(bench, "per-request", HOST, &declared())?;
    let (ours, native) = (published.document, published.native);
    let interpreted = with_interpreter(ours.clone())?;
    let backend = bench.backend.address.to_string();
    let start = |name: &'static str, document: &Value, plugin: Option<Plugin>| -> Result<Variant> {
        let folder = bench.folder(&format!("per-request/{name}"))?;
        let mut proxy = Proxy::start(&bench.traefik, &folder, plugin, None, &Source::Document(document))?;
        proxy.wait_until_it_routes(HOST, &path(0))?;
        Ok(Variant { name, proxy })
    };
    let variants = [
        start("no middleware", &reached_alike(bare(&backend), &ours)?, None)?,
        start("idle plugin", &reached_alike(idle(&backend), &ours)?, Some(Plugin::idle()?))?,
        start("built-in", &reached_alike(built_in(&backend), &ours)?, None)?,
        start("plugin", &ours, Some(Plugin::guest(&bench.guest)?))?,
        start("interpreted", &interpreted, Some(Plugin::interpreted()))?,
        start("native", &reached_alike(native, &ours)?, None)?,
    ];
    for variant in &variants {
        check(variant).with_context(|| format!("the variant {}", variant.name))?;
    }
    check_alike(&variants[OURS], &variants[INTERPRETED])?;
    let generator = Generator::new(&bench.folder("per-request")?)?;
    let paths: Vec<String> = (0..ROUTES).map(path).collect();
    let requests = generator.requests("ten", HOST, &paths)?;
    let send = |variant: &Variant| {
        let (server, traefik) = (variant.proxy.web, variant.proxy.id());
        generator.run(server, &requests, CONNECTIONS, bench.under_load(), traefik, bench.backend.process.id())
    };
    // Connections are opened and pools are filled outside of what counts.
    in_turns(&variants, 1, send)?;
    let runs = in_turns(&variants, bench.rounds(6), send)?;
    report::step(&format!("{} rounds of {} variants", bench.rounds(6), variants.len()));
    Ok(section(&variants, &runs))
}

/// What is read of a run.
type Figure = fn(&Run) -> f64;

fn section(variants: &[Variant], runs: &[Vec<Run>]) -> Section {
    let mut section = Section::new("What a request costs", METHOD);
    let mut table = Table::new(&["", "requests a second", "p50", "p99", "CPU for each request"]);
    let figure = |of: usize, figure: fn(&Run) -> f64| each(&runs[of], figure);
    let figures: [(Figure, &'static str); 4] =
        [(|run| run.per_second, ""), (|run| run.p50, "ms"), (|run| run.p99, "ms"), (|run| run.cpu, "µs")];
    for (of, variant) in variants.iter().enumerate() {
        let cells = figures
            .iter()
            .map(|(value, unit)| Cell::against(&figure(of, *value), &figure(BUILT_IN, *value), unit));
        table.row(variant.name, cells.collect());
    }
    section.tables.push(table);
    section.method.push_str(&others(runs));
    let cpu = |of: usize| figure(of, |run| run.cpu);
    let against = |of: usize, peer: usize| cpu(of).ratio_to(&cpu(peer)).median();
    section.goals.push(Goal::at_most(
        "plugin : built-in, CPU for each request",
        1.0,
        against(OURS, BUILT_IN),
        "",
    ));
    let more = |of: usize| -> Sample {
        cpu(of).values().iter().zip(cpu(BARE).values()).map(|(own, bare)| own - bare).collect()
    };
    let beyond = more(OURS).median() / more(INTERPRETED).median();
    section.goals.push(Goal::at_most("plugin : interpreted, CPU beyond no middleware", 0.5, beyond, ""));
    section
}

/// How busy the machine was with other things.
pub(super) fn others(runs: &[Vec<Run>]) -> String {
    let foreign: Sample = runs.iter().flatten().map(|run| run.foreign * 100.0).collect();
    format!(
        "\n\nOther processes took {:.0} % of the machine meanwhile (median of the runs; at most {:.0} %).",
        foreign.median(),
        foreign.largest()
    )
}

fn path(number: usize) -> String {
    format!("/v2/kind-{number}/7")
}

fn service(number: usize) -> String {
    format!("bench-{}", number % 2)
}

fn declared() -> Vec<Declared> {
    let route = |number: usize| Route {
        path: format!("/v2/kind-{number}/{{id}}"),
        rewrite: Some(format!("/internal/kind-{number}/{{id}}")),
    };
    (0..2)
        .map(|of| Declared {
            service: service(of),
            routes: (0..ROUTES).filter(|number| number % 2 == of).map(route).collect(),
        })
        .collect()
}

fn bare(backend: &str) -> Value {
    json!({"http": {
        "routers": {"all": {"rule": format!("Host(`{HOST}`)"), "service": "backend"}},
        "services": {"backend": {"loadBalancer": {"servers": [{"url": format!("http://{backend}")}]}}},
    }})
}

fn idle(backend: &str) -> Value {
    let mut document = bare(backend);
    document["http"]["middlewares"] = json!({"idle": {"plugin": {"idle": {"does": "nothing"}}}});
    document["http"]["routers"]["all"]["middlewares"] = json!(["idle"]);
    document
}

fn built_in(backend: &str) -> Value {
    let mut document = bare(backend);
    let http = &mut document["http"];
    http["routers"] = json!({});
    http["middlewares"] = json!({});
    for number in 0..ROUTES {
        let kind = format!("kind-{number}");
        http["routers"][&kind] = json!({
            "rule": format!("Host(`{HOST}`) && Method(`GET`) && PathPrefix(`/v2/{kind}/`)"),
            "middlewares": [format!("path-{number}"), format!("headers-{}", number % 2)],
            "service": "backend",
        });
        http["middlewares"][format!("path-{number}")] = json!({"replacePathRegex": {
            "regex": format!("^/v2/{kind}/([^/]+)$"), "replacement": format!("/internal/{kind}/$1"),
        }});
        http["middlewares"][format!("headers-{}", number % 2)] =
            json!({"headers": {"customRequestHeaders": {"X-Smsvc-Service": service(number)}}});
    }
    document
}

/// The document with the other plugin in the place of ours.
fn with_interpreter(mut document: Value) -> Result<Value> {
    let routes: Vec<Value> = (0..ROUTES)
        .map(|number| {
            json!({
                "path": format!("/v2/kind-{number}/{{id}}"),
                "rewrite": format!("/internal/kind-{number}/{{id}}"),
                "service": service(number),
            })
        })
        .collect();
    let middlewares = document.pointer_mut("/http/middlewares").and_then(Value::as_object_mut);
    let mut replaced = 0;
    for middleware in middlewares.context("the document has no middlewares")?.values_mut() {
        if middleware.get("plugin").is_some() {
            *middleware = json!({"plugin": {"interpreted": {"host": HOST, "routes": routes}}});
            replaced += 1;
        }
    }
    if replaced != 1 {
        bail!("the document has {replaced} middlewares with the plugin, and should have one")
    }
    Ok(document)
}

/// Every route reaches the backend with the path that it has to have.
fn check(variant: &Variant) -> Result<()> {
    for number in 0..ROUTES {
        let answer = Request::new("GET", HOST, &path(number)).send(variant.proxy.web)?;
        let seen = Seen::of(&answer)
            .with_context(|| format!("{} is answered with {}", path(number), answer.status))?;
        let target = match variant.name {
            "no middleware" | "idle plugin" => path(number),
            _ => format!("/internal/kind-{number}/7"),
        };
        if seen.target != target {
            bail!("the backend sees {} where {target} is meant", seen.target);
        }
    }
    Ok(())
}

/// What no route declares is answered alike, and what is odd about a declared one is kept alike.
fn check_alike(plugin: &Variant, interpreted: &Variant) -> Result<()> {
    for (method, target) in [
        ("HEAD", "/v2/kind-1/7"),
        ("GET", "/v2/kind-1/7?a=1&b=%zz"),
        ("GET", "/v2/kind-1/a%2Fb"),
        ("GET", "/v2/kind-1/a.b"),
        ("GET", "/v2/kind-1/%2e%2e%2fb"),
        ("GET", "/v2/kind-1/..%5Cb"),
        ("GET", "/v2/kind-1/"),
        ("GET", "/v2/kind-1/7/8"),
        ("GET", "/v2/kind-10/7"),
        ("GET", "/v2"),
        ("POST", "/v2/kind-1/7"),
        ("OPTIONS", "/v2/kind-1/7"),
        ("POST", "/v2/kind-1/7/8"),
    ] {
        let of = |variant: &Variant| -> Result<_> {
            let answer = Request::new(method, HOST, target).send(variant.proxy.web)?;
            let allow = answer.header("Allow").map(str::to_owned);
            Ok((answer.status, allow, Seen::of(&answer).map(|seen| seen.target)))
        };
        let (ours, other) = (of(plugin)?, of(interpreted)?);
        if ours != other {
            bail!("{method} {target}: the plugin makes {ours:?} of it, the interpreted middleware {other:?}");
        }
    }
    Ok(())
}
