//! The request that is decided, taken apart.

use super::room::{Said, Scratch};
use super::{Headers, Outcome, Request, first};
use crate::auth::Surroundings;
use crate::host::RequestHost;
use crate::path::RequestPath;
use crate::table::{MethodBit, RuleView, ScopeView, Table, Walk};

/// A request that is well formed.
#[derive(Clone, Copy)]
pub(super) struct Subject<'s, 't> {
    pub(super) table: &'t Table<'t>,
    pub(super) method: &'s str,
    pub(super) bit: MethodBit,
    pub(super) host: RequestHost<'s>,
    /// What the client asks for, whole.
    pub(super) uri: &'s str,
    pub(super) path: RequestPath<'s>,
    pub(super) query: Option<&'s str>,
    pub(super) headers: &'s dyn Headers,
    pub(super) around: &'s dyn Surroundings,
    pub(super) scratch: &'s Scratch,
    /// Whether the path has another slash at its end than the client's, so that groups that take this for another path
    /// are out.
    pub(super) relaxed: bool,
}

impl<'s, 't> Subject<'s, 't> {
    pub(super) fn new(
        table: &'t Table<'t>,
        request: &Request<'s>,
        host: &'s mut String,
        path: RequestPath<'s>,
        query: Option<&'s str>,
        scratch: &'s Scratch,
    ) -> Self {
        let Request { method, uri, headers, around, .. } = *request;
        let bit = table.method(method);
        let host = RequestHost::read(request.host, host);
        Self { table, method, bit, host, uri, path, query, headers, around, scratch, relaxed: false }
    }

    /// The same request for the path with another slash at its end, if a group takes that for the same.
    pub(super) fn with_other_slash(&self, other: &'s mut String) -> Option<Self> {
        if !self.table.has_loose_slashes() || !self.path.with_other_slash(other) {
            return None;
        }
        Some(Self { path: RequestPath::of_other_slash(other), relaxed: true, ..*self })
    }

    /// Whether a rule that has host and path may take the request.
    pub(super) fn considers(&self, rule: &RuleView<'t>) -> bool {
        !self.relaxed || !rule.route.scope().strict_slash()
    }

    /// Where the client is sent, if the group of the rule has other slashes redirected.
    pub(super) fn elsewhere(&self, rule: &RuleView<'t>, said: &mut Said) -> Outcome<'t> {
        said.answered().add_with("location", |location| {
            location.push_str(self.path.text());
            if let Some(query) = self.query {
                location.push('?');
                location.push_str(query);
            }
        });
        self.for_browsers(&rule.route.scope(), said.answered());
        Outcome::Answer(308)
    }

    /// The group whose business the request is, although no rule has its path.
    pub(super) fn concerned(&self) -> Option<ScopeView<'t>> {
        self.walk().concerned(self.host, self.path.segments())
    }

    /// A walk through the table.
    pub(super) fn walk(&self) -> Walk<'s, 't> {
        Walk::new(self.table, &self.scratch.walk)
    }

    /// What `read` makes of the origin of a request that says one.
    pub(super) fn origin<R>(&self, read: impl Fn(&str) -> R) -> Option<R> {
        first(self.headers, "origin", read)
    }
}
