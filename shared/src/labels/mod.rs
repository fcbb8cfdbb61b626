//! Labels: the `smsvc.*` labels of a service, its declaration as text.
//!
//! ```text
//! smsvc.schema=1                                    the version of this grammar; may be left out
//! smsvc.group=petstore                              the API group; without it the service has no routes
//! smsvc.host=api.example.com,*.api.example.com      of the group: the same in every member, or left out
//! smsvc.base=/v2                                    of the group, likewise
//! smsvc.port=8080                                   where the tasks of the service listen
//! smsvc.scheme=http                                 http, h2c or https
//! smsvc.health.path=/health                         what Traefik asks each task for; also .interval and .timeout
//! smsvc.network=front                               where Traefik reaches them
//! smsvc.endpoint=auto                               auto, vip or dnsrr
//! smsvc.route.<name>.path=/pets/{petId}             or .prefix=/static
//! smsvc.route.<name>.methods=GET,POST               any if left out
//! smsvc.route.<name>.param.petId=int                uint, uuid, date, slug, len(1,40), one-of(a,b)
//! smsvc.route.<name>.header.X-Tenant=acme           * for present, ! for absent
//! smsvc.route.<name>.query.page=*                   likewise
//! smsvc.route.<name>.rewrite.path=/internal/{petId} or .rewrite.prefix=/
//! smsvc.slash=ignore                                a setting of the group: see crate::settings
//! smsvc.defaults.<field>=…                          inherited by the routes of the service
//! smsvc.owner=true                                  the service that stands for the group in labels of Traefik
//! ```
//!
//! All fields of a route are in [`Route::from_fields`](crate::route::Route::from_fields).
//!
//! A backslash makes the next character literal where it would have a meaning: a comma inside `one-of`, and a
//! `*`, `!` or `\` that starts the value of a condition.
//!
//! Case does not count in a key, except in the name of a query parameter. A `smsvc.` key that is not known
//! is an error, since a typing error would otherwise silently open or close a route.

mod option;
mod parse;
mod schema;
mod vocabulary;
mod write;

use crate::problem::Problem;

pub use option::{RouteOptionError, route_options};
pub use parse::parse;
pub use schema::schema;
pub use write::write;

/// What every label of smsvc starts with.
pub const PREFIX: &str = "smsvc.";

/// The label that names the API group.
pub const GROUP: &str = "smsvc.group";

/// Whether a label is one of smsvc's, in whatever case it is written.
pub fn is_own(label: &str) -> bool {
    parse::own_key(label).is_some()
}

/// A label of a service that is wrong or missing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("service {service}, label {label}: {problem}")]
pub struct LabelError {
    /// The service.
    pub service: String,
    /// The label as it was written.
    pub label: String,
    /// What is wrong with it.
    pub problem: Problem,
}

impl LabelError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.problem.code()
    }
}
