//! The cases that every way to a decision has to agree on, sent through the shipped guest.

use std::collections::BTreeMap;

use serde::Deserialize;
use smsvc_core::labels;
use smsvc_core::merge::merge;
use smsvc_core::table::Table;

use crate::configuration;
use crate::expected::{self, CONTINUE, STOP};
use crate::host::{Guest, Request};
use crate::requests::changes;

const PETSTORE: &str = include_str!("../../../tests/cases/petstore.json");

#[derive(Deserialize)]
struct Cases {
    services: Vec<Service>,
    requests: Vec<Case>,
}

#[derive(Deserialize)]
struct Service {
    name: String,
    created: String,
    labels: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    method: String,
    host: String,
    target: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    expect: Expected,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Expected {
    Forward { service: String, uri: String },
    Answer { status: u16, allow: Option<String> },
}

impl Case {
    fn request(&self) -> Request {
        let request = Request::new(&self.method, &self.host, &self.target);
        self.headers.iter().fold(request, |request, (name, value)| request.with_header(name, value))
    }

    /// What the guest's calls amount to.
    fn observed(&self, next: u64, calls: &[String]) -> Expected {
        let argument = |call: &str| calls.iter().find_map(|it| it.strip_prefix(call)).map(str::to_owned);
        if next == CONTINUE {
            let service = argument("set_request_header X-Smsvc-Service: ").unwrap_or_default();
            return Expected::Forward { service, uri: argument("set_uri ").unwrap_or(self.target.clone()) };
        }
        assert_eq!(next, STOP, "{}", self.name);
        let status = argument("set_status ").and_then(|status| status.parse().ok()).unwrap_or_default();
        Expected::Answer { status, allow: argument("set_response_header allow: ") }
    }
}

#[test]
fn every_case_is_decided_by_the_guest_as_expected_and_as_natively() {
    let cases: Cases = serde_json::from_str(PETSTORE).unwrap();
    let services = cases.services.iter();
    let declarations: Vec<_> =
        services.map(|it| labels::parse(&it.name, &it.created, &it.labels).unwrap().unwrap()).collect();
    let spec = merge(&declarations).spec;
    let table = Table::compile(&spec);
    let mut guest = Guest::started(&configuration(&spec.to_json()));
    for case in &cases.requests {
        let (next, calls) = guest.request(case.request()).unwrap();
        assert_eq!(case.observed(next, &calls), case.expect, "{}", case.name);
        assert_eq!((next, changes(&calls)), expected::outcome(&table, &case.request()), "{}", case.name);
    }
}
