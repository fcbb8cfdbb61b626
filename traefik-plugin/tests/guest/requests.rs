//! What the guest does with a request, and in which order.

use std::cell::RefCell;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use smsvc_core::table::Table;

use crate::expected::{self, CONTINUE, FINISH, STOP};
use crate::host::{Request, Response};
use crate::{get, guest, rules};

/// Without the look-ups, which change nothing.
pub(crate) fn changes(calls: &[String]) -> Vec<String> {
    calls.iter().filter(|call| !call.starts_with("get_")).cloned().collect()
}

#[test]
fn a_forwarded_request_carries_its_service_and_its_rewritten_uri() {
    let (next, calls) = guest().request(get("/v2/pets/7?x=1")).unwrap();
    assert_eq!(next, CONTINUE);
    assert_eq!(calls, ["set_request_header X-Smsvc-Service: pets", "set_uri /internal/7?x=1"]);
}

#[test]
fn an_answer_has_its_headers_before_its_status_and_is_whole() {
    let (next, calls) = guest().request(Request::new("DELETE", "api.example.com", "/v2/orders")).unwrap();
    assert_eq!(next, STOP);
    assert_eq!(calls[0], "remove_request_header X-Smsvc-Service");
    let status = calls.iter().position(|call| call == "set_status 405").unwrap();
    assert!(calls[1..status].iter().all(|call| call.contains("_response_header ")), "{calls:?}");
    let body = calls[status + 1].strip_prefix("write_body ").unwrap();
    assert!(calls.contains(&format!("set_response_header content-length: {}", body.len())), "{calls:?}");
}

#[test]
fn an_answer_that_is_held_back_is_finished_whatever_its_length_and_leaves_the_stack_clean() {
    let mut guest = guest();
    let resting = guest.stack_pointer();
    let mut tags = Vec::new();
    for length in [0, 1, 4095, 4096, 4097, 100_000] {
        let (next, calls) = guest.request(get("/v2/kept")).unwrap();
        assert_eq!((next, calls.last().map(String::as_str)), (FINISH, Some("enable_features 2")));
        let response = Response { status: 200, headers: Vec::new(), body: vec![b'x'; length] };
        let calls = guest.held_response(next, response).unwrap();
        assert_eq!(calls[0], "set_response_header cache-control: no-cache");
        let tag = calls[1].strip_prefix("set_response_header etag: ").unwrap().to_owned();
        assert!(tag.ends_with(&format!("-{length:x}\"")), "{tag}");
        tags.push((length, tag));
    }
    for (length, tag) in tags {
        let (next, _) = guest.request(get("/v2/kept").with_header("If-None-Match", &tag)).unwrap();
        let response =
            Response { status: 200, headers: vec![("Cache-Control", "x")], body: vec![b'x'; length] };
        let calls = guest.held_response(next, response).unwrap();
        assert_eq!(calls[3..], ["set_status 304", "write_body "]);
    }
    assert_eq!(guest.stack_pointer(), resting);
}

#[test]
fn a_value_longer_than_the_buffer_is_read_whole() {
    let mut guest = guest();
    let long = "x".repeat(70_000);
    let (_, calls) = guest.request(get(&format!("/v2/pets/7?{long}"))).unwrap();
    assert!(calls.last() == Some(&format!("set_uri /internal/7?{long}")));
    let tenant = |values: [&str; 3]| {
        let request =
            values.iter().fold(get("/v2/tenant"), |request, it| request.with_header("X-Tenant", it));
        request.with_header("X-Other", "")
    };
    assert_eq!(guest.request(tenant([&long, "acme", ""])).unwrap().0, CONTINUE);
    assert_eq!(guest.request(tenant([&long, "", "b"])).unwrap().0, STOP);
}

#[test]
fn whatever_comes_the_guest_does_what_the_native_decision_says_and_leaves_its_stack_clean() {
    let (guest, table) = (RefCell::new(guest()), rules().compile());
    let table = Table::open(table.as_bytes()).unwrap();
    let resting = guest.borrow().stack_pointer();
    let mut runner =
        TestRunner::new(Config { cases: 10_000, failure_persistence: None, ..Config::default() });
    let bytes = |most| proptest::collection::vec(any::<u8>(), 0..most);
    let method = prop_oneof![
        "GET|HEAD|POST|OPTIONS|DELETE|CONNECT".prop_map(String::into_bytes),
        "[!-~]{1,9}".prop_map(String::into_bytes),
        bytes(9)
    ];
    let host = prop_oneof!["api\\.example\\.com(:[0-9]{0,6})?\\.?".prop_map(String::into_bytes), bytes(24)];
    let uri = prop_oneof![
        "/v2(/pets|/files|/tenant|/orders)?(/[ -~]{0,9}){0,3}(\\?[ -~]{0,9})?".prop_map(String::into_bytes),
        "(/|%2[fF]|%2[eE]|\\.|%|%00|[a-z]|\\?|#){0,20}".prop_map(String::into_bytes),
        bytes(40),
    ];
    let headers = proptest::collection::vec(
        ("X-Tenant|X-Other|X-Smsvc-Service", prop_oneof!["acme".prop_map(String::into_bytes), bytes(9)]),
        0..4,
    );
    let requests = (method, host, uri, headers).prop_map(|(method, host, uri, headers)| Request {
        method,
        host,
        uri,
        headers,
    });
    runner
        .run(&requests, |mut request| {
            // The host ends each value with a NUL byte, so that no value can hold one.
            request.headers.iter_mut().for_each(|(_, value)| value.retain(|byte| *byte != 0));
            let mut guest = guest.borrow_mut();
            let (next, calls) = guest.request(request.clone()).unwrap();
            prop_assert_eq!((next, changes(&calls)), expected::outcome(&table, &request));
            prop_assert_eq!(guest.stack_pointer(), resting);
            Ok(())
        })
        .unwrap();
    assert_eq!(guest.into_inner().log(), [""; 0]);
}
