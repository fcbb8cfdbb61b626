//! What the guest has to do with a request, by the native decision on it.

use std::time::{SystemTime, UNIX_EPOCH};

use smsvc_core::auth::Surroundings;
use smsvc_core::decide::{self, Answer, Decision, Forward, Headers, Room, SERVICE_HEADER};
use smsvc_core::header_change::HeaderChange;
use smsvc_core::table::Table;

use crate::host::Request;

/// The verdict of `handle_request` for "call the next handler", for "call it and then the guest", and for "the answer is
/// written".
pub(crate) const CONTINUE: u64 = 1;
pub(crate) const FINISH: u64 = 1 << 32 | 1;
pub(crate) const STOP: u64 = 0;

/// The verdict and the calls that change something, in order.
pub(crate) fn outcome(table: &Table<'_>, request: &Request) -> (u64, Vec<String>) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (method, host) = (text(&request.method), text(&request.host));
    let uri = encoded(&request.uri);
    let asked =
        decide::Request { method: &method, host: &host, uri: &uri, headers: request, around: &Around };
    match decide::decide(table, &asked, &mut Room::default()) {
        Decision::Forward(forward) => forwarded(&forward),
        Decision::Answer(answer) => (STOP, answered(&answer, method == "HEAD")),
    }
}

/// The clock of this machine, and no files, as the guest has it here.
struct Around;

impl Surroundings for Around {
    fn now(&self) -> Option<u64> {
        Some(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs())
    }

    fn secret(&self, _path: &str) -> Option<Vec<u8>> {
        None
    }
}

fn forwarded(forward: &Forward<'_>) -> (u64, Vec<String>) {
    let mut calls = vec![format!("set_request_header {SERVICE_HEADER}: {}", forward.router)];
    calls.extend(forward.uri.iter().map(|uri| format!("set_uri {uri}")));
    calls.extend(forward.request.changes().map(|change| match change {
        HeaderChange::Remove(name) => format!("remove_request_header {name}"),
        HeaderChange::Set(name, value) => format!("set_request_header {name}: {value}"),
        HeaderChange::Add(name, value) => format!("add_request_header {name}: {value}"),
    }));
    calls.extend(forward.response.changes().filter_map(|change| match change {
        HeaderChange::Add(name, value) => Some(format!("add_response_header {name}: {value}")),
        _ => None,
    }));
    calls.extend(forward.finish.iter().map(|_| "enable_features 2".to_owned()));
    (if forward.finish.is_some() { FINISH } else { CONTINUE }, calls)
}

fn answered(answer: &Answer<'_>, to_head: bool) -> Vec<String> {
    let mut calls = vec![format!("remove_request_header {SERVICE_HEADER}")];
    calls.extend(answer.headers.pairs().map(|(name, value)| format!("add_response_header {name}: {value}")));
    let has_content = !matches!(answer.status, 204 | 205 | 304);
    if has_content {
        calls.push(format!("set_response_header content-length: {}", answer.body.len()));
    }
    calls.push(format!("set_status {}", answer.status));
    if has_content && !to_head && !answer.body.is_empty() {
        calls.push(format!("write_body {}", answer.body));
    }
    calls
}

fn encoded(uri: &[u8]) -> String {
    let encode = |byte: &u8| match byte {
        0..=0x7F => char::from(*byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    uri.iter().map(encode).collect()
}

impl Headers for Request {
    fn values(&self, name: &str, show: &mut dyn FnMut(&str)) {
        let of_that_name = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        of_that_name.for_each(|(_, value)| show(&String::from_utf8_lossy(value)));
    }

    fn names(&self, show: &mut dyn FnMut(&str)) {
        self.headers.iter().for_each(|(name, _)| show(name));
    }
}
