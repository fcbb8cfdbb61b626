//! The shared table of cases, decided natively, by the tree and by the slow oracle.

#[path = "../../tests/cases/mod.rs"]
mod table_of_cases;

use std::collections::{BTreeMap, BTreeSet};

use smsvc_core::decide::{Decision, Headers, Request, decide, explain};
use smsvc_core::entry_point::{Received, receive};
use smsvc_core::labels;
use smsvc_core::merge::merge;
use smsvc_core::spec::Spec;
use smsvc_core::table::Table;

use table_of_cases::{Case, Cases, Expected, petstore};

struct Fields<'c>(&'c BTreeMap<String, String>);

impl Headers for Fields<'_> {
    fn values(&self, name: &str) -> Vec<String> {
        self.0
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.clone())
            .collect()
    }

    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

fn table(cases: &Cases) -> Table {
    let declarations: Vec<_> = cases
        .services
        .iter()
        .map(|service| labels::parse(&service.name, &service.created, &service.labels).unwrap().unwrap())
        .collect();
    let merged = merge(&declarations);
    assert_eq!(merged.refused, []);
    Table::compile(&Spec::parse(&merged.spec.to_json()).unwrap())
}

fn observed(decision: Decision<'_>, target: &str) -> Expected {
    match decision {
        Decision::Forward(forward) => Expected::Forward {
            service: forward.service.to_owned(),
            route: forward.route.to_owned(),
            uri: forward.uri.unwrap_or_else(|| target.to_owned()),
        },
        Decision::Answer(answer) => Expected::Answer {
            status: answer.status,
            allow: answer.headers.into_iter().find(|(name, _)| *name == "allow").map(|(_, value)| value),
        },
    }
}

#[test]
fn every_case_is_decided_as_expected() {
    let cases = petstore();
    let table = table(&cases);
    for Case { name, method, host, target, headers, expect, .. } in &cases.requests {
        let request = Request { method, host, uri: target, headers: &Fields(headers) };
        assert_eq!(&observed(decide(&table, &request), target), expect, "{name}");
        assert_eq!(decide(&table, &request), explain(&table, &request).decision, "{name}");
    }
}

/// Else a client that goes through Traefik would not ask what the table says.
#[test]
fn every_case_passes_the_entry_point_unchanged_or_is_answered_there() {
    for case in petstore().requests {
        match (receive(&case.method, &case.target), case.traefik_answers) {
            (Received::Passes(target), None | Some(404)) => assert_eq!(target, case.target, "{}", case.name),
            (Received::Answers(status), Some(expected)) => assert_eq!(status, expected, "{}", case.name),
            (received, expected) => panic!("{}: {received:?}, expected {expected:?}", case.name),
        }
        if let (Some(expected), Expected::Answer { status, .. }) = (case.traefik_answers, case.expect) {
            assert_eq!(status, expected, "{}: Traefik answers as smsvc would", case.name);
        }
    }
}

#[test]
fn every_case_has_a_name_of_its_own_and_every_route_a_case() {
    let cases = petstore();
    let names: BTreeSet<&str> = cases.requests.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.requests.len());
    for rule in table(&cases).rules() {
        let (owner, name) = (rule.service(), rule.route().name().as_str());
        let hit = cases.requests.iter().any(|case| match &case.expect {
            Expected::Forward { service, route, .. } => service == owner && route == name,
            Expected::Answer { .. } => false,
        });
        assert!(hit, "no case reaches the route {name} of {owner}");
    }
}
