//! Traefik's own routers: that many of them stand in branches changes nothing of what they take.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;
use smsvc_core::decide::Request;
use smsvc_core::spec::Spec;
use smsvc_core::traefik::{DocumentOptions, native};

use crate::labels::traefik::Rule;

/// A router: whose child it is, what it takes, how much it is preferred, and whether it leads to a service.
struct Router {
    parent: Option<String>,
    rule: Rule,
    priority: u64,
    leads: bool,
}

fn routers(document: &Value) -> BTreeMap<String, Router> {
    let router = |(name, fields): (&String, &Value)| {
        let router = Router {
            parent: fields["parentRefs"][0].as_str().map(str::to_owned),
            rule: Rule::of(fields["rule"].as_str().unwrap()),
            priority: fields["priority"].as_u64().unwrap_or_default(),
            leads: fields.get("service").is_some(),
        };
        (name.clone(), router)
    };
    document["http"]["routers"].as_object().into_iter().flatten().map(router).collect()
}

/// The best of some routers that takes a request.
fn best<'r>(
    routers: &'r BTreeMap<String, Router>,
    request: &Request<'_>,
    among: impl Fn(&Router) -> bool,
) -> Option<(&'r String, &'r Router)> {
    let taking = routers.iter().filter(|(_, router)| among(router) && router.rule.takes(request));
    taking.max_by_key(|(_, router)| router.priority)
}

/// As Traefik goes: from a router to its children, and never back.
fn descend<'r>(routers: &'r BTreeMap<String, Router>, request: &Request<'_>) -> Option<&'r String> {
    let mut at = None;
    loop {
        let (name, router) = best(routers, request, |it| it.parent.as_ref() == at)?;
        if router.leads {
            return Some(name);
        }
        at = Some(name);
    }
}

/// Paths that have much in common.
fn path() -> impl Strategy<Value = String> {
    let common = || select(vec!["a", "b", "c"]);
    let segment = prop_oneof![8 => common(), 1 => select(vec!["{}", "{}-x", "d:e", "f"])];
    let end = select(vec!["", "", "", "", "/", "/{rest*}", "/**"]);
    (common(), proptest::collection::vec(segment, 0..4), end).prop_map(|(first, segments, end)| {
        let mut path = format!("/{first}");
        for (at, segment) in segments.into_iter().enumerate() {
            path.push('/');
            path.push_str(&segment.replace("{}", &format!("{{p{at}}}")));
        }
        path + end
    })
}

fn route((at, (path, methods)): (usize, &(String, &str))) -> String {
    let (field, text) = path.strip_suffix("/**").map_or(("path", path.as_str()), |prefix| ("prefix", prefix));
    format!(r#""r{at}":{{"{field}":"{text}","methods":"{methods}"}}"#)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn a_request_finds_the_same_router_by_way_of_branches_as_among_all(
        paths in proptest::collection::vec((path(), select(vec!["GET", "POST", "GET,POST"])), 17..60),
        slash in select(vec!["strict", "ignore"]),
        asked in proptest::collection::vec(
            (proptest::collection::vec(select(vec!["a", "b", "c", "d:e", "d%3Ae", "f", "x-x"]), 1..6), any::<bool>(), any::<bool>()),
            40,
        ),
    ) {
        let routes: Vec<String> = paths.iter().enumerate().map(route).collect();
        let text = format!(
            r#"{{"v":1,"groups":[{{"name":"g","hosts":["h"],"base":"/v1","settings":{{"slash":"{slash}"}},"services":[{{"service":"s","routes":{{{}}}}}]}}]}}"#,
            routes.join(",")
        );
        let tree = native::tree(&Spec::parse(&text).unwrap(), &[], &DocumentOptions::default());
        let routers = routers(&tree.document);
        // None is lost on the way into the branches.
        let said = |at: &usize| routers.keys().any(|name| name.starts_with(&format!("native-s.r{at}.")));
        let missing = (0..paths.len()).filter(|at| !said(at)).count();
        prop_assert_eq!(missing, tree.left_out.len());
        for (segments, slash, post) in asked {
            let uri = format!("/v1/{}{}", segments.join("/"), if slash { "/" } else { "" });
            let method = if post { "POST" } else { "GET" };
            let request = Request { method, host: "h", uri: &uri, headers: &(), around: &() };
            let among_all = best(&routers, &request, |it| it.leads).map(|(name, _)| name);
            prop_assert_eq!(descend(&routers, &request), among_all, "{} {} of {:?}", method, uri, paths);
        }
    }
}
