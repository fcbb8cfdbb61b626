//! What happens to one request: read it, decide, then pass it on or write the answer. What happens to the answer of
//! the service, where a route asks for it, is in [`finish`](crate::finish).
//!
//! The header that names the chosen service is set or removed on every request before it goes on or is answered, so
//! that a client that sends it is not heard. There are no rules here, and no logging: Traefik's log level
//! does not reach a guest, so every line would be written.

use std::cell::Cell;

use smsvc_core::auth::Surroundings;
use smsvc_core::decide::{Decision, Finish, Forward, Headers, Request, Room, SERVICE_HEADER, decide};
use smsvc_core::entry_point;
use smsvc_core::header_change::HeaderChange;
use smsvc_core::table::Table;

use crate::host::Host;
use crate::reply;

/// What Traefik has to do when the guest returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Call the next handler, which is the router's children.
    Continue,
    /// Call the next handler, and then [`finish`](crate::finish::finish), with the answer held back.
    Finish,
    /// Nothing: the answer is written.
    Stop,
}

/// Room that a guest keeps from request to request, so that a request allocates nothing once it is warm.
#[derive(Default)]
pub struct Buffers {
    method: Read,
    host: Read,
    uri: Read,
    seen: Cell<Seen>,
    room: Room,
}

/// What is read from the host, and what it is as text where it is none.
#[derive(Default)]
struct Read {
    bytes: Vec<u8>,
    text: String,
}

/// The header that was read last.
#[derive(Default)]
struct Seen {
    name: String,
    values: Read,
}

impl Buffers {
    /// What is to be done with the answer to the request that was handled last.
    pub fn finish(&self) -> Option<&Finish> {
        self.room.finish()
    }
}

/// Handles one request. What `buffers` holds before and after does not matter.
pub fn handle(host: &impl Host, table: &Table<'_>, buffers: &mut Buffers) -> Next {
    let Buffers { method, host: name, uri, seen, room } = buffers;
    host.method(&mut method.bytes);
    host.uri(&mut uri.bytes);
    name.bytes.clear();
    if table.asks_for_host() {
        host.host(&mut name.bytes);
    }
    let method = text(&method.bytes, &mut method.text);
    let name = text(&name.bytes, &mut name.text);
    let uri = entry_point::ascii(&uri.bytes, &mut uri.text);
    seen.get_mut().name.clear();
    let headers = Lookup { host, seen };
    let request = Request { method, host: name, uri, headers: &headers, around: &headers };
    match decide(table, &request, room) {
        Decision::Forward(forward) => pass_on(host, &forward),
        Decision::Answer(answer) => {
            host.remove_request_header(SERVICE_HEADER);
            reply::write(host, &answer, method);
            Next::Stop
        }
    }
}

fn pass_on(host: &impl Host, forward: &Forward<'_>) -> Next {
    host.set_request_header(SERVICE_HEADER, forward.router);
    if let Some(uri) = forward.uri {
        host.set_uri(uri);
    }
    for change in forward.request.changes() {
        match change {
            HeaderChange::Remove(name) => host.remove_request_header(name),
            HeaderChange::Set(name, value) => host.set_request_header(name, value),
            HeaderChange::Add(name, value) => host.add_request_header(name, value),
        }
    }
    for change in forward.response.changes() {
        // What the service has set is out of reach; Traefik's router for the route changes that.
        if let HeaderChange::Add(name, value) = change {
            host.add_response_header(name, value);
        }
    }
    if forward.finish.is_none() {
        return Next::Continue;
    }
    host.hold_response();
    Next::Finish
}

/// Bytes as text. What stands for bytes that are none is put together in `buffer`.
fn text<'a>(bytes: &'a [u8], buffer: &'a mut String) -> &'a str {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text;
    }
    buffer.clear();
    for chunk in bytes.utf8_chunks() {
        buffer.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            buffer.push(char::REPLACEMENT_CHARACTER);
        }
    }
    buffer
}

/// The request's headers, read from the host only when a route has a condition on one, and not twice in a row.
struct Lookup<'h, H: Host> {
    host: &'h H,
    seen: &'h Cell<Seen>,
}

impl<H: Host> Headers for Lookup<'_, H> {
    fn values(&self, name: &str, show: &mut dyn FnMut(&str)) {
        let mut seen = self.seen.take();
        if seen.name != name {
            self.host.request_header(name, &mut seen.values.bytes);
            seen.name.clear();
            seen.name.push_str(name);
        }
        show_all(&mut seen.values, show);
        self.seen.set(seen);
    }

    fn names(&self, show: &mut dyn FnMut(&str)) {
        let mut seen = self.seen.take();
        self.host.request_header_names(&mut seen.values.bytes);
        seen.name.clear();
        show_all(&mut seen.values, show);
        self.seen.set(seen);
    }
}

/// Shows what stands in a buffer, each ended by a NUL byte.
fn show_all(read: &mut Read, show: &mut dyn FnMut(&str)) {
    for value in read.bytes.split_inclusive(|byte| *byte == 0) {
        if let Some(value) = value.strip_suffix(&[0]) {
            show(text(value, &mut read.text));
        }
    }
}

/// The clock and the files, asked only where a route needs a token.
impl<H: Host> Surroundings for Lookup<'_, H> {
    fn now(&self) -> Option<u64> {
        self.host.now()
    }

    fn secret(&self, path: &str) -> Option<Vec<u8>> {
        self.host.secret(path)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use smsvc_core::spec::Spec;
    use smsvc_core::table::Rules;

    use super::*;
    use crate::host::fake::{Call, FakeHost};

    const SPEC: &str = r#"{"v":1,"groups":[{"name":"petstore","hosts":["api.example.com"],"base":"/v2","settings":{"auth.secret-file":"/s","auth.claims.x-user":"sub"},"services":[
        {"service":"pets","routes":{
            "get-pet":{"path":"/pets/{petId}","methods":"GET","rewrite.path":"/internal/{petId}"},
            "tenant":{"path":"/tenant","header.X-Tenant":"acme"},
            "dressed":{"path":"/dressed","request.header.remove":"x-a","request.header.set.x-b":"1",
                "request.header.add.x-c":"2","response.header.set.x-d":"3","response.header.add.x-e":"4",
                "deprecated":"true"},
            "guarded":{"path":"/guarded","auth":"jwt","auth.permissions":"staff"},
            "kept":{"path":"/kept","cache.control":"no-cache","cache.etag":"weak"}}},
        {"service":"orders","age":1,"routes":{"order":{"path":"/orders","methods":"GET,POST"}}}]}]}"#;

    fn run(host: FakeHost) -> (bool, Vec<Call>) {
        let table = Rules::of(&Spec::parse(SPEC).unwrap()).compile();
        let table = Table::open(table.as_bytes()).unwrap();
        let goes_on = handle(&host, &table, &mut Buffers::default()) != Next::Stop;
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
        assert_eq!((next, calls), (true, vec![names("orders"), Call::RemoveRequestHeader("x-user".into())]));
    }

    #[test]
    fn headers_are_changed_but_for_those_of_the_service_which_traefik_changes() {
        let (goes_on, calls) = run(request("GET", "/v2/dressed"));
        let expected = vec![
            names("pets/dressed"),
            Call::RemoveRequestHeader("x-user".into()),
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
        let expected = vec![
            names("pets"),
            Call::SetUri("/internal/7?x=1".into()),
            Call::RemoveRequestHeader("x-user".into()),
        ];
        assert_eq!((next, calls), (true, expected));
    }

    /// HS256 with 32 bytes of `k`; `sub` is `alice`, `permissions` `["staff"]`, `exp` 2000000000.
    const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSIsInBlcm1pc3Npb25zIjpbInN0YWZmIl0sImV4cCI6MjAwMDAwMDAwMH0.TS7GEAUP-MqUY-JU-XzLxiW5ysteWQGscFttta_bPEE";

    #[test]
    fn a_request_that_is_not_let_in_is_answered_and_never_passed_on() {
        let guarded = || FakeHost {
            now: Some(1_700_000_000),
            secret: Some(vec![b'k'; 32]),
            ..request("GET", "/v2/guarded").with_header("X-User", "root").with_header("x_user", "root")
        };
        let bearer = |host: FakeHost| host.with_header("Authorization", format!("Bearer {TOKEN}"));
        let status = |calls: &[Call]| {
            calls
                .iter()
                .find_map(|call| if let Call::SetStatus(status) = call { Some(*status) } else { None })
        };
        for (host, expected) in [
            (guarded(), 401),
            (guarded().with_header("Authorization", format!("Bearer {TOKEN}x")), 401),
            (bearer(bearer(guarded())), 400),
            (bearer(FakeHost { now: Some(2_000_000_100), ..guarded() }), 401),
            (bearer(FakeHost { now: None, ..guarded() }), 503),
            (bearer(FakeHost { secret: None, ..guarded() }), 503),
        ] {
            let (goes_on, calls) = run(host);
            assert_eq!((goes_on, status(&calls)), (false, Some(expected)), "{calls:?}");
            assert_eq!(
                calls.iter().find(|call| !matches!(call, Call::ReadHeader(_))),
                Some(&Call::RemoveRequestHeader(SERVICE_HEADER.into()))
            );
        }
        let (goes_on, calls) = run(bearer(guarded()));
        let changes: Vec<_> = calls.into_iter().filter(|call| !matches!(call, Call::ReadHeader(_))).collect();
        let expected = [
            names("pets"),
            Call::SetRequestHeader("x-user".into(), "alice".into()),
            Call::RemoveRequestHeader("x_user".into()),
        ];
        assert_eq!((goes_on, &changes[..]), (true, &expected[..]));
    }

    #[test]
    fn what_a_client_says_in_the_header_of_a_claim_is_removed_on_routes_for_anybody_too() {
        let (goes_on, calls) = run(request("POST", "/v2/orders").with_header("X-User", "root"));
        assert!(goes_on && calls.contains(&Call::RemoveRequestHeader("x-user".into())), "{calls:?}");
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
        assert!(calls.contains(&Call::SetUri("/internal/7?x=%FF%C3%A9".into())), "{calls:?}");
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
