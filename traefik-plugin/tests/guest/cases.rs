//! The shared table of cases, sent through the shipped guest.

#[path = "../../../tests/cases/mod.rs"]
mod table_of_cases;

use smsvc_core::labels;
use smsvc_core::merge::merge;
use smsvc_core::spec::Spec;
use smsvc_core::table::{Rules, Table};

use crate::configuration;
use crate::expected::{self, STOP};
use crate::host::{Guest, Request};
use crate::requests::changes;
use table_of_cases::{Case, Cases, Expected, petstore, seen};

impl Case {
    fn request(&self) -> Request {
        let request = Request::new(&self.method, &self.host, &self.target);
        self.headers.iter().fold(request, |request, (name, value)| request.with_header(name, value))
    }

    /// Whether the guest's calls amount to what is expected. The guest does not tell the route.
    fn holds(&self, next: u64, calls: &[String]) -> bool {
        let argument = |call: &str| calls.iter().find_map(|it| it.strip_prefix(call));
        let added =
            calls.iter().filter_map(|call| call.strip_prefix("add_response_header ")?.split_once(": "));
        match &self.expect {
            Expected::Forward { service, uri, request, response, .. } => {
                let router = argument("set_request_header X-Smsvc-Service: ").unwrap_or_default();
                next != STOP
                    && router.split('/').next() == Some(service)
                    && argument("set_uri ").unwrap_or(&self.target) == uri
                    && request.keys().all(|name| calls.iter().any(|call| call.contains(&format!("_request_header {name}"))))
                    // What is set or removed, Traefik does.
                    && seen(response, &added).iter().all(|(name, value)| value.is_none() || response.get(name) == Some(value))
            }
            Expected::Answer { status, allow, headers, body } => {
                next == STOP
                    && argument("set_status ").is_some_and(|told| told == status.to_string())
                    && argument("add_response_header allow: ") == allow.as_deref()
                    && seen(headers, &added) == *headers
                    && body.as_ref().is_none_or(|body| argument("write_body ") == Some(body))
            }
        }
    }
}

/// The specification that the services of the table make.
fn spec(cases: &Cases) -> Spec {
    let services = cases.services.iter();
    let declarations: Vec<_> =
        services.map(|it| labels::parse(&it.name, &it.created, &it.labels).unwrap().unwrap()).collect();
    merge(&declarations).spec
}

#[test]
fn checking_signatures_leaves_a_fifth_of_the_stack_free_and_grows_no_memory() {
    let cases = petstore();
    let table = Rules::of(&spec(&cases)).compile();
    let mut guest = Guest::started(&configuration(&table));
    let signed: Vec<_> = cases.requests.iter().filter(|case| case.host == "vault.example").collect();
    assert!(signed.len() > 30);
    guest.paint_stack();
    for case in &signed {
        guest.request(case.request()).unwrap();
    }
    let pages = guest.pages();
    // Each takes an interpreter long: some are enough to see that nothing is left lying about.
    for case in signed.iter().step_by(4) {
        guest.request(case.request()).unwrap();
    }
    assert_eq!(guest.pages(), pages);
    assert!(guest.stack_never_reached() > 32 * 1024 / 5, "{} bytes are left", guest.stack_never_reached());
}

#[test]
fn every_case_is_decided_by_the_guest_as_expected_and_as_natively() {
    let cases = petstore();
    let table = Rules::of(&spec(&cases)).compile();
    let mut guest = Guest::started(&configuration(&table));
    let table = Table::open(table.as_bytes()).unwrap();
    for case in &cases.requests {
        let (next, calls) = guest.request(case.request()).unwrap();
        let Case { name, expect, traefik_answers, .. } = case;
        assert!(case.holds(next, &calls), "{name}: {calls:?}, not {expect:?} (Traefik: {traefik_answers:?})");
        assert_eq!((next, changes(&calls)), expected::outcome(&table, &case.request()), "{}", case.name);
    }
}
