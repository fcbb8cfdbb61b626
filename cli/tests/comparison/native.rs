//! The rules themselves, as the command line runs them.

use smsvc_core::decide::{Decision, Headers, Request as Asked, decide as decide_one};
use smsvc_core::spec::Spec;
use smsvc_core::table::Table;

use crate::table::{Outcome, Request};

struct Fields<'r>(&'r [(String, String)]);

impl Headers for Fields<'_> {
    fn names(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| name.clone()).collect()
    }

    fn values(&self, name: &str) -> Vec<String> {
        let named = self.0.iter().filter(|(field, _)| field.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.clone()).collect()
    }
}

/// What becomes of each request.
pub(crate) fn decide(spec: &Spec, requests: &[Request]) -> Vec<Outcome> {
    let table = Table::compile(spec);
    let outcome = |request: &Request| {
        let headers = Fields(&request.headers);
        let asked =
            Asked { method: &request.method, host: &request.host, uri: &request.target, headers: &headers };
        match decide_one(&table, &asked) {
            Decision::Forward(forward) => Outcome::Forward {
                service: forward.service.to_owned(),
                route: forward.route.to_owned(),
                uri: forward.uri.unwrap_or_else(|| request.target.clone()),
            },
            Decision::Answer(answer) => {
                let allow = answer.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("allow"));
                Outcome::Answer { status: answer.status, allow: allow.map(|(_, value)| value.clone()) }
            }
        }
    };
    requests.iter().map(outcome).collect()
}
