//! The rules themselves, as the command line runs them.

use smsvc_core::decide::{Decision, Request as Asked, Room, decide as decide_one};
use smsvc_core::spec::Spec;
use smsvc_core::table::{Rules, Table};

use crate::table::{Outcome, Request};

/// What becomes of each request.
pub(crate) fn decide(spec: &Spec, requests: &[Request]) -> Vec<Outcome> {
    let rules = Rules::of(spec);
    let text = rules.compile();
    let table = Table::open(text.as_bytes()).expect("what is compiled opens");
    let mut room = Room::default();
    let outcome = |request: &Request| {
        let Request { method, host, target, headers } = request;
        let asked = Asked { method, host, uri: target, headers: &headers.as_slice(), around: &() };
        match decide_one(&table, &asked, &mut room) {
            Decision::Forward(forward) => {
                let rule = rules.get(forward.rule).expect("the rule of a decision is one of the rules");
                Outcome::Forward {
                    service: rule.service().to_owned(),
                    route: rule.route().name().to_string(),
                    uri: forward.uri.unwrap_or(target).to_owned(),
                }
            }
            Decision::Answer(answer) => {
                let allow = answer.headers.pairs().find(|(name, _)| name.eq_ignore_ascii_case("allow"));
                Outcome::Answer { status: answer.status, allow: allow.map(|(_, value)| value.to_owned()) }
            }
        }
    };
    requests.iter().map(outcome).collect()
}
