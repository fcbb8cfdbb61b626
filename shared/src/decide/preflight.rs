//! Preflights: the question of a browser whether it may send a request from another origin (Fetch standard, "CORS
//! protocol").
//!
//! They are answered for every path of a group that lets other origins in, whether a route declares `OPTIONS` or not:
//! the service would have to know the group's rules to answer them. To an origin that is not let in the answer says
//! nothing, on which the browser refuses.

use super::near::Near;
use super::room::Said;
use super::subject::Subject;
use super::{Search, first};

/// Answers, if the request is a preflight for a path of such a group.
pub(super) fn answer<'t>(
    subject: &Subject<'_, 't>,
    relaxed: Option<&Subject<'_, 't>>,
    search: &mut impl Search<'t>,
    near: &mut Near<'_, 't>,
    said: &mut Said,
) -> bool {
    let asks = subject.origin(|_| ()).is_some()
        && first(subject.headers, "access-control-request-method", |_| ()).is_some();
    if !asks {
        return false;
    }
    search.near(subject, near);
    if near.is_empty()
        && let Some(relaxed) = relaxed
    {
        search.near(relaxed, near);
    }
    let Some(scope) = near.scope() else { return false };
    let Some(cors) = scope.cors() else { return false };
    subject.push_preflight(&cors, near, said.answered());
    true
}
