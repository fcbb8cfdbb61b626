//! Which of two routes that take the same request gets it: one test a rule, in the order of the rules.

use std::collections::BTreeMap;

use smsvc_core::decide::{Decision, Request, Room, decide};
use smsvc_core::labels;
use smsvc_core::merge::{Declaration, merge};
use smsvc_core::table::{Rules, Table};

/// The labels of a service as `key=value` words without `smsvc.`.
fn declaration(service: &str, created: &str, words: &str) -> Declaration {
    let pairs = words.split_whitespace().map(|word| word.split_once('=').unwrap());
    let labels: BTreeMap<_, _> =
        pairs.map(|(key, value)| (format!("smsvc.{key}"), value.to_owned())).collect();
    labels::parse(service, created, &labels).unwrap().unwrap()
}

fn rules(declarations: &[Declaration]) -> Rules {
    let merged = merge(declarations);
    assert_eq!(merged.refused, []);
    Rules::of(&merged.spec)
}

const TWO_HEADERS: &[(&str, &str)] = &[("x-a", "1"), ("x-b", "1")];

/// Group and service that get a request.
fn gets(rules: &Rules, method: &str, host: &str, uri: &str) -> (String, String) {
    let text = rules.compile();
    let table = Table::open(text.as_bytes()).unwrap();
    let mut room = Room::default();
    match decide(&table, &Request { method, host, uri, headers: &TWO_HEADERS, around: &() }, &mut room) {
        Decision::Forward(forward) => {
            let rule = rules.get(forward.rule).unwrap();
            (rule.group().to_owned(), rule.service().to_owned())
        }
        Decision::Answer(answer) => panic!("{method} {host} {uri} is answered with {}", answer.status),
    }
}

fn chosen(declarations: &[Declaration], method: &str, url: &str) -> String {
    let (host, path) = url.split_once('/').unwrap();
    gets(&rules(declarations), method, host, &format!("/{path}")).1
}

/// Each of these outranks all that follow it, in groups of their own, whichever is older.
fn assert_best_first(method: &str, url: &str, routes: &[&str]) {
    for (index, better) in routes.iter().enumerate() {
        for worse in &routes[index + 1..] {
            for (one, two) in [
                ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
                ("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"),
            ] {
                let declarations = [
                    declaration("better", one, &format!("group=a {better}")),
                    declaration("worse", two, &format!("group=b {worse}")),
                ];
                assert_eq!(chosen(&declarations, method, url), "better", "{better} outranks {worse}");
            }
        }
    }
}

#[test]
fn an_exact_host_outranks_a_wildcard_and_that_any_host_whatever_the_path() {
    assert_best_first(
        "GET",
        "x.shop.example/a",
        &[
            "host=x.shop.example route.r.prefix=/",
            "host=*.shop.example route.r.path=/{p}",
            "host=*.example,*.shop.test route.r.path=/a",
            "route.r.path=/a route.r.methods=GET",
        ],
    );
}

#[test]
fn the_leftmost_segment_that_differs_decides() {
    assert_best_first(
        "GET",
        "h/b/a.js",
        &[
            "route.r.path=/b/a.js",
            "route.r.path=/b/{p}.js",
            "route.r.path=/b/{p}s route.r.param.p=len(1,9)",
            "route.r.path=/b/{p}s",
            "route.r.path=/b/{p} route.r.param.p=one-of(a.js)",
            "route.r.path=/b/{p} route.r.param.p=len(1,9)",
            "route.r.path=/b/{p}",
            "route.r.prefix=/b/{p} route.r.methods=GET",
            "route.r.path=/b/{p*}",
            "route.r.prefix=/b",
            "route.r.path=/{p}/a.js",
            "route.r.path=/{p}/{q}",
            "route.r.path=/{p*}",
            "route.r.prefix=/ route.r.methods=GET",
        ],
    );
}

#[test]
fn the_base_path_is_compared_as_part_of_the_path() {
    assert_best_first("GET", "h/b/c", &["base=/b route.r.path=/{p}", "route.r.path=/{p}/c"]);
}

#[test]
fn of_one_path_a_method_outranks_headers_and_those_query_parameters() {
    assert_best_first(
        "GET",
        "h/a?q=1&r=1",
        &[
            "route.r.path=/{p} route.r.methods=GET route.r.header.x-a=1 route.r.header.x-b=*",
            "route.r.path=/{p} route.r.methods=GET route.r.header.x-a=1 route.r.query.q=1 route.r.query.r=1",
            "route.r.path=/{p} route.r.methods=GET route.r.header.x-a=1",
            "route.r.path=/{p} route.r.methods=GET route.r.query.q=1 route.r.query.r=1",
            "route.r.path=/{p} route.r.methods=GET route.r.query.x=!",
            "route.r.path=/{p} route.r.methods=GET,PUT",
            "route.r.path=/{p} route.r.header.x-a=1",
            "route.r.path=/{p}",
        ],
    );
}

#[test]
fn a_declared_head_outranks_the_implied_one_and_that_any_method() {
    assert_best_first(
        "HEAD",
        "h/a",
        &[
            "route.r.path=/a route.r.methods=HEAD",
            "route.r.path=/a route.r.methods=GET route.r.header.x-a=1",
            "route.r.path=/a route.r.methods=GET",
            "route.r.path=/a route.r.header.x-a=1 route.r.header.x-b=1",
        ],
    );
}

#[test]
fn of_equal_routes_the_older_service_wins_then_the_name_of_the_group() {
    let one = |created| declaration("one", created, "group=z route.r.path=/a route.r.header.x-a=1");
    let two = |created| declaration("two", created, "group=a route.r.path=/a route.r.header.x-b=1");
    let (old, new) = ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z");
    assert_eq!(chosen(&[one(old), two(new)], "GET", "h/a"), "one");
    assert_eq!(chosen(&[one(new), two(old)], "GET", "h/a"), "two");
    let mut merged = merge(&[one(old), two(new)]);
    for group in &mut merged.spec.groups {
        group.services[0].age = 0;
    }
    assert_eq!(gets(&Rules::of(&merged.spec), "GET", "h", "/a").0, "a");
}

#[test]
fn conditions_are_filtered_before_anything_is_ranked() {
    let better = "group=a route.lit.path=/pet/findByStatus route.lit.methods=GET \
                  route.int.path=/pet/{id} route.int.param.id=int \
                  route.head.path=/pet/{id}/x route.head.header.x-none=1 \
                  route.deep.path=/pet/{id}/{rest*} route.deep.methods=PUT";
    let worse = "group=b route.any.path=/pet/{id} route.x.prefix=/{kind}";
    let declarations = [declaration("better", "1", better), declaration("worse", "2", worse)];
    for (method, url) in
        [("POST", "h/pet/findByStatus"), ("GET", "h/pet/rex"), ("GET", "h/pet/7/x"), ("GET", "h/pet/7/y")]
    {
        assert_eq!(chosen(&declarations, method, url), "worse", "{method} {url}");
    }
    assert_eq!(chosen(&declarations, "PUT", "h/pet/7/x"), "better");
}
