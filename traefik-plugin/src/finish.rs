//! What happens to an answer that is held back: it gets `Cache-Control` and `ETag` where the service gave none, and
//! becomes 304 where the client has it already.

use smsvc_core::decide::{BodyTag, Finish};

use crate::host::Host;

/// Finishes the answer that `host` holds back.
pub fn finish(host: &impl Host, finish: &Finish<'_>) {
    let status = host.status();
    if let Some(control) = finish.cache_control(status)
        && host.response_header("cache-control").is_empty()
    {
        host.set_response_header("cache-control", control);
    }
    // An answer with an ETag of its service is its service's: it has compared it already.
    if finish.wants_etag(status) && host.response_header("etag").is_empty() {
        let mut tag = BodyTag::default();
        host.read_response_body(&mut |part| tag.update(part));
        let etag = tag.etag();
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
    use super::*;
    use crate::host::fake::{Answered, Call, FakeHost};

    const HELLO: &str = "W/\"a430d84680aabd0b-5\"";

    fn calls(status: u16, headers: &[(&str, &str)], if_none_match: &str) -> Vec<Call> {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()));
        let answered = Answered { status, headers: headers.collect(), body: b"hello".to_vec() };
        let host = FakeHost { answered, ..FakeHost::default() };
        finish(&host, &Finish { control: Some("no-cache"), etag: Some(vec![if_none_match.to_owned()]) });
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
