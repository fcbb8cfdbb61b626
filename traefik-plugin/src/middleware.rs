//! What happens to one request: read it, decide, then pass it on or write the answer. What happens to the answer of
//! the service, where a route asks for it, is in [`finish`](crate::finish).
//!
//! The header that names the chosen service is set or removed on every request before it goes on or is answered, so
//! that a client that sends it is not heard. There are no rules here, and no logging: Traefik's log level
//! does not reach a guest, so every line would be written.

use smsvc_core::decide::{Decision, Finish, Forward, Headers, Request, SERVICE_HEADER, decide};
use smsvc_core::entry_point;
use smsvc_core::header_change::HeaderChange;
use smsvc_core::table::Table;

use crate::host::Host;
use crate::reply;

/// What Traefik has to do when the guest returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next<'t> {
    /// Call the next handler, which is the router's children.
    Continue,
    /// The same, and then the guest, with the answer held back.
    Finish(Finish<'t>),
    /// Nothing: the answer is written.
    Stop,
}

/// Buffers that a guest keeps from request to request, so that reading a request allocates nothing once
/// they are warm.
#[derive(Debug, Default)]
pub struct Buffers {
    method: Vec<u8>,
    host: Vec<u8>,
    uri: Vec<u8>,
}

impl Buffers {
    /// Empty buffers, for a static.
    pub const fn new() -> Self {
        Self { method: Vec::new(), host: Vec::new(), uri: Vec::new() }
    }
}

/// Handles one request. What `buffers` holds before and after does not matter.
pub fn handle<'t>(host: &impl Host, table: &'t Table, buffers: &mut Buffers) -> Next<'t> {
    host.method(&mut buffers.method);
    host.host(&mut buffers.host);
    host.uri(&mut buffers.uri);
    let method = String::from_utf8_lossy(&buffers.method);
    let name = String::from_utf8_lossy(&buffers.host);
    let uri = entry_point::ascii(&buffers.uri);
    let request = Request { method: &method, host: &name, uri: &uri, headers: &Lookup(host) };
    match decide(table, &request) {
        Decision::Forward(forward) => pass_on(host, forward),
        Decision::Answer(answer) => {
            host.remove_request_header(SERVICE_HEADER);
            reply::write(host, &answer, &method);
            Next::Stop
        }
    }
}

fn pass_on<'t>(host: &impl Host, forward: Forward<'t>) -> Next<'t> {
    host.set_request_header(SERVICE_HEADER, forward.router);
    if let Some(uri) = &forward.uri {
        host.set_uri(uri);
    }
    for change in &forward.request {
        match change {
            HeaderChange::Remove(name) => host.remove_request_header(name),
            HeaderChange::Set(name, value) => host.set_request_header(name, value),
            HeaderChange::Add(name, value) => host.add_request_header(name, value),
        }
    }
    for change in &forward.response {
        // What the service has set is out of reach; Traefik's router for the route changes that.
        if let HeaderChange::Add(name, value) = change {
            host.add_response_header(name, value);
        }
    }
    match forward.finish {
        Some(finish) => {
            host.hold_response();
            Next::Finish(finish)
        }
        None => Next::Continue,
    }
}

/// The request's headers, read from the host only when a route has a condition on one.
struct Lookup<'h, H: Host>(&'h H);

impl<H: Host> Headers for Lookup<'_, H> {
    fn values(&self, name: &str) -> Vec<String> {
        let values = self.0.request_header(name);
        values.iter().map(|value| String::from_utf8_lossy(value).into_owned()).collect()
    }

    fn names(&self) -> Vec<String> {
        let names = self.0.request_header_names();
        names.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use smsvc_core::spec::Spec;

    use super::*;
    use crate::host::fake::{Call, FakeHost};

    const SPEC: &str = r#"{"v":1,"groups":[{"name":"petstore","hosts":["api.example.com"],"base":"/v2","services":[
        {"service":"pets","routes":{
            "get-pet":{"path":"/pets/{petId}","methods":"GET","rewrite.path":"/internal/{petId}"},
            "tenant":{"path":"/tenant","header.X-Tenant":"acme"},
            "dressed":{"path":"/dressed","request.header.remove":"x-a","request.header.set.x-b":"1",
                "request.header.add.x-c":"2","response.header.set.x-d":"3","response.header.add.x-e":"4",
                "deprecated":"true"},
            "kept":{"path":"/kept","cache.control":"no-cache","cache.etag":"weak"}}},
        {"service":"orders","age":1,"routes":{"order":{"path":"/orders","methods":"GET,POST"}}}]}]}"#;

    fn table() -> Table {
        Table::compile(&Spec::parse(SPEC).unwrap())
    }

    fn run(host: FakeHost) -> (bool, Vec<Call>) {
        let table = table();
        let goes_on = handle(&host, &table, &mut Buffers::new()) != Next::Stop;
        (goes_on, host.calls.into_inner())
    }

    fn request(method: &str, uri: impl Into<Vec<u8>>) -> FakeHost {
        FakeHost::new(method, "api.example.com", uri)
    }

    fn names(service: &str) -> Call {
        Call::SetRequestHeader(SERVICE_HEADER.into(), service.into())
    }

    #[test]
    fn a_declared_request_is_passed_on_with_the_name_of_its_service() {
        let (next, calls) = run(request("POST", "/v2/orders"));
        assert_eq!((next, calls), (true, vec![names("orders")]));
    }

    #[test]
    fn headers_are_changed_but_for_those_of_the_service_which_traefik_changes() {
        let (goes_on, calls) = run(request("GET", "/v2/dressed"));
        let expected = vec![
            names("pets/dressed"),
            Call::RemoveRequestHeader("x-a".into()),
            Call::SetRequestHeader("x-b".into(), "1".into()),
            Call::AddRequestHeader("x-c".into(), "2".into()),
            Call::AddResponseHeader("x-e".into(), "4".into()),
            Call::AddResponseHeader("deprecation".into(), "@0".into()),
        ];
        assert_eq!((goes_on, calls), (true, expected));
    }

    #[test]
    fn an_answer_is_held_back_only_where_a_route_asks_for_it_and_it_is_no_stream() {
        let held = |host: FakeHost| run(host).1.contains(&Call::HoldResponse);
        assert!(held(request("GET", "/v2/kept")) && held(request("HEAD", "/v2/kept")));
        assert!(!held(request("POST", "/v2/kept")) && !held(request("GET", "/v2/pets/7")));
        assert!(!held(request("GET", "/v2/kept").with_header("Upgrade", "websocket")));
        assert!(!held(request("GET", "/v2/kept").with_header("Accept", "text/event-stream")));
    }

    #[test]
    fn a_rewrite_follows_the_header_and_keeps_the_query() {
        let (next, calls) = run(request("GET", "/v2/pets/7?x=1"));
        let expected = vec![names("pets"), Call::SetUri("/internal/7?x=1".into())];
        assert_eq!((next, calls), (true, expected));
    }

    #[test]
    fn an_undeclared_request_is_answered_and_not_passed_on() {
        let (next, calls) = run(request("GET", "/v2/nope"));
        assert!(!next);
        assert_eq!(calls.first(), Some(&Call::RemoveRequestHeader(SERVICE_HEADER.into())));
        assert!(calls.contains(&Call::SetStatus(404)), "{calls:?}");
    }

    #[test]
    fn a_header_is_read_only_where_a_route_has_a_condition_on_it() {
        let read = |uri| {
            let (_, calls) = run(request("GET", uri).with_header("X-Tenant", "acme"));
            calls.into_iter().filter(|call| matches!(call, Call::ReadHeader(_))).count()
        };
        assert_eq!((read("/v2/tenant"), read("/v2/orders"), read("/v2/nope")), (1, 0, 0));
    }

    #[test]
    fn every_value_of_a_header_counts() {
        let host =
            request("GET", "/v2/tenant").with_header("x-tenant", "other").with_header("X-Tenant", "acme");
        assert!(run(host).0);
        let host = request("GET", "/v2/tenant").with_header("X-Tenant", "other");
        assert!(!run(host).0);
    }

    #[test]
    fn raw_bytes_in_a_query_are_percent_encoded() {
        let (_, calls) = run(request("GET", b"/v2/pets/7?x=\xFF\xC3\xA9".as_slice()));
        assert_eq!(calls.last(), Some(&Call::SetUri("/internal/7?x=%FF%C3%A9".into())));
    }

    proptest! {
        #[test]
        fn whatever_comes_the_service_header_is_set_or_removed_once_and_before_anything_else(
            method in proptest::collection::vec(any::<u8>(), 0..12),
            host in prop_oneof![Just(b"api.example.com".to_vec()), proptest::collection::vec(any::<u8>(), 0..30)],
            path in "(/v2)?(/pets|/orders|/tenant)?(/[ -~]{0,8}){0,3}",
            query in proptest::collection::vec(any::<u8>(), 0..20),
            header in proptest::collection::vec(any::<u8>(), 0..8),
        ) {
            let uri = [path.as_bytes(), b"?", &query].concat();
            let fake = FakeHost { method, host, uri, ..FakeHost::default() }.with_header("X-Tenant", header);
            let (_, calls) = run(fake);
            let mut changes = calls.iter().filter(|call| !matches!(call, Call::ReadHeader(_)));
            let names_service = |call: &&Call| match call {
                Call::SetRequestHeader(name, _) | Call::RemoveRequestHeader(name) => name == SERVICE_HEADER,
                _ => false,
            };
            prop_assert!(changes.next().is_some_and(|first| names_service(&first)));
            prop_assert!(!changes.any(|other| names_service(&other)));
        }
    }
}
