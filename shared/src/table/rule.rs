//! Rules: one route of one service with everything that its group adds.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::group::{Group, Member};
use crate::host::HostPattern;
use crate::name::{Name, ServiceName};
use crate::path::PathTemplate;
use crate::route::Route;

/// A route, complete with hosts, base path and owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    owner: Arc<Owner>,
    path: PathTemplate,
    route: Route,
}

/// What all routes of a service share.
#[derive(Debug, PartialEq, Eq)]
struct Owner {
    group: Name,
    service: ServiceName,
    age: u32,
    hosts: Vec<HostPattern>,
}

impl Rule {
    /// The rules of one service.
    pub(super) fn of_member(group: &Group, member: &Member) -> impl Iterator<Item = Self> {
        let owner = Arc::new(Owner {
            group: group.name.clone(),
            service: member.service.clone(),
            age: member.age,
            hosts: group.hosts.clone(),
        });
        member.routes.iter().map(move |route| Self {
            owner: Arc::clone(&owner),
            path: route.path().under(&group.base),
            route: route.clone(),
        })
    }

    /// The name of its group.
    pub fn group(&self) -> &str {
        self.owner.group.as_str()
    }

    /// The name of its service.
    pub fn service(&self) -> &str {
        self.owner.service.as_str()
    }

    /// The hosts of its group; empty for any.
    pub fn hosts(&self) -> &[HostPattern] {
        &self.owner.hosts
    }

    /// Its path, with the base of the group.
    pub fn path(&self) -> &PathTemplate {
        &self.path
    }

    /// What else it declares.
    pub fn route(&self) -> &Route {
        &self.route
    }

    /// Which of two rules with the same host and the same shape of path outranks the other (`Less` does).
    ///
    /// Never `Equal` for two rules of a specification, whose names are unique.
    pub(crate) fn rank(&self, other: &Self) -> Ordering {
        self.route.rank(&other.route).then_with(|| self.seniority().cmp(&other.seniority()))
    }

    fn seniority(&self) -> (u32, &str, &str, &Name) {
        (self.owner.age, self.group(), self.service(), self.route.name())
    }
}
