use serde_json::{Value, json};

use super::*;

fn native(settings: &str, routes: &str) -> Native {
    let text = format!(
        r#"{{"v":1,"groups":[{{"name":"g","hosts":["h"],"base":"/v1","settings":{{{settings}}},"services":[{{"service":"s","routes":{{{routes}}}}}]}}]}}"#
    );
    tree(&Spec::parse(&text).unwrap(), &[], &DocumentOptions::default())
}

/// Rule and priority of each child, by priority; of branches none.
fn children(native: &Native) -> Vec<(u64, String)> {
    let routers = native.document["http"]["routers"].as_object().unwrap();
    let children = routers.values().filter(|router| router.get("service").is_some());
    let mut children: Vec<(u64, String)> = children
        .map(|it| (it["priority"].as_u64().unwrap(), it["rule"].as_str().unwrap().to_owned()))
        .collect();
    children.sort();
    children
}

#[test]
fn the_better_route_has_the_higher_priority() {
    let routes =
        r#""a":{"path":"/{p}","methods":"GET","param.p":"int"},"b":{"path":"/b"},"c":{"prefix":"/"}"#;
    let native = native("", routes);
    assert_eq!(native.left_out, BTreeSet::new());
    assert_eq!(
        children(&native),
        [
            (1, "PathRegexp(`^/v1(?:/?$|/[^/])`)".to_owned()),
            (2, "(Method(`GET`) || Method(`HEAD`)) && PathRegexp(`^/v1/-?[0-9]+$`)".to_owned()),
            (3, "Path(`/v1/b`)".to_owned()),
        ]
    );
    let written = &native.document["http"]["routers"];
    assert_eq!(written["native.g"], json!({"rule": "Host(`h`) && (Path(`/v1`) || PathPrefix(`/v1/`))"}));
    assert_eq!(written["native-s.b.3"]["service"], "native-s");
}

#[test]
fn head_is_apart_where_another_route_has_the_same_path() {
    let routes = r#""a":{"path":"/a","methods":"GET"},"b":{"path":"/a","methods":"HEAD"}"#;
    let rules: Vec<String> = children(&native("", routes)).into_iter().map(|(_, rule)| rule).collect();
    assert_eq!(
        rules,
        [
            "Method(`HEAD`) && Path(`/v1/a`)",
            "Method(`HEAD`) && Path(`/v1/a`)",
            "Method(`GET`) && Path(`/v1/a`)"
        ]
    );
}

#[test]
fn conditions_and_versions_are_said() {
    let routes = r#""a":{"path":"/a","version":"1-2","header.x":"!","query.q":"*"}"#;
    let native = native(r#""version.by":"header","version.default":"2""#, routes);
    assert_eq!(
        children(&native)[0].1,
        r"!HeaderRegexp(`x`, `.*`) && QueryRegexp(`q`, `.*`) && (HeaderRegexp(`x-api-version`, `^\s*[vV]*(?:0{0,3}1|0{0,3}2)\s*$`) || !HeaderRegexp(`x-api-version`, `.*`)) && Path(`/v1/a`)"
    );
}

#[test]
fn rewrites_are_traefiks_own_middlewares() {
    let middleware = |routes: &str| -> Value {
        let native = native("", routes);
        assert_eq!(native.left_out, BTreeSet::new());
        native.document["http"]["middlewares"]["native-s.a.1.rewrite"].clone()
    };
    assert_eq!(
        middleware(r#""a":{"path":"/a/{p}/{rest*}","rewrite.path":"/$/{rest}/{p}"}"#),
        json!({"replacePathRegex": {"regex": "^/[^/]+/[^/]+/([^/]+)/(.*)$", "replacement": "/$$/${2}/${1}"}})
    );
    assert_eq!(
        middleware(r#""a":{"prefix":"/a","rewrite.prefix":"/"}"#),
        json!({"stripPrefix": {"prefixes": ["/v1/a"]}})
    );
}

#[test]
fn what_traefik_has_no_word_for_is_left_out_and_told() {
    let at = |path: &str, settings: &str, fields: &str| {
        let routes = format!(r#""a":{{"path":"{path}",{fields}}},"b":{{"path":"/b"}}"#);
        native(settings, &routes).left_out.into_iter().map(|it| it.why).collect::<Vec<_>>()
    };
    let left_out = |settings: &str, fields: &str| at("/a", settings, fields);
    assert_eq!(at("/{p}-{q}", "", r#""methods":"GET""#), [Unsaid::Rule(Inexact::SeveralParameters)]);
    assert_eq!(left_out("", r#""to":"deny""#), [Unsaid::Answer]);
    assert_eq!(left_out("", r#""consumes":"a/b""#), [Unsaid::Rule(Inexact::MediaType)]);
    assert_eq!(left_out("", r#""cache.etag":"weak""#), [Unsaid::Cache]);
    assert_eq!(left_out("", r#""deprecated":"true""#), [Unsaid::AddedHeader]);
    assert_eq!(left_out("", r#""rewrite.query.remove":"q""#), [Unsaid::Query]);
    assert_eq!(left_out(r#""limit.uri":"9""#, r#""methods":"GET""#), [Unsaid::Limit, Unsaid::Limit]);
    assert_eq!(left_out(r#""version.by":"media""#, r#""version":"1""#), [Unsaid::Rule(Inexact::Version)]);
}

#[test]
fn nothing_is_said_of_a_group_that_asks_for_tokens_since_everybody_would_be_let_in() {
    let routes = r#""a":{"path":"/admin","auth":"jwt"},"b":{"prefix":"/"}"#;
    let native = native(r#""auth.secret-file":"/s""#, routes);
    assert_eq!(native.left_out.iter().map(|it| it.why).collect::<Vec<_>>(), [Unsaid::Token; 2]);
    assert_eq!(native.document["http"].get("routers"), None, "not by a route for anybody either");
}

/// The branches of a group of these paths: rule, how many children, and whose branch it is below.
fn branches(paths: &[String]) -> Vec<(String, usize, String)> {
    let route = |(at, path): (usize, &String)| {
        let field = if path.ends_with("/**") { "prefix" } else { "path" };
        let text = if path == "/**" { "/" } else { path.trim_end_matches("/**") };
        format!(r#""r{at}":{{"{field}":"{text}"}}"#)
    };
    let declared: Vec<String> = paths.iter().enumerate().map(route).collect();
    let native = native("", &declared.join(","));
    assert_eq!(children(&native).len(), paths.len());
    let routers = native.document["http"]["routers"].as_object().unwrap();
    let parent = |router: &Value| router["parentRefs"][0].as_str().unwrap_or_default().to_owned();
    let mut branches: Vec<_> = routers
        .iter()
        .filter(|(_, router)| router.get("service").is_none() && router.get("parentRefs").is_some())
        .map(|(name, router)| {
            let below = routers.values().filter(|it| parent(it) == *name).count();
            (router["rule"].as_str().unwrap().to_owned(), below, parent(router))
        })
        .collect();
    branches.sort();
    branches
}

/// So many paths.
fn many(count: usize, path: impl Fn(usize) -> String) -> Vec<String> {
    (0..count).map(path).collect()
}

#[test]
fn of_many_routes_those_that_begin_alike_have_a_branch() {
    let paths = many(40, |at| format!("/s{}/r{at}/{{id}}", at % 2));
    let below = |rule: &str, count| (rule.to_owned(), count, "native.g".to_owned());
    assert_eq!(branches(&paths), [below("PathPrefix(`/v1/s0/`)", 20), below("PathPrefix(`/v1/s1/`)", 20)]);
    assert_eq!(branches(&paths[..16]), [], "a short list stays one");
    let more = ["/s0", "/s1/", "/alone/{x}", "/a:b/c", "/a:b/d"].map(str::to_owned);
    assert_eq!(
        branches(&[&paths[..], &more].concat()),
        [
            below("Path(`/v1/s0`) || PathPrefix(`/v1/s0/`)", 21),
            below("Path(`/v1/s1`) || PathPrefix(`/v1/s1/`)", 21),
        ]
    );
}

#[test]
fn a_branch_can_begin_with_parameters_and_have_branches() {
    let paths = many(80, |at| format!("/repos/{{o}}/{{r}}/k{}/l{}/{at}", at % 2, at % 4));
    let found = branches(&paths);
    let rules: Vec<(&str, usize)> = found.iter().map(|(rule, count, _)| (rule.as_str(), *count)).collect();
    assert_eq!(
        rules,
        [
            ("PathRegexp(`^/v1/repos/[^/]+/[^/]+/k0(?:/|$)`)", 2),
            ("PathRegexp(`^/v1/repos/[^/]+/[^/]+/k0/l0(?:/|$)`)", 20),
            ("PathRegexp(`^/v1/repos/[^/]+/[^/]+/k0/l2(?:/|$)`)", 20),
            ("PathRegexp(`^/v1/repos/[^/]+/[^/]+/k1(?:/|$)`)", 2),
            ("PathRegexp(`^/v1/repos/[^/]+/[^/]+/k1/l1(?:/|$)`)", 20),
            ("PathRegexp(`^/v1/repos/[^/]+/[^/]+/k1/l3(?:/|$)`)", 20),
        ]
    );
}

#[test]
fn there_is_no_branch_where_another_route_could_take_some_of_its_requests() {
    let paths = many(40, |at| format!("/s{}/r{at}", at % 2));
    for other in ["/{any}/x", "/**", "/{rest*}", "/{a}"] {
        assert_eq!(branches(&[&paths[..], &[other.to_owned()]].concat()), [], "{other}");
    }
    // One that is for a part of them only is in it.
    let found = branches(&[&paths[..], &["/s0/{any}/x".to_owned(), "/s0/**".to_owned()]].concat());
    assert_eq!(found.iter().map(|(_, count, _)| *count).collect::<Vec<_>>(), [22, 20]);
}
