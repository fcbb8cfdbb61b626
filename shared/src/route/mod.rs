//! Routes: which requests a service takes, and what becomes of their path.

mod fields;

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

use crate::condition::{HeaderName, QueryName, Test};
use crate::method::Methods;
use crate::name::Name;
use crate::path::PathTemplate;
use crate::rewrite::Rewrite;

pub use fields::FieldError;
pub(crate) use fields::fold;

/// One route of a service, consistent in itself: what it rewrites with is in its path.
///
/// It is made from its fields, the one vocabulary that labels, the CLI's `--route` and the JSON of a
/// [`Spec`](crate::spec::Spec) share: see [`Route::from_fields`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    name: Name,
    path: PathTemplate,
    methods: Methods,
    headers: BTreeMap<HeaderName, Test>,
    query: BTreeMap<QueryName, Test>,
    rewrite: Option<Rewrite>,
}

impl Route {
    /// Its name, unique in its service.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// Its path, without the base of the group.
    pub fn path(&self) -> &PathTemplate {
        &self.path
    }

    /// Its methods.
    pub fn methods(&self) -> &Methods {
        &self.methods
    }

    /// What it asks of headers.
    pub fn headers(&self) -> &BTreeMap<HeaderName, Test> {
        &self.headers
    }

    /// What it asks of the query.
    pub fn query(&self) -> &BTreeMap<QueryName, Test> {
        &self.query
    }

    /// What becomes of the path; `None` leaves it unchanged, base included.
    pub fn rewrite(&self) -> Option<&Rewrite> {
        self.rewrite.as_ref()
    }

    /// Which of two routes with paths of the same shape outranks the other (`Less` does), as far as what they
    /// declare decides it: a method, more headers, more query parameters.
    pub(crate) fn rank(&self, other: &Self) -> Ordering {
        let key =
            |route: &Self| (route.methods.is_any(), Reverse(route.headers.len()), Reverse(route.query.len()));
        key(self).cmp(&key(other))
    }
}
