//! Properties of decisions, over random groups and requests.

use crate::generate::{Asked, Fields, asked, spec};
use proptest::prelude::*;
use smsvc_core::decide::{Decision, Request, Verdict, decide, explain};
use smsvc_core::path::{Parameter, Segment, Target};
use smsvc_core::settings::Slash;
use smsvc_core::table::{Rule, Table};

fn request(asked: &Asked) -> Request<'_> {
    Request { method: asked.method, host: asked.host, uri: &asked.uri, headers: &asked.headers }
}

/// A request target that Go's `url.ParseRequestURI` takes, and a server cannot misread.
fn assert_origin_form(uri: &str) {
    assert!(uri.starts_with('/') && !uri.starts_with("//"), "{uri}");
    assert!(uri.bytes().all(|byte| byte.is_ascii_graphic()), "{uri}");
    let path = uri.split('?').next().unwrap_or(uri);
    let bytes = path.as_bytes();
    for (at, _) in path.match_indices('%') {
        assert!(bytes[at + 1].is_ascii_hexdigit() && bytes[at + 2].is_ascii_hexdigit(), "{uri}");
    }
    assert!(Target::parse("GET", uri).is_ok(), "{uri}");
}

/// A path that the shape of `rule` takes, with text in it that meets the constraints of the generator.
fn sample_path(rule: &Rule) -> String {
    let text = |parameter: &Parameter| match parameter.constraint().map(ToString::to_string).as_deref() {
        Some("int") => "7",
        Some("one-of(a,b)") => "b",
        _ => "z",
    };
    let segment = |segment: &Segment| match segment {
        Segment::Literal(_) => segment.to_string(),
        Segment::Pattern(pattern) => {
            pattern.parameters().iter().fold(segment.to_string(), |path, parameter| {
                path.replace(&format!("{{{}}}", parameter.name()), text(parameter))
            })
        }
    };
    let mut path: String =
        rule.path().segments().iter().flat_map(|it| ["/".to_owned(), segment(it)]).collect();
    if path.is_empty() || rule.path().to_string().ends_with("*}") {
        path += "/z";
    }
    path
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_tree_decides_as_the_linear_oracle_does(spec in spec(), asked in proptest::collection::vec(asked(), 30)) {
        let table = Table::compile(&spec);
        for asked in &asked {
            prop_assert_eq!(decide(&table, &request(asked)), explain(&table, &request(asked)).decision, "{:?}", asked);
        }
    }

    #[test]
    fn what_is_forwarded_is_for_the_one_rule_that_is_chosen(spec in spec(), asked in asked()) {
        let table = Table::compile(&spec);
        let explanation = explain(&table, &request(&asked));
        let chosen: Vec<_> = explanation.considered.iter().filter(|it| it.verdict == Verdict::Chosen).collect();
        prop_assert!(chosen.len() <= 1);
        if let Decision::Forward(forward) = explanation.decision {
            prop_assert_eq!(chosen[0].rule.service(), forward.service);
            prop_assert_eq!(chosen[0].rule.route().name().as_str(), forward.route);
        }
    }

    #[test]
    fn what_is_forwarded_is_in_origin_form(spec in spec(), asked in asked()) {
        let table = Table::compile(&spec);
        if let Decision::Forward(forward) = decide(&table, &request(&asked)) {
            prop_assert!(Target::parse(asked.method, &asked.uri).is_ok());
            if let Some(uri) = forward.uri {
                assert_origin_form(&uri);
                let query = |uri: &str| uri.split_once('?').map(|(_, query)| query.to_owned());
                prop_assert_eq!(query(&uri), query(&asked.uri));
            }
        }
    }

    #[test]
    fn an_answer_is_complete(spec in spec(), asked in asked()) {
        let table = Table::compile(&spec);
        if let Decision::Answer(answer) = decide(&table, &request(&asked)) {
            let header = |wanted: &str| answer.headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
            let preflight = header("vary").is_some_and(|vary| vary.contains("Access-Control"));
            prop_assert!(header("allow").is_some() || preflight || !matches!(answer.status, 204 | 405));
            prop_assert_eq!(header("location").is_some(), matches!(answer.status, 302 | 308));
            match answer.status {
                204 | 302 | 308 => prop_assert_eq!(answer.body, ""),
                200 => prop_assert_eq!(answer.body, "hello"),
                status => {
                    let content_type = header("content-type").unwrap();
                    if content_type == "application/problem+json" {
                        let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
                        prop_assert_eq!(&body["status"], status);
                    } else {
                        prop_assert!(answer.body.starts_with(&status.to_string()) && answer.body.ends_with('\n'));
                    }
                }
            }
            for (name, value) in &answer.headers {
                prop_assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || b"-0123456789".contains(&byte)));
                prop_assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{}: {}", name, value);
            }
        }
    }

    #[test]
    fn a_route_gets_its_own_path_unless_it_is_outranked(spec in spec()) {
        let table = Table::compile(&spec);
        for rule in table.rules() {
            let method = rule.route().methods().iter().next().map_or("GET", |method| method.as_str());
            let host = rule.hosts().first().map_or("other".to_owned(), |host| host.to_string().replace('*', "z"));
            let uri = sample_path(rule);
            let headers = Fields::default();
            let asked = Request { method, host: &host, uri: &uri, headers: &headers };
            let explanation = explain(&table, &asked);
            let considered = explanation.considered.iter().find(|it| it.rule == rule).unwrap();
            match considered.verdict {
                Verdict::Chosen
                | Verdict::Outranked
                | Verdict::Version
                | Verdict::Header(_)
                | Verdict::Query(_)
                | Verdict::Consumes
                | Verdict::Produces => {}
                // Another group has taken the path with another slash at its end.
                Verdict::Path if table.scopes().any(|scope| scope.settings().slash() != Slash::Strict) => {}
                other => prop_assert!(false, "{other:?} for {uri} at {rule:?}"),
            }
        }
    }

    #[test]
    fn nothing_makes_a_decision_panic(
        spec in spec(),
        method in ".{0,8}",
        host in ".{0,30}",
        uri in prop_oneof![".{0,40}", "/[a%./\\-?&=;{}\\\\\u{0}é]{0,40}"],
        bytes in proptest::collection::vec(any::<u8>(), 0..60),
    ) {
        let table = Table::compile(&spec);
        let garbage = String::from_utf8_lossy(&bytes);
        let headers = Fields(vec![("x-a".to_owned(), garbage.clone().into_owned())]);
        for (method, uri) in [(method.as_str(), uri.as_str()), ("GET", uri.as_str()), ("OPTIONS", &*garbage)] {
            let request = Request { method, host: &host, uri, headers: &headers };
            prop_assert_eq!(decide(&table, &request), explain(&table, &request).decision);
        }
    }
}
