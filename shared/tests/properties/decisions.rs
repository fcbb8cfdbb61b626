//! Properties of decisions, over random groups and requests.

use std::sync::Arc;

use crate::generate::{Asked, asked, spec};
use proptest::prelude::*;
use smsvc_core::decide::{Decision, Request, Room, Verdict, decide, explain};
use smsvc_core::group::Group;
use smsvc_core::path::{Parameter, Segment, Target};
use smsvc_core::settings::Slash;
use smsvc_core::table::{Compiler, Rule, Rules, Table};

fn request(asked: &Asked) -> Request<'_> {
    Request { method: asked.method, host: asked.host, uri: &asked.uri, headers: &asked.headers, around: &() }
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
        let rules = Rules::of(&spec);
        let text = rules.compile();
        let table = Table::open(text.as_bytes()).unwrap();
        let (mut room, mut other) = (Room::default(), Room::default());
        for asked in &asked {
            let decision = decide(&table, &request(asked), &mut room);
            let explained = explain(&rules, &table, &request(asked), &mut other);
            prop_assert_eq!(decision, explained.decision, "{:?}", asked);
        }
    }

    #[test]
    fn a_table_that_follows_others_is_the_one_that_is_made_from_scratch(
        (one, two) in (spec(), spec()),
        picked in proptest::collection::vec(any::<[bool; 6]>(), 1..6)
    ) {
        let groups: Vec<Arc<Group>> = one.groups.into_iter().chain(two.groups).map(Arc::new).collect();
        let (mut rules, mut compiler) = (Rules::default(), Compiler::default());
        for picked in picked {
            let mut groups: Vec<_> = groups.iter().zip(picked).filter(|(_, it)| *it).map(|(it, _)| Arc::clone(it)).collect();
            // Of those with one name the first.
            groups.sort_by(|one, two| one.name.cmp(&two.name));
            groups.dedup_by(|one, two| one.name == two.name);
            rules = rules.with(&groups);
            prop_assert_eq!(compiler.compile(&rules), Rules::of_groups(&groups).compile());
        }
    }

    #[test]
    fn what_is_forwarded_is_for_the_one_rule_that_is_chosen(spec in spec(), asked in asked()) {
        let rules = Rules::of(&spec);
        let text = rules.compile();
        let table = Table::open(text.as_bytes()).unwrap();
        let mut room = Room::default();
        let explanation = explain(&rules, &table, &request(&asked), &mut room);
        let chosen: Vec<_> = explanation.considered.iter().filter(|it| it.verdict == Verdict::Chosen).collect();
        prop_assert!(chosen.len() <= 1);
        if let Decision::Forward(forward) = explanation.decision {
            prop_assert_eq!(Some(chosen[0].rule), rules.get(forward.rule));
            prop_assert_eq!(chosen[0].rule.router(), forward.router);
        }
    }

    #[test]
    fn what_is_forwarded_is_in_origin_form(spec in spec(), asked in asked()) {
        let rules = Rules::of(&spec);
        let text = rules.compile();
        let table = Table::open(text.as_bytes()).unwrap();
        let mut room = Room::default();
        if let Decision::Forward(forward) = decide(&table, &request(&asked), &mut room) {
            prop_assert!(Target::parse(asked.method, &asked.uri).is_ok());
            if let Some(uri) = forward.uri {
                assert_origin_form(uri);
                let query = |uri: &str| uri.split_once('?').map(|(_, query)| query.to_owned());
                prop_assert_eq!(query(uri), query(&asked.uri));
            }
        }
    }

    #[test]
    fn an_answer_is_complete(spec in spec(), asked in asked()) {
        let rules = Rules::of(&spec);
        let text = rules.compile();
        let table = Table::open(text.as_bytes()).unwrap();
        let mut room = Room::default();
        if let Decision::Answer(answer) = decide(&table, &request(&asked), &mut room) {
            let header = |wanted: &str| answer.headers.pairs().find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned());
            let preflight = header("vary").is_some_and(|vary| vary.contains("Access-Control"));
            prop_assert!(header("allow").is_some() || preflight || !matches!(answer.status, 204 | 405));
            prop_assert_eq!(header("location").is_some(), matches!(answer.status, 302 | 308));
            match answer.status {
                204 | 302 | 308 => prop_assert_eq!(answer.body, ""),
                200 => prop_assert_eq!(answer.body, "hello"),
                status => {
                    let content_type = header("content-type").unwrap();
                    if content_type == "application/problem+json" {
                        let body: serde_json::Value = serde_json::from_str(answer.body).unwrap();
                        prop_assert_eq!(&body["status"], status);
                    } else {
                        prop_assert!(answer.body.starts_with(&status.to_string()) && answer.body.ends_with('\n'));
                    }
                }
            }
            for (name, value) in answer.headers.pairs() {
                prop_assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || b"-0123456789".contains(&byte)));
                prop_assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{}: {}", name, value);
            }
        }
    }

    #[test]
    fn a_route_gets_its_own_path_unless_it_is_outranked(spec in spec()) {
        let rules = Rules::of(&spec);
        let text = rules.compile();
        let table = Table::open(text.as_bytes()).unwrap();
        let mut room = Room::default();
        for rule in rules.iter() {
            let method = rule.route().methods().iter().next().map_or("GET", |method| method.as_str());
            let host = rule.hosts().first().map_or("other".to_owned(), |host| host.to_string().replace('*', "z"));
            let uri = sample_path(rule);
            let asked = Request { method, host: &host, uri: &uri, headers: &(), around: &() };
            let explanation = explain(&rules, &table, &asked, &mut room);
            let considered = explanation.considered.iter().find(|it| std::ptr::eq(it.rule, rule)).unwrap();
            match considered.verdict {
                Verdict::Chosen
                | Verdict::Outranked
                | Verdict::Version
                | Verdict::Header(_)
                | Verdict::Query(_)
                | Verdict::Consumes
                | Verdict::Produces => {}
                // Another group has taken the path with another slash at its end.
                Verdict::Path if rules.scopes().any(|scope| scope.settings().slash() != Slash::Strict) => {}
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
        let rules = Rules::of(&spec);
        let text = rules.compile();
        let table = Table::open(text.as_bytes()).unwrap();
        let (mut room, mut other) = (Room::default(), Room::default());
        let garbage = String::from_utf8_lossy(&bytes);
        let headers: &[(&str, &str)] = &[("x-a", &garbage), ("accept", &garbage), ("origin", &garbage)];
        for (method, uri) in [(method.as_str(), uri.as_str()), ("GET", uri.as_str()), ("OPTIONS", &*garbage)] {
            let request = Request { method, host: &host, uri, headers: &headers, around: &() };
            let decision = decide(&table, &request, &mut room);
            prop_assert_eq!(decision, explain(&rules, &table, &request, &mut other).decision);
        }
    }
}
