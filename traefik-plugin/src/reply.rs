//! Writes an answer to the client, in the order that Traefik's host demands.
//!
//! Headers go before the status, because the status sends the head and later headers are lost without a word.
//! What the answer says is the decision's business; here is only what HTTP demands of every message.

use smsvc_core::decide::{Answer, Decimal, Lines};

use crate::host::Host;

/// Writes `answer` to a request with `method`.
///
/// The length is always given, or the answer would be chunked; for `HEAD` it is that of the body which `GET`
/// would get (RFC 9110, section 8.6). 204 and 304 have neither.
pub fn write(host: &impl Host, answer: &Answer<'_>, method: &str) {
    for (name, value) in answer.headers.pairs() {
        host.add_response_header(name, value);
    }
    let has_content = !matches!(answer.status, 204 | 205 | 304);
    if has_content {
        let length = Decimal::new(u64::try_from(answer.body.len()).unwrap_or(u64::MAX));
        host.set_response_header("content-length", length.as_str());
    }
    host.set_status(answer.status);
    if has_content && method != "HEAD" && !answer.body.is_empty() {
        host.write_body(answer.body.as_bytes());
    }
}

/// Answers a request that reached an instance whose start had failed. Traefik never lets one do so.
pub fn not_started(host: &impl Host) {
    write(host, &Answer { status: 500, headers: &Lines::default(), body: "" }, "");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::fake::{Call, FakeHost};

    fn header(name: &str, value: &str) -> Call {
        Call::AddResponseHeader(name.into(), value.into())
    }

    fn length(value: &str) -> Call {
        Call::SetResponseHeader("content-length".into(), value.into())
    }

    fn written(method: &str, status: u16, headers: &[(&str, &str)], body: &str) -> Vec<Call> {
        let host = FakeHost::default();
        let headers = headers.iter().copied().collect();
        write(&host, &Answer { status, headers: &headers, body }, method);
        host.calls.into_inner()
    }

    #[test]
    fn headers_go_before_the_status_and_the_body_after_it() {
        let calls = written("DELETE", 405, &[("content-type", "text/plain"), ("allow", "GET")], "no");
        let expected = [
            header("content-type", "text/plain"),
            header("allow", "GET"),
            length("2"),
            Call::SetStatus(405),
            Call::WriteBody("no".into()),
        ];
        assert_eq!(calls, expected);
    }

    #[test]
    fn an_answer_to_head_has_the_length_of_its_body_but_no_body() {
        assert_eq!(written("HEAD", 404, &[], "gone"), [length("4"), Call::SetStatus(404)]);
    }

    #[test]
    fn an_empty_answer_says_that_it_is_empty() {
        assert_eq!(written("GET", 404, &[], ""), [length("0"), Call::SetStatus(404)]);
    }

    #[test]
    fn a_status_without_content_has_no_length_and_no_body() {
        for status in [204, 304] {
            assert_eq!(written("OPTIONS", status, &[], "never"), [Call::SetStatus(status)]);
        }
    }

    #[test]
    fn an_instance_that_did_not_start_answers_500() {
        let host = FakeHost::default();
        not_started(&host);
        assert_eq!(host.calls.into_inner(), [length("0"), Call::SetStatus(500)]);
    }
}
