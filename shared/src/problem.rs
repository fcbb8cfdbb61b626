//! Problems: what can be wrong with one declared value, each with its stable code.
//!
//! The code is what a user searches for and what a script compares; it never changes its meaning. E1xx are
//! judged for one service alone, E2xx by [`merge`](crate::merge) for several together.

use crate::action::LocationError;
use crate::condition::ConditionError;
use crate::constraint::ConstraintError;
use crate::host::HostError;
use crate::jwt::KeyError;
use crate::media::MediaError;
use crate::method::MethodError;
use crate::name::NameError;
use crate::path::{ParamName, PathError};
use crate::version::VersionError;

/// What is wrong with one value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// E101: no such label, or no such field of a route.
    #[error("there is no such field")]
    UnknownKey,
    /// E101: a field that other programs of this kind have, and that this one does not.
    #[error("there is no such field: {0}")]
    NotHere(&'static str),
    /// E101: a field that every route has to state itself.
    #[error("a path cannot be inherited: each route states its own")]
    NoDefault,
    /// E102: the name of a group, a route or a service.
    #[error(transparent)]
    Name(#[from] NameError),
    /// E103: the same key a second time, after this one; case does not count.
    #[error("{0:?} says it already")]
    DuplicateKey(String),
    /// E104: a host.
    #[error(transparent)]
    Host(#[from] HostError),
    /// E102 for the name of a header or a query parameter, E104 for the value that it is tested for.
    #[error(transparent)]
    Condition(#[from] ConditionError),
    /// E104: a parameter's constraint.
    #[error(transparent)]
    Constraint(#[from] ConstraintError),
    /// E104: a media type.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// E104: a version.
    #[error(transparent)]
    Version(#[from] VersionError),
    /// E104: where a redirect leads.
    #[error(transparent)]
    Location(#[from] LocationError),
    /// E104: an end before its announcement (RFC 9745, section 5).
    #[error("the sunset lies before the deprecation")]
    SunsetBeforeDeprecation,
    /// E104: a body for a status that has none.
    #[error("an answer with the status {0} has no body")]
    BodyWithoutContent(u16),
    /// E104: another value.
    #[error("{found:?} is not {expected}")]
    Value {
        /// What the value should be, with its article.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// E104: keys that tokens are checked with.
    #[error("the keys cannot be used: {0}")]
    Keys(#[from] KeyError),
    /// E104: another value, which is not repeated because it may be a secret.
    #[error("the value is not {0}")]
    Unfit(&'static str),
    /// E105: `smsvc.*` labels, but no `smsvc.group`.
    #[error("smsvc.* labels need smsvc.group, which names the API group of the service")]
    NoGroup,
    /// E104: a health check that would ask again before it has given up.
    #[error("the timeout of a health check has to be shorter than its interval")]
    HealthTimeout,
    /// E107: `smsvc.health.*` labels, but no `smsvc.health.path`.
    #[error("a health check needs smsvc.health.path, which Traefik asks each task for")]
    NoHealthPath,
    /// E111: neither `path` nor `prefix`.
    #[error("the route has neither path nor prefix")]
    NoPath,
    /// E111: both `path` and `prefix`.
    #[error("the route has both path and prefix")]
    PathAndPrefix,
    /// E112 for its parameters, E113 for all else: a path, a prefix, a base or a rewrite.
    #[error(transparent)]
    Path(#[from] PathError),
    /// E114: a method.
    #[error(transparent)]
    Method(#[from] MethodError),
    /// E115: a constraint for a parameter that no segment of the path has.
    #[error("no segment of the path has a parameter {{{0}}}")]
    ConstraintWithoutParameter(String),
    /// E116: a rewrite that uses a parameter that is not in the path.
    #[error("the path has no parameter {{{0}}}")]
    RewriteWithoutParameter(ParamName),
    /// E117: a rewrite on a route that redirects (Gateway API, `HTTPRouteFilter`).
    #[error("a redirect is not rewritten: write the new path into redirect.location")]
    RewriteOfRedirect,
    /// E118: `rewrite.prefix` on a route with `path`.
    #[error("only a route with prefix can have its prefix rewritten")]
    RewriteWithoutPrefix,
    /// E119: both `rewrite.path` and `rewrite.prefix`.
    #[error("the route has both rewrite.path and rewrite.prefix")]
    TwoRewrites,
    /// E120: a field of another action.
    #[error("only a route with to={0} has this field")]
    OtherAction(&'static str),
    /// E120: `to=redirect` without `redirect.location`.
    #[error("a route with to=redirect needs redirect.location")]
    NoLocation,
    /// E120: what a token has to say, on a route that asks for none.
    #[error("only a route with auth=jwt has this field")]
    NoToken,
    /// E123: both a list of what is left out and one of what is kept.
    #[error("the route has both rewrite.query.remove and rewrite.query.allow")]
    RemoveAndAllow,
}

/// Why there is no field or setting of this name, which is in lower case.
pub(crate) fn unknown(key: &str) -> Problem {
    let parts: Vec<&str> = key.splitn(3, '.').collect();
    match parts.as_slice() {
        ["translate", ..] => {
            Problem::NotHere("bodies are passed on as they are; translate them in a service")
        }
        ["pipeline", ..] => {
            Problem::NotHere("a request goes to one service; a pipeline would be a service of its own")
        }
        ["cache", "micro" | "vary" | "max" | "status", ..] => {
            Problem::NotHere("answers are not stored here, since the middleware's instances share nothing")
        }
        ["static", "headers" | "header", ..] => Problem::NotHere("use response.header.set.NAME"),
        _ => Problem::UnknownKey,
    }
}

impl Problem {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownKey | Self::NotHere(_) | Self::NoDefault => "E101",
            Self::Name(_) => "E102",
            Self::Condition(error) => match error {
                ConditionError::Value(_) => "E104",
                ConditionError::HeaderName(_)
                | ConditionError::ReservedHeader(_)
                | ConditionError::QueryName(_) => "E102",
            },
            Self::DuplicateKey(_) => "E103",
            Self::Host(_)
            | Self::Constraint(_)
            | Self::Media(_)
            | Self::Version(_)
            | Self::Location(_)
            | Self::SunsetBeforeDeprecation
            | Self::BodyWithoutContent(_)
            | Self::HealthTimeout
            | Self::Keys(_)
            | Self::Unfit(_)
            | Self::Value { .. } => "E104",
            Self::NoGroup => "E105",
            Self::NoHealthPath => "E107",
            Self::NoPath | Self::PathAndPrefix => "E111",
            Self::Path(error) => match error {
                PathError::Unbalanced(_)
                | PathError::ParameterName(_)
                | PathError::DuplicateParameter(_)
                | PathError::TouchingParameters(_)
                | PathError::RestNotLast(_) => "E112",
                PathError::NotAbsolute(_)
                | PathError::NotOnlyPath(..)
                | PathError::EmptySegment(_)
                | PathError::DotSegment(_)
                | PathError::Character(_)
                | PathError::TooManySegments
                | PathError::ParameterInBase(_) => "E113",
            },
            Self::Method(_) => "E114",
            Self::ConstraintWithoutParameter(_) => "E115",
            Self::RewriteWithoutParameter(_) => "E116",
            Self::RewriteOfRedirect => "E117",
            Self::RewriteWithoutPrefix => "E118",
            Self::TwoRewrites => "E119",
            Self::OtherAction(_) | Self::NoLocation | Self::NoToken => "E120",
            Self::RemoveAndAllow => "E123",
        }
    }
}
