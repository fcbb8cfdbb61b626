//! What happens to an answer that is held back: it gets `Cache-Control` and `ETag` where the service gave none, and
//! becomes 304 where the client has it already.

use smsvc_core::decide::{BodyTag, Finish};

use crate::host::Host;

/// Finishes the answer that `host` holds back.
pub fn finish(host: &impl Host, finish: &Finish) {
    let status = host.status();
    if let Some(control) = finish.cache_control(status)
        && !host.has_response_header("cache-control")
    {
        host.set_response_header("cache-control", control);
    }
    // An answer with an ETag of its service is its service's: it has compared it already.
    if finish.wants_etag(status) && !host.has_response_header("etag") {
        let mut tag = BodyTag::default();
        host.read_response_body(&mut |part| tag.update(part));
        let mut etag = String::new();
        tag.push_to(&mut etag);
        host.set_response_header("etag", &etag);
        if finish.is_known(&etag) {
            // What describes the body goes with it (RFC 9110, section 15.4.5).
            host.remove_response_header("content-length");
            host.remove_response_header("content-type");
            host.set_status(304);
            host.write_body(&[]);
        }
    }
}

#[cfg(test)]
mod tests {
    use smsvc_core::decide::{Request, Room, decide};
    use smsvc_core::spec::Spec;
    use smsvc_core::table::{Rules, Table};

    use super::*;
    use crate::host::fake::{Answered, Call, FakeHost};

    const HELLO: &str = "W/\"a430d84680aabd0b-5\"";

    /// What becomes of the answer of a service whose route asks for both headers.
    fn calls(status: u16, headers: &[(&str, &str)], if_none_match: &str) -> Vec<Call> {
        let spec = r#"{"v":1,"groups":[{"name":"g","services":[{"service":"s","routes":{
            "a":{"path":"/a","cache.control":"no-cache","cache.etag":"weak"}}}]}]}"#;
        let table = Rules::of(&Spec::parse(spec).unwrap()).compile();
        let table = Table::open(table.as_bytes()).unwrap();
        let mut room = Room::default();
        let asked: &[(&str, &str)] = &[("if-none-match", if_none_match)];
        decide(
            &table,
            &Request { method: "GET", host: "", uri: "/a", headers: &asked, around: &() },
            &mut room,
        );
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()));
        let answered = Answered { status, headers: headers.collect(), body: b"hello".to_vec() };
        let host = FakeHost { answered, ..FakeHost::default() };
        finish(&host, room.finish().unwrap());
        host.calls.into_inner()
    }

    fn set(name: &str, value: &str) -> Call {
        Call::SetResponseHeader(name.into(), value.into())
    }

    #[test]
    fn an_answer_gets_what_its_service_did_not_say() {
        assert_eq!(calls(200, &[], ""), [set("cache-control", "no-cache"), set("etag", HELLO)]);
        assert_eq!(calls(200, &[("Cache-Control", "no-store"), ("ETag", "\"1\"")], HELLO), []);
        assert_eq!(calls(404, &[], HELLO), []);
    }

    #[test]
    fn a_client_that_has_the_answer_gets_its_head_alone() {
        assert_eq!(
            calls(200, &[("Cache-Control", "x")], HELLO),
            [
                set("etag", HELLO),
                Call::RemoveResponseHeader("content-length".into()),
                Call::RemoveResponseHeader("content-type".into()),
                Call::SetStatus(304),
                Call::WriteBody(String::new()),
            ]
        );
    }
}
