//! Rules: one route of one service, at one of its paths, with everything that its group adds.

use std::cmp::Ordering;
use std::sync::Arc;

use super::Scope;
use crate::group::{Group, Member};
use crate::host::HostPattern;
use crate::method::Fit;
use crate::name::{Name, ServiceName};
use crate::path::PathTemplate;
use crate::route::Route;
use crate::settings::Settings;
use crate::version::VersionRange;

/// A route, complete with hosts, base path and owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    owner: Arc<Owner>,
    path: PathTemplate,
    version: Option<VersionRange>,
    route: Arc<Route>,
    router: Option<String>,
}

/// What all routes of a service share.
#[derive(Debug, PartialEq, Eq)]
struct Owner {
    scope: Arc<Scope>,
    service: ServiceName,
    age: u64,
}

impl Rule {
    /// The rules of one service.
    pub(super) fn of_member(
        scope: &Arc<Scope>,
        group: &Group,
        member: &Member,
    ) -> impl Iterator<Item = Self> {
        let owner = Owner { scope: Arc::clone(scope), service: member.service.clone(), age: member.age };
        let owner = Arc::new(owner);
        member.routes.iter().flat_map(move |route| {
            let owner = Arc::clone(&owner);
            let router = route.needs_own_router().then(|| own_router(&owner.service, route.name()));
            let route = Arc::new(route.clone());
            route.places(&group.base, &group.settings).into_iter().map(move |(path, version)| Self {
                owner: Arc::clone(&owner),
                path,
                version,
                route: Arc::clone(&route),
                router: router.clone(),
            })
        })
    }

    /// The name of its group.
    pub fn group(&self) -> &str {
        self.owner.scope.name()
    }

    /// The name of its service.
    pub fn service(&self) -> &str {
        self.owner.service.as_str()
    }

    /// What Traefik's router for it is found by: the service, or service and route where the route has one of its own.
    pub fn router(&self) -> &str {
        self.router.as_deref().unwrap_or(self.service())
    }

    /// The hosts of its group; empty for any.
    pub fn hosts(&self) -> &[HostPattern] {
        self.owner.scope.hosts()
    }

    /// The settings of its group.
    pub fn settings(&self) -> &Settings {
        self.owner.scope.settings()
    }

    /// What its group shares.
    pub(crate) fn scope(&self) -> &Scope {
        &self.owner.scope
    }

    /// Its path, with the base of the group and, if the path tells it, the version.
    pub fn path(&self) -> &PathTemplate {
        &self.path
    }

    /// The versions that a request has to want, where the path does not tell them.
    pub fn version(&self) -> Option<VersionRange> {
        self.version
    }

    /// What else it declares.
    pub fn route(&self) -> &Route {
        &self.route
    }

    /// Why it takes a method; `None` if it does not.
    pub(crate) fn fit(&self, method: &str) -> Option<Fit> {
        let free = self.settings().auto().head;
        self.route.methods().fit(method).filter(|fit| free || *fit != Fit::HeadOfGet)
    }

    /// Which of two rules with the same host and the same shape of path outranks the other (`Less` does).
    ///
    /// Never `Equal` for two rules of a specification, whose names are unique.
    pub(crate) fn rank(&self, other: &Self) -> Ordering {
        self.standing(other).then_with(|| self.seniority().cmp(&other.seniority()))
    }

    /// The same by what they declare alone.
    pub(crate) fn standing(&self, other: &Self) -> Ordering {
        self.version.is_none().cmp(&other.version.is_none()).then_with(|| self.route.rank(&other.route))
    }

    /// The older of two is the lesser.
    pub(crate) fn seniority(&self) -> (u64, &str, &str, &Name) {
        (self.owner.age, self.group(), self.service(), self.route.name())
    }
}

/// What the router of one route is found by. No service has a slash in its name.
pub(crate) fn own_router(service: &ServiceName, route: &Name) -> String {
    format!("{service}/{route}")
}
