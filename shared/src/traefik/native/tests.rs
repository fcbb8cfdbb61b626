use serde_json::{Value, json};

use super::*;

fn native(settings: &str, routes: &str) -> Native {
    let text = format!(
        r#"{{"v":1,"groups":[{{"name":"g","hosts":["h"],"base":"/v1","settings":{{{settings}}},"services":[{{"service":"s","routes":{{{routes}}}}}]}}]}}"#
    );
    tree(&Spec::parse(&text).unwrap(), &[], &DocumentOptions::default())
}

/// Rule and priority of each child, by priority.
fn children(native: &Native) -> Vec<(u64, String)> {
    let routers = native.document["http"]["routers"].as_object().unwrap();
    let children = routers.values().filter(|router| router.get("parentRefs").is_some());
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
