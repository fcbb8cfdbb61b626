//! The shared table of cases, decided natively, by the tree and by the slow oracle.

#[path = "../../tests/cases/mod.rs"]
mod table_of_cases;

use std::collections::{BTreeMap, BTreeSet};

use smsvc_core::auth::Surroundings;
use smsvc_core::decide::{Decision, Lines, Request, Room, Verdict, decide, explain};
use smsvc_core::entry_point::{Received, receive};
use smsvc_core::header_change::HeaderChange;
use smsvc_core::labels;
use smsvc_core::merge::merge;
use smsvc_core::spec::Spec;
use smsvc_core::table::{Rules, Table};

use table_of_cases::{Case, Cases, Expected, petstore, seen};

fn fields(headers: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Some moment at which the tokens of the table are valid that are to be valid.
struct Clock;

impl Surroundings for Clock {
    fn now(&self) -> Option<u64> {
        Some(1_800_000_000)
    }

    fn secret(&self, _path: &str) -> Option<Vec<u8>> {
        None
    }
}

fn rules(cases: &Cases) -> Rules {
    let declarations: Vec<_> = cases
        .services
        .iter()
        .map(|service| labels::parse(&service.name, &service.created, &service.labels).unwrap().unwrap())
        .collect();
    let merged = merge(&declarations);
    assert_eq!(merged.refused, []);
    Rules::of(&Spec::parse(&merged.spec.to_json()).unwrap())
}

/// What becomes of some headers; of a response, what the service itself says is not known here.
fn changed<'c>(
    headers: impl IntoIterator<Item = (&'c String, &'c String)>,
    changes: &Lines,
) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> =
        headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect();
    for change in changes.changes() {
        match change {
            HeaderChange::Remove(gone) => headers.retain(|(name, _)| name != gone),
            HeaderChange::Set(set, value) => {
                headers.retain(|(name, _)| name != set);
                headers.push((set.to_owned(), value.to_owned()));
            }
            HeaderChange::Add(name, value) => headers.push((name.to_owned(), value.to_owned())),
        }
    }
    headers
}

/// What a decision shows of what is expected.
fn observed(rules: &Rules, decision: Decision<'_>, case: &Case) -> Expected {
    fn lines(headers: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> + Clone {
        headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
    match (decision, &case.expect) {
        (Decision::Forward(forward), expected) => {
            let none = BTreeMap::new();
            let (of_request, of_response) = match expected {
                Expected::Forward { request, response, .. } => (request, response),
                Expected::Answer { .. } => (&none, &none),
            };
            let (request, response) =
                (changed(&case.headers, forward.request), changed([], forward.response));
            Expected::Forward {
                service: rules.get(forward.rule).unwrap().service().to_owned(),
                route: rules.get(forward.rule).unwrap().route().name().to_string(),
                uri: forward.uri.unwrap_or(&case.target).to_owned(),
                request: seen(of_request, &lines(&request)),
                response: seen(of_response, &lines(&response)),
            }
        }
        (Decision::Answer(answer), expected) => {
            let none = (BTreeMap::new(), None);
            let (headers, body) = match expected {
                Expected::Answer { headers, body, .. } => (headers, body),
                Expected::Forward { .. } => (&none.0, &none.1),
            };
            let allow =
                answer.headers.pairs().find(|(name, _)| *name == "allow").map(|(_, value)| value.to_owned());
            Expected::Answer {
                status: answer.status,
                allow,
                headers: seen(headers, &answer.headers.pairs().collect::<Vec<_>>().iter().copied()),
                body: body.as_ref().map(|_| answer.body.to_owned()),
            }
        }
    }
}

#[test]
fn every_case_is_decided_as_expected() {
    let cases = petstore();
    let rules = rules(&cases);
    let text = rules.compile();
    let table = Table::open(text.as_bytes()).unwrap();
    let (mut room, mut other) = (Room::default(), Room::default());
    for case in &cases.requests {
        let Case { name, method, host, target, headers, expect, .. } = case;
        let fields = fields(headers);
        let request = Request { method, host, uri: target, headers: &fields.as_slice(), around: &Clock };
        let decision = decide(&table, &request, &mut room);
        assert_eq!(decision, explain(&rules, &table, &request, &mut other).decision, "{name}");
        assert_eq!(&observed(&rules, decision, case), expect, "{name}");
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
    let rules = rules(&cases);
    let text = rules.compile();
    let table = Table::open(text.as_bytes()).unwrap();
    let mut reached = BTreeSet::new();
    for Case { method, host, target, headers, .. } in &cases.requests {
        let fields = fields(headers);
        let request = Request { method, host, uri: target, headers: &fields.as_slice(), around: &Clock };
        let considered = explain(&rules, &table, &request, &mut Room::default()).considered;
        let chosen = considered.into_iter().find(|it| it.verdict == Verdict::Chosen);
        reached.extend(chosen.map(|it| (it.rule.service(), it.rule.route().name())));
    }
    for rule in rules.iter() {
        let (owner, name) = (rule.service(), rule.route().name());
        assert!(reached.contains(&(owner, name)), "no case reaches the route {name} of {owner}");
    }
}
