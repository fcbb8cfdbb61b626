//! What a request costs where there are many routes: Traefik's own routers in one list and in two trees, and the plugin.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use smsvc_tests::backend::Seen;
use smsvc_tests::http::Request;

use super::per_request::others;
use crate::bench::Bench;
use crate::bench::load::{Generator, Requests, Run, count, each};
use crate::bench::plot::{Axis, Plot, Scale};
use crate::bench::proxy::{Plugin, Proxy, Source};
use crate::bench::published::{Declared, Published, Route, published, reached_alike};
use crate::bench::rounds::in_turns;
use crate::bench::section::{Cell, Goal, Section, Table};
use crate::bench::stats::Sample;
use crate::bench::usage::resident;
use crate::report;

pub(super) const HOST: &str = "bench.example.com";
const CONNECTIONS: usize = 16;
/// How many routes; over at most as many services as the second says.
const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];
const SERVICES: usize = 100;

const METHOD: &str = "\
Routes `GET /v1/sS/rR/{id}`, spread over 100 services (10 over 10), and requests for the last one, over 16 connections. Every
variant and size is a Traefik process of its own; all sixteen are measured in turns. All have the same `retry` and the same connections
to the backend, which `docker smsvc provider` publishes for every service.

* **flat**: a router `Host && PathPrefix` for each route, tried in order, so the last one last.
* **prefixes**: the quickest tree that takes these requests, as somebody might write it who minds neither methods nor what is below a
  path: a parent router `Host && PathPrefix` for each service, and below it a child router `PathPrefix` for each route (`parentRefs`).
* **native**: what `docker smsvc gateway render --as native` prints: the same routes as ours, method and path to the end, as Traefik's own
  routers.
* **ours**: what `docker smsvc provider` publishes.

The ratio behind each figure is to *flat* of the same size.";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Flat,
    Prefixes,
    Native,
    Ours,
}

impl Shape {
    const ALL: [Self; 4] = [Self::Flat, Self::Prefixes, Self::Native, Self::Ours];

    fn name(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Prefixes => "prefixes",
            Self::Native => "native",
            Self::Ours => "ours",
        }
    }
}

/// A Traefik with so many routes in one of the three shapes.
struct Variant {
    shape: Shape,
    size: usize,
    proxy: Proxy,
    requests: Requests,
}

/// Starts all of them, checks that the last route is answered, and measures them in turns.
pub(super) fn measure(bench: &Bench) -> Result<Section> {
    let generator = Generator::new(&bench.folder("many-routes")?)?;
    let mut variants = Vec::new();
    for size in SIZES {
        let published = published(bench, &format!("many-routes/{size}-swarm"), HOST, &declared(size))?;
        for shape in Shape::ALL {
            variants.push(start(bench, &generator, shape, size, &published)?);
        }
        report::step(&format!("{size} routes are up"));
    }
    let send = |variant: &Variant| {
        let (server, traefik) = (variant.proxy.web, variant.proxy.id());
        let backend = bench.backend.process.id();
        generator.run(server, &variant.requests, CONNECTIONS, bench.under_load(), traefik, backend)
    };
    in_turns(&variants, 1, send)?;
    let runs = in_turns(&variants, bench.rounds(3), send)?;
    Ok(section(&variants, &runs))
}

fn start(
    bench: &Bench,
    generator: &Generator,
    shape: Shape,
    size: usize,
    published: &Published,
) -> Result<Variant> {
    let name = format!("many-routes/{}-{size}", shape.name());
    let server = format!("http://{}", bench.backend.address);
    let ours = &published.document;
    let document = match shape {
        Shape::Flat => reached_alike(flat(size, &server), ours)?,
        Shape::Prefixes => reached_alike(prefixes(size, &server), ours)?,
        Shape::Native => reached_alike(published.native.clone(), ours)?,
        Shape::Ours => ours.clone(),
    };
    let plugin = (shape == Shape::Ours).then(|| Plugin::guest(&bench.guest)).transpose()?;
    let folder = bench.folder(&name)?;
    let mut proxy = Proxy::start(&bench.traefik, &folder, plugin, None, &Source::Document(&document))?;
    let path = last(size);
    proxy.wait_until_it_routes(HOST, &path)?;
    let answer = Request::new("GET", HOST, &path).send(proxy.web)?;
    let seen = Seen::of(&answer).with_context(|| format!("{path} is answered with {}", answer.status))?;
    if seen.target != path {
        bail!("the backend sees {} where {path} is meant", seen.target);
    }
    let requests = generator.requests(&format!("{}-{size}", shape.name()), HOST, &[path])?;
    Ok(Variant { shape, size, proxy, requests })
}

fn section(variants: &[Variant], runs: &[Vec<Run>]) -> Section {
    let mut section = Section::new("Many routes", METHOD);
    section.method.push_str(&others(runs));
    let place = |shape: Shape, size: usize| {
        variants.iter().position(|variant| variant.shape == shape && variant.size == size).unwrap_or_default()
    };
    let throughput = |shape: Shape, size: usize| each(&runs[place(shape, size)], |run| run.per_second);
    let cpu = |shape: Shape, size: usize| each(&runs[place(shape, size)], |run| run.cpu);
    let p99 = |shape: Shape, size: usize| each(&runs[place(shape, size)], |run| run.p99);
    let mut table =
        Table::new(&["", "requests a second", "CPU for each request", "p99", "memory of Traefik"]);
    for size in SIZES {
        for shape in Shape::ALL {
            let memory = |shape: Shape| Sample::from(resident(variants[place(shape, size)].proxy.id()));
            let cells = vec![
                Cell::against(&throughput(shape, size), &throughput(Shape::Flat, size), ""),
                Cell::against(&cpu(shape, size), &cpu(Shape::Flat, size), "µs"),
                Cell::against(&p99(shape, size), &p99(Shape::Flat, size), "ms"),
                Cell::against(&memory(shape), &memory(Shape::Flat), "MiB"),
            ];
            table.row(format!("{size} routes, {}", shape.name()), cells);
        }
    }
    section.tables.push(table);
    let (least, most) = (SIZES[0], SIZES[3]);
    let ratio = |own: Sample, peer: Sample| own.ratio_to(&peer).median();
    section.goals = vec![
        Goal::at_least(
            "10,000 routes, ours : flat, requests a second",
            5.0,
            ratio(throughput(Shape::Ours, most), throughput(Shape::Flat, most)),
            "",
        ),
        Goal::at_least(
            "10,000 routes, ours : native, requests a second",
            1.0,
            ratio(throughput(Shape::Ours, most), throughput(Shape::Native, most)),
            "",
        ),
        Goal::at_least(
            "10,000 routes, ours : prefixes, requests a second",
            1.0,
            ratio(throughput(Shape::Ours, most), throughput(Shape::Prefixes, most)),
            "",
        ),
        Goal::at_least(
            "ours with 10,000 routes : ours with 10, requests a second",
            0.95,
            ratio(throughput(Shape::Ours, most), throughput(Shape::Ours, least)),
            "",
        ),
    ];
    section.plots.push(Plot {
        name: "routes",
        title: "Requests a second for the last of many routes".to_owned(),
        x: Axis { label: "routes", scale: Scale::Logarithmic },
        y: Axis { label: "requests a second", scale: Scale::Linear },
        lines: Shape::ALL
            .map(|shape| {
                let points = SIZES.map(|size| (count(size), throughput(shape, size).median()));
                (shape.name().to_owned(), points.to_vec())
            })
            .to_vec(),
    });
    section
}

fn services(size: usize) -> usize {
    SERVICES.min(size)
}

/// Which service a route is of. The last route is of the last service.
fn service(route: usize, size: usize) -> String {
    format!("s{}", route * services(size) / size)
}

fn prefix(route: usize, size: usize) -> String {
    format!("/v1/{}/r{route}", service(route, size))
}

/// The path of the last of so many routes.
pub(super) fn last(size: usize) -> String {
    format!("{}/7", prefix(size - 1, size))
}

/// So many routes, over services.
pub(super) fn declared(size: usize) -> Vec<Declared> {
    let each = size / services(size);
    (0..services(size))
        .map(|number| Declared {
            service: format!("s{number}"),
            routes: (number * each..(number + 1) * each)
                .map(|route| Route { path: format!("{}/{{id}}", prefix(route, size)), rewrite: None })
                .collect(),
        })
        .collect()
}

fn of_services(size: usize, server: &str) -> Value {
    let service = |number| (format!("s{number}"), json!({"loadBalancer": {"servers": [{"url": server}]}}));
    Value::Object((0..services(size)).map(service).collect())
}

fn flat(size: usize, server: &str) -> Value {
    let router = |route: usize| {
        let rule = format!("Host(`{HOST}`) && PathPrefix(`{}/`)", prefix(route, size));
        let router = json!({"rule": rule, "priority": 10 + size - route, "service": service(route, size)});
        (format!("r{route}"), router)
    };
    json!({"http": {"routers": Value::Object((0..size).map(router).collect()), "services": of_services(size, server)}})
}

fn prefixes(size: usize, server: &str) -> Value {
    let parent = |number: usize| {
        let rule = format!("Host(`{HOST}`) && PathPrefix(`/v1/s{number}/`)");
        (format!("s{number}"), json!({"rule": rule, "priority": 10 + services(size) - number}))
    };
    let child = |route: usize| {
        let of = service(route, size);
        let rule = format!("PathPrefix(`{}/`)", prefix(route, size));
        let router = json!({"rule": rule, "priority": 10 + size - route, "parentRefs": [of], "service": of});
        (format!("r{route}"), router)
    };
    let routers = (0..services(size)).map(parent).chain((0..size).map(child)).collect();
    json!({"http": {"routers": Value::Object(routers), "services": of_services(size, server)}})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shapes_that_are_made_here_have_the_same_routes() {
        for size in [10, 1_000] {
            let declared: Vec<String> = declared(size)
                .iter()
                .flat_map(|service| service.routes.iter().map(|route| route.path.replace("{id}", "")))
                .collect();
            assert_eq!(declared.len(), size);
            let rules = |document: Value| -> String { document["http"]["routers"].to_string() };
            let (flat, prefixes) = (rules(flat(size, "http://b")), rules(prefixes(size, "http://b")));
            for path in declared {
                assert!(
                    flat.contains(&format!("PathPrefix(`{path}`)"))
                        && prefixes.contains(&format!("PathPrefix(`{path}`)")),
                    "{path}"
                );
            }
        }
    }

    #[test]
    fn the_last_route_is_of_the_last_service() {
        assert_eq!(service(9_999, 10_000), "s99");
        assert_eq!(service(99, 10_000), "s0");
        assert_eq!(service(9, 10), "s9");
    }
}
