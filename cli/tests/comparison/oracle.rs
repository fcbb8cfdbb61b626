//! The plugin against Traefik's own routers: the same random groups, once by the guest and once as a tree of routers
//! in which nothing of smsvc decides, in one Traefik and on the same requests.

use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRng, TestRunner};
use serde_json::Value;
use smsvc_core::entry_point::{Received, receive};
use smsvc_core::group::Group;
use smsvc_core::host::HostPattern;
use smsvc_core::name::{Name, ServiceName};
use smsvc_core::settings::Settings;
use smsvc_core::spec::Spec;
use smsvc_core::traefik::{DocumentOptions, native};

use crate::generate::{Asked, asked, spec};
use crate::table::{Outcome, Request};
use crate::traefik;

/// How many groups, and how many requests to each.
const GROUPS: usize = 80;
const REQUESTS: usize = 60;

/// A group as both say it.
struct Pair {
    group: Group,
    requests: Vec<Asked>,
}

/// What differs, and how many requests were forwarded by both.
pub(crate) fn differences(binary: &Path) -> (Vec<String>, usize) {
    let pairs = pairs();
    let on = |start: &str| {
        let groups = pairs.iter().enumerate().map(|(at, pair)| at_host(&pair.group, &host(start, at)));
        Spec { groups: groups.collect() }
    };
    let (ours, theirs) = (on("plugin"), on("native"));
    let backends = traefik::witnesses(&ours);
    let tree = native::tree(&theirs, &backends, &traefik::options());
    assert!(tree.left_out.is_empty(), "{:?}", tree.left_out);
    let both = united(&traefik::document(&ours, &backends), &tree.document);
    let traefik = traefik::Running::start(binary, &both.to_string(), &host("plugin", 0));
    let asked = |start: &str| {
        let requests = pairs.iter().enumerate().flat_map(|(at, pair)| {
            pair.requests.iter().map(move |asked| Request {
                method: asked.method.to_owned(),
                host: host(start, at),
                target: asked.uri.clone(),
                headers: asked.headers.0.clone(),
            })
        });
        requests.collect::<Vec<_>>()
    };
    let (by_plugin, by_router) = (traefik.send(&asked("plugin")), traefik.send(&asked("native")));
    let mut forwarded = 0;
    let mut wrong = Vec::new();
    for ((request, plugin), router) in asked("plugin").iter().zip(&by_plugin).zip(&by_router) {
        let alike = match (plugin, router) {
            (Outcome::Forward { .. }, Outcome::Forward { .. }) => {
                forwarded += 1;
                plugin == router
            }
            // Traefik knows one answer only.
            (Outcome::Answer { .. }, Outcome::Answer { status: 404, .. }) => true,
            _ => false,
        };
        if !alike {
            let group = pairs.iter().enumerate().find(|(at, _)| host("plugin", *at) == request.host);
            let group = group.map(|(_, pair)| Spec { groups: vec![pair.group.clone()] }.to_json());
            wrong.push(format!("{request:?}\n  plugin {plugin:?}\n  router {router:?}\n  of {group:?}"));
        }
    }
    (wrong, forwarded)
}

fn host(start: &str, at: usize) -> String {
    format!("{start}-{at}.example")
}

/// The same group for one host.
fn at_host(group: &Group, host: &str) -> Group {
    Group { hosts: vec![HostPattern::parse(host).expect("a host")], ..group.clone() }
}

/// Random groups of what both can say, always the same, with requests to them.
fn pairs() -> Vec<Pair> {
    let rng = TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut pairs = Vec::new();
    while pairs.len() < GROUPS {
        let spec = spec().new_tree(&mut runner).expect("a tree").current();
        let Some(group) = spec.groups.into_iter().next() else { continue };
        let Some(group) = sayable(named(group, pairs.len())) else { continue };
        let mut requests = Vec::new();
        while requests.len() < REQUESTS {
            let asked = asked().new_tree(&mut runner).expect("a tree").current();
            requests.extend(as_clients_send(asked));
        }
        pairs.push(Pair { group, requests });
    }
    pairs
}

/// The group with names of its own.
fn named(mut group: Group, at: usize) -> Group {
    group.name = Name::parse(&format!("g{at}")).expect("a name");
    for (number, member) in group.services.iter_mut().enumerate() {
        member.service = ServiceName::parse(&format!("s{at}-{number}")).expect("a name");
        member.age = u64::try_from(number).expect("few");
    }
    group
}

/// The group without the routes that Traefik cannot say, and without those whose requests are counted; `None` where
/// fewer than two are left.
fn sayable(mut group: Group) -> Option<Group> {
    // CORS and limits of the group are no matter here.
    if group.settings.cors().is_some() || group.settings.limits().uri.is_some() {
        group.settings = Settings::default();
    }
    for member in &mut group.services {
        member.routes.retain(|route| {
            let limits = route.action().forwarding().map(|it| it.limits).unwrap_or_default();
            limits.is_empty() && (route.version().is_none() || group.settings.versioning().is_some())
        });
    }
    loop {
        let spec = Spec { groups: vec![group.clone()] };
        let left_out: BTreeSet<_> = native::tree(&spec, &[], &DocumentOptions::default())
            .left_out
            .into_iter()
            .map(|it| (it.service, it.route))
            .collect();
        if left_out.is_empty() {
            break;
        }
        for member in &mut group.services {
            member.routes.retain(|it| !left_out.contains(&(member.service.clone(), it.name().clone())));
        }
    }
    let routes: usize = group.services.iter().map(|member| member.routes.len()).sum();
    (routes > 1).then_some(group)
}

/// The request as Traefik hands it on, if it does, and if no header is there twice: a router looks at all values of one
/// that tells a version, and the plugin at the first.
fn as_clients_send(asked: Asked) -> Option<Asked> {
    let names: BTreeSet<&String> = asked.headers.0.iter().map(|(name, _)| name).collect();
    let once = names.len() == asked.headers.0.len();
    let framed = asked.headers.0.iter().any(|(name, _)| name == "content-length");
    let Received::Passes(uri) = receive(asked.method, &asked.uri) else { return None };
    (once && !framed).then_some(Asked { uri, ..asked })
}

/// One document of two with different names.
fn united(one: &str, two: &Value) -> Value {
    let mut one: Value = serde_json::from_str(one).expect("a document");
    for part in ["routers", "services", "middlewares"] {
        let more = two["http"][part].as_object().cloned().unwrap_or_default();
        if let Some(known) = one["http"][part].as_object_mut() {
            known.extend(more);
        }
    }
    one
}
