//! Answers: what a client gets that no service is asked for.

use std::collections::BTreeSet;

use crate::method::Methods;

/// A complete response but for `Content-Length`, which its writer adds, as it leaves the body out for `HEAD`.
///
/// Nothing of the request is repeated in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Names in lower case, and values.
    pub headers: Vec<(&'static str, String)>,
    /// A problem as JSON (RFC 9457); empty for 204.
    pub body: String,
}

impl Answer {
    /// 404: no route takes the request.
    pub(super) fn not_found() -> Self {
        Self::problem(404, "Not Found", "No route of this API takes the request.")
    }

    /// Routes take the path, but none the `method`: 405, or for `OPTIONS` 204 (RFC 9110, sections 15.5.6 and
    /// 9.3.7).
    pub(super) fn not_with(method: &str, allow: &Allow<'_>) -> Self {
        let allow = ("allow", allow.to_value());
        if method == "OPTIONS" {
            return Self { status: 204, headers: vec![allow], body: String::new() };
        }
        let detail = "The path exists, but not with this method. The Allow header lists those that do.";
        let mut answer = Self::problem(405, "Method Not Allowed", detail);
        answer.headers.push(allow);
        answer
    }

    /// 204 for `OPTIONS *`: nothing is declared for the server as a whole.
    pub(super) fn options_of_server() -> Self {
        Self { status: 204, headers: Vec::new(), body: String::new() }
    }

    /// 400: the request is malformed, or would be once it is rewritten.
    pub(super) fn bad_request() -> Self {
        Self::problem(400, "Bad Request", "The method or the target of the request is malformed.")
    }

    fn problem(status: u16, title: &str, detail: &str) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/problem+json".to_owned())],
            body: format!(
                r#"{{"type":"about:blank","title":"{title}","status":{status},"detail":"{detail}"}}"#
            ),
        }
    }
}

/// The methods of a path, with those that come for free.
#[derive(Debug)]
pub(super) struct Allow<'t>(BTreeSet<&'t str>);

impl Default for Allow<'_> {
    fn default() -> Self {
        Self(BTreeSet::from(["OPTIONS"]))
    }
}

impl<'t> Allow<'t> {
    pub(super) fn add(&mut self, methods: &'t Methods) {
        for method in methods.iter() {
            self.0.insert(method.as_str());
            if method.as_str() == "GET" {
                self.0.insert("HEAD");
            }
        }
    }

    fn to_value(&self) -> String {
        self.0.iter().copied().collect::<Vec<_>>().join(", ")
    }
}
