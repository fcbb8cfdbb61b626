//! Preflights: the question of a browser whether it may send a request from another origin (Fetch standard, "CORS
//! protocol").
//!
//! They are answered for every path of a group that lets other origins in, whether a route declares `OPTIONS` or not:
//! the service would have to know the group's rules to answer them. To an origin that is not let in the answer says
//! nothing, on which the browser refuses.

use super::answer::Answer;
use super::{Search, Subject};
use crate::table::Table;

/// The answer, if the request is a preflight for a path of such a group.
pub(super) fn answer<'t>(
    table: &'t Table,
    subject: &Subject<'_>,
    relaxed: Option<&Subject<'_>>,
    search: &impl Search<'t>,
) -> Option<Answer> {
    if subject.method != "OPTIONS" || !table.has_cors() {
        return None;
    }
    let origin = subject.origin()?;
    let method = subject.headers.values("access-control-request-method").into_iter().next()?;
    let mut near = search.near(subject);
    if near.is_empty() {
        near.0.extend(relaxed.into_iter().flat_map(|relaxed| search.near(relaxed).0));
    }
    let cors = near.scope(subject)?.settings().cors()?;
    let names = subject.headers.values("access-control-request-headers");
    let names = names.iter().flat_map(|value| value.split(','));
    let names: Vec<String> =
        names.map(str::trim).filter(|name| crate::method::is_token(name)).map(str::to_owned).collect();
    let mut answer = Answer::empty(204);
    let method = if crate::method::is_token(&method) { &method } else { "" };
    for (name, value) in cors.preflight(&origin, method, &names, &near.allow().to_value()) {
        answer.add(name, value);
    }
    Some(answer)
}
