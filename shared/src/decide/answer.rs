//! Answers: what a client gets that no service is asked for.

use super::room::Said;
use super::{Decimal, Lines, Outcome};

/// A complete response but for `Content-Length`, which its writer adds, as it leaves the body out for `HEAD`.
///
/// Nothing of the request is repeated in it, apart from what a route says itself with its parameters and from the origin
/// that asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer<'a> {
    /// The status code.
    pub status: u16,
    /// Names in lower case, and values.
    pub headers: &'a Lines,
    /// Of an error a problem as JSON (RFC 9457) or a line of text; empty for 204.
    pub body: &'a str,
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

    /// The answer that says it, as one line of text or as a problem.
    pub(super) fn answer<'t>(self, plain: bool, said: &mut Said) -> Outcome<'t> {
        let (status, title, detail) = self.words();
        error(status, title, detail, plain, said)
    }

    /// The refusal of a route with `to=deny`.
    pub(super) fn denied<'t>(status: u16, plain: bool, said: &mut Said) -> Outcome<'t> {
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
        error(status, title, "This API does not take the request.", plain, said)
    }
}

/// An error in the words of its group.
pub(super) fn error<'t>(status: u16, title: &str, detail: &str, plain: bool, said: &mut Said) -> Outcome<'t> {
    let content_type = if plain { "text/plain; charset=utf-8" } else { "application/problem+json" };
    said.answered().add("content-type", content_type);
    let number = Decimal::new(status.into());
    let number = number.as_str();
    if plain {
        said.body.extend([number, " ", title, ": ", detail, "\n"]);
    } else {
        let title = [r#"{"type":"about:blank","title":""#, title, r#"","status":"#, number];
        said.body.extend(title);
        said.body.extend([r#","detail":""#, detail, r#""}"#]);
    }
    Outcome::Answer(status)
}
