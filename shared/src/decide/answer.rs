//! Answers: what a client gets that no service is asked for.

use std::collections::BTreeSet;

use crate::settings::Errors;
use crate::table::Rule;

/// A complete response but for `Content-Length`, which its writer adds, as it leaves the body out for `HEAD`.
///
/// Nothing of the request is repeated in it, apart from what a route says itself with its parameters and from the origin
/// that asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// Of an error a problem as JSON (RFC 9457) or a line of text; empty for 204.
    pub body: String,
}

/// An error that the middleware answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// 400: the request is malformed, or would be once it is rewritten.
    Malformed,
    /// 400: too many query parameters.
    QueryTooLong,
    /// 404: no route takes the request.
    NotFound,
    /// 405: routes take the path, but none the method (RFC 9110, section 15.5.6).
    Method,
    /// 406: no route produces what the client accepts.
    Produces,
    /// 413: the body is longer than the group allows.
    BodyTooLong,
    /// 414: path and query are longer than the group allows.
    UriTooLong,
    /// 415: no route consumes what the client sends.
    Consumes,
    /// 431: more headers than the group allows (RFC 6585, section 5).
    TooManyHeaders,
}

impl Refused {
    /// Status, title and what there is to say.
    fn words(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::Malformed => (400, "Bad Request", "The method or the target of the request is malformed."),
            Self::QueryTooLong => (400, "Bad Request", "The query has more parameters than this API takes."),
            Self::NotFound => (404, "Not Found", "No route of this API takes the request."),
            Self::Method => (
                405,
                "Method Not Allowed",
                "The path exists, but not with this method. The Allow header lists those that do.",
            ),
            Self::Produces => {
                (406, "Not Acceptable", "The path exists, but none of its types is acceptable.")
            }
            Self::BodyTooLong => (413, "Content Too Large", "The body is longer than this API takes."),
            Self::UriTooLong => (414, "URI Too Long", "Path and query are longer than this API takes."),
            Self::Consumes => (
                415,
                "Unsupported Media Type",
                "The path does not take a body of this type. The Accept header lists those that it does.",
            ),
            Self::TooManyHeaders => {
                (431, "Request Header Fields Too Large", "The request has more headers than this API takes.")
            }
        }
    }

    /// The answer that says it.
    pub(super) fn answer(self, errors: Errors) -> Answer {
        let (status, title, detail) = self.words();
        Answer::error(status, title, detail, errors)
    }
}

impl Answer {
    /// An answer without a body.
    pub(super) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: String::new() }
    }

    /// An error in the words of its group.
    pub(super) fn error(status: u16, title: &str, detail: &str, errors: Errors) -> Self {
        let (content_type, body) = match errors {
            Errors::Plain => ("text/plain; charset=utf-8", format!("{status} {title}: {detail}\n")),
            Errors::Problem => (
                "application/problem+json",
                format!(
                    r#"{{"type":"about:blank","title":"{title}","status":{status},"detail":"{detail}"}}"#
                ),
            ),
        };
        Self { status, headers: vec![("content-type".to_owned(), content_type.to_owned())], body }
    }

    /// The refusal of a route with `to=deny`.
    pub(super) fn denied(status: u16, errors: Errors) -> Self {
        let title = match status {
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            410 => "Gone",
            429 => "Too Many Requests",
            451 => "Unavailable For Legal Reasons",
            500 => "Internal Server Error",
            501 => "Not Implemented",
            503 => "Service Unavailable",
            _ => "Refused",
        };
        Self::error(status, title, "This API does not take the request.", errors)
    }

    /// Adds a header line.
    pub(super) fn add(&mut self, name: &str, value: String) {
        self.headers.push((name.to_owned(), value));
    }
}

/// The methods of a path, with those that come for free.
#[derive(Debug, Default)]
pub(super) struct Allow<'t>(BTreeSet<&'t str>);

impl<'t> Allow<'t> {
    /// The methods of some rules together.
    pub(super) fn of(rules: impl IntoIterator<Item = &'t Rule>) -> Self {
        let mut allow = Self::default();
        for rule in rules {
            let auto = rule.settings().auto();
            allow.0.extend(auto.options.then_some("OPTIONS"));
            for method in rule.route().methods().iter().map(crate::method::Method::as_str) {
                allow.0.insert(method);
                if method == "GET" && auto.head {
                    allow.0.insert("HEAD");
                }
            }
        }
        allow
    }

    pub(super) fn to_value(&self) -> String {
        self.0.iter().copied().collect::<Vec<_>>().join(", ")
    }
}
