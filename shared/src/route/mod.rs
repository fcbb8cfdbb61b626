//! Routes: which requests a service takes, and what becomes of them.

mod fields;

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

use crate::action::{Action, Forwarding};
use crate::auth::Access;
use crate::condition::{HeaderName, QueryName, Test};
use crate::header_change::HeaderChanges;
use crate::life::Life;
use crate::media::MediaTypes;
use crate::method::Methods;
use crate::name::Name;
use crate::path::{BasePath, PathTemplate};
use crate::rewrite::Rewrite;
use crate::settings::Settings;
use crate::version::{VersionBy, VersionRange};

pub(crate) use fields::fold;
pub use fields::{FieldError, check_default};

/// One route of a service, consistent in itself: what it rewrites with is in its path.
///
/// It is made from its fields, the one vocabulary that labels, the CLI's `--route` and the JSON of a
/// [`Spec`](crate::spec::Spec) share: see [`Route::from_fields`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    name: Name,
    path: PathTemplate,
    methods: Methods,
    version: Option<VersionRange>,
    headers: BTreeMap<HeaderName, Test>,
    query: BTreeMap<QueryName, Test>,
    consumes: MediaTypes,
    produces: MediaTypes,
    access: Access,
    action: Action,
    response: HeaderChanges,
    life: Life,
    op: Option<String>,
    tag: Option<String>,
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

    /// The versions of the API that it belongs to; `None` for one that versions do not concern.
    pub fn version(&self) -> Option<VersionRange> {
        self.version
    }

    /// What it asks of headers.
    pub fn headers(&self) -> &BTreeMap<HeaderName, Test> {
        &self.headers
    }

    /// What it asks of the query.
    pub fn query(&self) -> &BTreeMap<QueryName, Test> {
        &self.query
    }

    /// The types of the bodies that it takes.
    pub fn consumes(&self) -> &MediaTypes {
        &self.consumes
    }

    /// The types of the bodies that it answers with.
    pub fn produces(&self) -> &MediaTypes {
        &self.produces
    }

    /// Whom it is for.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// What it does with a request.
    pub fn action(&self) -> &Action {
        &self.action
    }

    /// What becomes of the path on the way to the service; `None` leaves it unchanged, base included.
    pub fn rewrite(&self) -> Option<&Rewrite> {
        self.action.forwarding()?.rewrite.as_ref()
    }

    /// What becomes of the headers of the response.
    pub fn response(&self) -> &HeaderChanges {
        &self.response
    }

    /// What clients are told of its life.
    pub fn life(&self) -> &Life {
        &self.life
    }

    /// The `operationId` that it was made of.
    pub fn op(&self) -> Option<&str> {
        self.op.as_deref()
    }

    /// The tag that it was made of.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// Whether Traefik has something to do for this route that it does not do for the others of the service: to
    /// change headers of the response that the service has set, or to count requests.
    pub fn needs_own_router(&self) -> bool {
        let changes = !self.response.remove.is_empty() || !self.response.set.is_empty();
        self.action.forwarding().is_some_and(|Forwarding { limits, .. }| changes || !limits.is_empty())
    }

    /// Where the route is in a group with this base and these settings: its paths, each with the versions that a
    /// request has to want there. Where the path tells the version, each version is a path of its own, and the
    /// default one is also at the path without version.
    pub(crate) fn places(
        &self,
        base: &BasePath,
        settings: &Settings,
    ) -> Vec<(PathTemplate, Option<VersionRange>)> {
        let unversioned = self.path.under(base);
        let Some(range) = self.version else { return vec![(unversioned, None)] };
        let Some(versioning) = settings.versioning().filter(|it| it.by() == VersionBy::Path) else {
            return vec![(unversioned, Some(range))];
        };
        let segments = range.versions().filter_map(|version| versioning.segment(version));
        let mut places: Vec<_> =
            segments.map(|segment| (self.path.under(&base.with(segment)), None)).collect();
        if versioning.default().is_some_and(|version| range.versions().contains(&version)) {
            places.push((unversioned, None));
        }
        places
    }

    /// Which of two routes with paths of the same shape outranks the other (`Less` does), as far as what they
    /// declare decides it: a method, more headers, more query parameters, media types.
    pub(crate) fn rank(&self, other: &Self) -> Ordering {
        let key = |route: &Self| {
            (
                route.methods.is_any(),
                Reverse(route.headers.len()),
                Reverse(route.query.len()),
                route.consumes.is_any(),
                route.produces.is_any(),
            )
        };
        key(self).cmp(&key(other))
    }
}
