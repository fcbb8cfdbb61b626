//! Properties of the texts: what is written reads back, and what is read never breaks the reader.

use std::collections::BTreeMap;

use crate::generate::{SETTINGS, route, spec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use smsvc_core::labels::{self, route_options};
use smsvc_core::merge::{Declaration, Scheme, merge};
use smsvc_core::name::Name;
use smsvc_core::path::{PathTemplate, Segment};
use smsvc_core::rewrite::RewritePath;
use smsvc_core::route::Route;
use smsvc_core::spec::Spec;

/// A declaration of which every part may be there or not.
fn declaration() -> impl Strategy<Value = Declaration> {
    let service = ("[a-zA-Z0-9]([-_]?[a-zA-Z0-9]){0,10}", "2026-0[1-9]-[0-2][1-9]T00:00:00(\\.[1-9]{1,9})?Z");
    let group = (
        select(&["g", "h"][..]),
        subsequence(&["a.example", "b.example", "*.example"][..], 0..=2),
        proptest::option::of(select(&["/", "/v1", "/%C3%A9/x"][..])),
    );
    let reach = (
        proptest::option::of(1_u16..),
        select(&[Scheme::Http, Scheme::H2c, Scheme::Https][..]),
        proptest::option::of("[a-z]{1,5}"),
        proptest::option::of(select(&["auto", "vip", "dnsrr"][..])),
    );
    let routes = proptest::collection::vec(route(), 0..4);
    (service, group, reach, select(&SETTINGS[..]), routes).prop_map(
        |((service, created), (group, hosts, base), (port, scheme, network, endpoint), stated, routes)| {
            let mut texts = BTreeMap::from([("smsvc.group".to_owned(), group.to_owned())]);
            let mut put = |key: &str, value: Option<String>| {
                texts.extend(value.map(|value| (format!("smsvc.{key}"), value)));
            };
            put("host", (!hosts.is_empty()).then(|| hosts.join(",")));
            put("base", base.map(str::to_owned));
            put("port", port.map(|port| port.to_string()));
            put("scheme", Some(scheme.to_string()));
            put("network", network);
            put("endpoint", endpoint.map(str::to_owned));
            for (key, value) in stated {
                put(key, Some((*value).to_owned()));
            }
            for (index, route) in routes.iter().enumerate() {
                for (field, value) in route.fields() {
                    put(&format!("route.r{index}.{field}"), Some(value));
                }
            }
            labels::parse(&service, &created, &texts).unwrap().unwrap()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn labels_read_back(declaration in declaration()) {
        let texts = labels::write(&declaration);
        let again = labels::parse(declaration.service.as_str(), &declaration.created, &texts).unwrap().unwrap();
        prop_assert_eq!(labels::write(&again), texts);
        prop_assert_eq!(again, declaration);
    }

    #[test]
    fn the_case_of_a_key_changes_nothing(declaration in declaration()) {
        let upper = |key: String| match key.split_once(".query.") {
            Some((before, name)) => format!("{}.QUERY.{name}", before.to_uppercase()),
            None => key.to_uppercase(),
        };
        let texts = labels::write(&declaration).into_iter().map(|(key, value)| (upper(key), value)).collect();
        let again = labels::parse(declaration.service.as_str(), &declaration.created, &texts).unwrap().unwrap();
        prop_assert_eq!(again, declaration);
    }

    #[test]
    fn a_specification_reads_back(spec in spec()) {
        let text = spec.to_json();
        let again = Spec::parse(&text).unwrap();
        prop_assert_eq!(again.to_json(), text);
        prop_assert_eq!(again, spec);
    }

    #[test]
    fn a_route_option_says_what_labels_say(route in route()) {
        let words = route.fields().into_iter().map(|(field, value)| format!("{field}={value}"));
        let text = words.chain(["name=r".to_owned()]).collect::<Vec<_>>().join(" ");
        prop_assert_eq!(route_options(&[text]).unwrap(), [route]);
    }

    #[test]
    fn a_derived_name_is_unique_and_stays(routes in proptest::collection::vec(route(), 1..8)) {
        let words = |route: &Route| route.fields().iter().map(|(field, value)| format!("{field}={value}")).collect::<Vec<_>>();
        let named = route_options(&routes.iter().map(|route| words(route).join(" ")).collect::<Vec<_>>()).unwrap();
        let mut names: Vec<&Name> = named.iter().map(Route::name).collect();
        names.sort();
        names.dedup();
        prop_assert_eq!(names.len(), routes.len());
    }

    #[test]
    fn what_is_merged_is_a_specification_that_reads_back(
        mut declarations in proptest::collection::vec(declaration(), 0..6),
    ) {
        declarations.sort_by(|one, two| one.service.cmp(&two.service));
        declarations.dedup_by(|one, two| one.service == two.service);
        let merged = merge(&declarations);
        prop_assert_eq!(Spec::parse(&merged.spec.to_json()).unwrap(), merged.spec.clone());
        declarations.reverse();
        prop_assert_eq!(&merge(&declarations), &merged);
        for declaration in &declarations {
            let served = merged.spec.groups.iter().any(|group| group.name == declaration.group);
            let refused = merged.refused.iter().any(|refusal| refusal.group == declaration.group);
            prop_assert!(served ^ refused);
        }
        for refusal in &merged.refused {
            prop_assert!(!refusal.errors.is_empty());
        }
        let without = |refused: &Declaration| merged.refused.iter().all(|it| it.group != refused.group);
        let sound: Vec<Declaration> = declarations.into_iter().filter(without).collect();
        prop_assert_eq!(merge(&sound).refused, [], "what is served alone has no conflict");
    }

    #[test]
    fn no_text_breaks_a_reader(text in ".{0,60}", path in "/[ab{}*./%é?#\\-]{0,24}", key in "smsvc\\.[a-z.]{0,20}") {
        let _ = Spec::parse(&text);
        let _ = route_options(&[text.as_str(), path.as_str()]);
        let _ = labels::parse(&text, &text, &BTreeMap::from([(key, text.clone()), (text.clone(), path.clone())]));
        for template in [PathTemplate::parse_path(&path), PathTemplate::parse_prefix(&path)].into_iter().flatten() {
            let again = match template.end() {
                smsvc_core::path::End::Prefix => PathTemplate::parse_prefix(&template.to_string()),
                _ => PathTemplate::parse_path(&template.to_string()),
            };
            prop_assert_eq!(again, Ok(template));
        }
        if let Ok(rewrite) = RewritePath::parse(&path) {
            prop_assert_eq!(RewritePath::parse(&rewrite.to_string()), Ok(rewrite));
        }
    }

    #[test]
    fn a_pattern_matches_where_some_division_exists(
        pieces in proptest::collection::vec(select(&["", "-", "a", "ab", "--"][..]), 2..5),
        text in "[ab\\-]{0,9}",
    ) {
        // The pieces stand around parameters; inner ones are not empty.
        let inner = pieces[1..pieces.len() - 1].iter().map(|piece| if piece.is_empty() { "-" } else { piece });
        let literals: Vec<&str> =
            std::iter::once(pieces[0]).chain(inner).chain([pieces[pieces.len() - 1]]).collect();
        let parameters = (0..literals.len() - 1).map(|index| format!("{{p{index}}}")).chain([String::new()]);
        let template: String = literals.iter().zip(parameters).flat_map(|(literal, it)| [(*literal).to_owned(), it]).collect();
        let parsed = PathTemplate::parse_path(&format!("/{template}")).unwrap();
        let Segment::Pattern(pattern) = &parsed.segments()[0] else { panic!("{template}") };
        prop_assert_eq!(pattern.matches(&text), divides(&literals, &text), "{} {}", template, text);
    }
}

/// Whether `text` is the literals with at least one character between any two: by trying all divisions.
fn divides(literals: &[&str], text: &str) -> bool {
    let Some(rest) = text.strip_prefix(literals[0]) else { return false };
    match &literals[1..] {
        [] => rest.is_empty(),
        others => (1..=rest.len()).any(|cut| divides(others, &rest[cut..])),
    }
}
