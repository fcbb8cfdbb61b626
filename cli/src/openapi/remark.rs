//! Remarks: what of a description could not become a part of a route.

use std::collections::BTreeMap;
use std::fmt;

use smsvc_core::host::HostError;
use smsvc_core::path::PathError;
use smsvc_core::problem::Problem;

use super::reference::ReferenceError;
use super::security::{How, Left};

/// Something that could not be mapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The operation, as `GET /pets/{petId}`, or the part of the document.
    pub place: String,
    /// What that costs.
    pub effect: Effect,
    /// Why.
    pub reason: Unmapped,
}

/// What a remark costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// There is no route for it.
    LeftOut,
    /// There is one, without this.
    Partly,
}

/// Why something could not be mapped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unmapped {
    /// A value of the document that is of another type than OpenAPI says.
    #[error("it is no object")]
    NotAnObject,
    /// A reference that leads nowhere.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// A field of the route.
    #[error("{field}: {problem}")]
    Field {
        /// The field, as labels name it.
        field: String,
        /// What is wrong.
        problem: Problem,
    },
    /// Another operation takes the same requests.
    #[error("{0} takes the same requests: the names of parameters do not tell paths apart")]
    SameRequests(String),
    /// A schema that says more than a constraint can.
    #[error("the parameter {{{parameter}}} is not constrained: {why}")]
    Constraint {
        /// The parameter.
        parameter: String,
        /// What its schema says.
        why: String,
    },
    /// The operation is on servers of its own.
    #[error("it has servers of its own, at {own} and not at {shared}")]
    OwnServers {
        /// Their base path.
        own: String,
        /// That of the document.
        shared: String,
    },
    /// OpenAPI says that it is deprecated, but not since when.
    #[error("it is deprecated, but not since when: x-smsvc-deprecated or --deprecated-since says the day")]
    DeprecatedSince,
    /// Security that the middleware does not hold as it is.
    #[error("W183: {0}")]
    Security(Left),
    /// Security that is not as OpenAPI says.
    #[error("its security is no list of objects with lists of scopes")]
    MalformedSecurity,
    /// A security scheme that is checked by nobody known.
    #[error("it needs {scheme}, whose x-smsvc-auth is {said}: it is jwt or service")]
    Checker {
        /// The scheme.
        scheme: String,
        /// What it says.
        said: String,
    },
    /// The base path of a server.
    #[error("the server {url}: {error}")]
    Base {
        /// The URL.
        url: String,
        /// What is wrong.
        error: PathError,
    },
    /// The host of a server.
    #[error("the server {url}: {error}")]
    Host {
        /// The URL.
        url: String,
        /// What is wrong.
        error: HostError,
    },
    /// A server whose base path is another than that of the first.
    #[error("the server {url} has another base path than the first, {first}: a group has one")]
    SecondBase {
        /// The URL.
        url: String,
        /// The base path that counts.
        first: String,
    },
    /// An extension of ours that is no text.
    #[error("{key} is neither a text, a number, a boolean, a list of these nor an object of them")]
    Extension {
        /// The member.
        key: String,
    },
}

impl Remark {
    /// What is left out for a reason.
    pub(super) fn left_out(place: &str, reason: impl Into<Unmapped>) -> Self {
        Self { place: place.to_owned(), effect: Effect::LeftOut, reason: reason.into() }
    }

    /// What is mapped in part only.
    pub(super) fn partly(place: &str, reason: impl Into<Unmapped>) -> Self {
        Self { place: place.to_owned(), effect: Effect::Partly, reason: reason.into() }
    }
}

/// What all services of a description have to check alike is told at its first operation.
pub(super) fn tell_once(remarks: &mut Vec<Remark>) {
    let foreign = |remark: &Remark| match &remark.reason {
        Unmapped::Security(left) if left.how == How::Foreign => Some(left.clone()),
        _ => None,
    };
    let mut count: BTreeMap<Left, usize> = BTreeMap::new();
    for left in remarks.iter().filter_map(foreign) {
        let count = count.entry(left).or_default();
        *count = count.saturating_add(1);
    }
    remarks.retain_mut(|remark| {
        let Some(left) = foreign(remark) else { return true };
        let Some(count) = count.remove(&left) else { return false };
        if count > 1 {
            remark.place = format!("{} and {} more", remark.place, count.saturating_sub(1));
        }
        true
    });
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let needs = &self.needs;
        match self.how {
            How::Beside => {
                write!(f, "it needs {needs}: the token is checked, the rest is for its service to check")
            }
            How::Instead => write!(
                f,
                "it needs {needs}: a token is asked for, and whoever has something else in its place is refused; x-smsvc-auth: none of the operation leaves all of it to its service"
            ),
            How::Optional => write!(f, "it needs {needs}: no token is asked for"),
            How::Foreign => write!(
                f,
                "it needs {needs}, which is for its service to check: no token is asked for; x-smsvc-auth of the scheme says who checks it, jwt or service"
            ),
        }
    }
}
