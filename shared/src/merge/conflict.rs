//! Conflicts: what two declarations cannot both have.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::Declaration;
use crate::condition::{HeaderName, QueryName, Test};
use crate::group::Group;
use crate::host::HostPattern;
use crate::name::{Name, ServiceName};
use crate::path::{BasePath, End, PathTemplate, Shape};
use crate::route::Route;

/// Two declarations that cannot both be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflict {
    /// Two members of a group state different values of what belongs to the group. Code E201.
    GroupValue {
        /// The label.
        label: &'static str,
        /// What the older service states.
        first: Stated,
        /// What the younger one states.
        second: Stated,
    },
    /// Two routes take the same requests, and nothing ranks one above the other. Code E202 for two services
    /// of a group, E206 for one service, E207 for two groups.
    SameMatch {
        /// The route of the older service.
        first: Claim,
        /// That of the younger one.
        second: Claim,
    },
}

/// A value that a service states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// The service.
    pub service: ServiceName,
    /// The canonical value.
    pub value: String,
}

/// A route that claims some requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The group.
    pub group: Name,
    /// The service.
    pub service: ServiceName,
    /// The route.
    pub route: Name,
    /// The label that declares its path.
    pub label: String,
    /// What it takes: methods and path.
    pub takes: String,
}

impl Conflict {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::GroupValue { .. } => "E201",
            Self::SameMatch { first, second } if first.group != second.group => "E207",
            Self::SameMatch { first, second } if first.service != second.service => "E202",
            Self::SameMatch { .. } => "E206",
        }
    }

    /// The two services; twice the same for E206.
    pub fn services(&self) -> [&ServiceName; 2] {
        match self {
            Self::GroupValue { first, second, .. } => [&first.service, &second.service],
            Self::SameMatch { first, second } => [&first.service, &second.service],
        }
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GroupValue { label, first, second } => write!(
                f,
                "service {} has {label}={}, but service {} has {label}={}",
                first.service, first.value, second.service, second.value
            ),
            Self::SameMatch { first, second } => {
                write!(f, "service {} ({}) and ", first.service, first.label)?;
                if first.service != second.service {
                    write!(f, "service {} ", second.service)?;
                }
                write!(f, "({}) both take {}", second.label, first.takes)?;
                if first.takes == second.takes {
                    Ok(())
                } else {
                    write!(f, ", the latter as {}", second.takes)
                }
            }
        }
    }
}

/// A value of a group that each member may state: its label, and the canonical text of a member's value.
type GroupValue = (&'static str, fn(&Declaration) -> Option<String>);

const GROUP_VALUES: [GroupValue; 2] =
    [("smsvc.host", Declaration::hosts_text), ("smsvc.base", Declaration::base_text)];

/// The conflicts between the members of one group, which are sorted by age.
pub(super) fn within(members: &[&Declaration]) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    for (label, value) in GROUP_VALUES {
        let stated = |it: &&Declaration| Some(Stated { service: it.service.clone(), value: value(it)? });
        let mut statements = members.iter().filter_map(stated);
        let Some(first) = statements.next() else { continue };
        let others = statements.filter(|second| second.value != first.value);
        conflicts.extend(others.map(|second| Conflict::GroupValue { label, first: first.clone(), second }));
    }
    let base = BasePath::default();
    let owned = members.iter().flat_map(|member| {
        member.routes.iter().map(|route| Owned::new(&member.group, &member.service, &base, route))
    });
    let owned: Vec<Owned<'_>> = owned.collect();
    let mut claims = Claims::default();
    for second in &owned {
        let first = claims.add(None, second, |_| true);
        conflicts.extend(first.map(|first| first.conflict(second)));
    }
    conflicts
}

/// The conflicts between groups that are sound in themselves, each with the group to leave out for it.
pub(super) fn between(groups: &[Group]) -> Vec<(Name, Conflict)> {
    let mut owned: Vec<(u32, &Group, Owned<'_>)> = Vec::new();
    for group in groups {
        for member in &group.services {
            let routes = member.routes.iter();
            owned.extend(routes.map(|route| {
                (member.age, group, Owned::new(&group.name, &member.service, &group.base, route))
            }));
        }
    }
    owned.sort_by_key(|(age, ..)| *age);
    let mut claims = Claims::default();
    let mut left_out = BTreeSet::new();
    let mut conflicts: Vec<(Name, Conflict)> = Vec::new();
    for (_, group, second) in &owned {
        let any = group.hosts.is_empty().then_some(None);
        for host in group.hosts.iter().map(Some).chain(any) {
            let Some(first) = claims.add(host, second, |first| !left_out.contains(first.group)) else {
                continue;
            };
            left_out.insert(second.group);
            let conflict = (second.group.clone(), first.conflict(second));
            if !conflicts.contains(&conflict) {
                conflicts.push(conflict);
            }
        }
    }
    conflicts
}

/// A route with its owner, and its path with the base.
struct Owned<'a> {
    group: &'a Name,
    service: &'a ServiceName,
    route: &'a Route,
    path: PathTemplate,
}

impl<'a> Owned<'a> {
    fn new(group: &'a Name, service: &'a ServiceName, base: &BasePath, route: &'a Route) -> Self {
        Self { group, service, route, path: route.path().under(base) }
    }

    fn conflict(&self, second: &Self) -> Conflict {
        Conflict::SameMatch { first: self.claim(), second: second.claim() }
    }

    fn claim(&self) -> Claim {
        let route = self.route.name();
        let field = if *self.path.end() == End::Prefix { "prefix" } else { "path" };
        Claim {
            group: self.group.clone(),
            service: self.service.clone(),
            route: route.clone(),
            label: format!("smsvc.route.{route}.{field}"),
            takes: format!("{} {}", self.route.methods(), self.path),
        }
    }
}

/// The claims made so far, by what two routes must share, apart from methods, to take the same requests at
/// the same rank.
#[derive(Default)]
struct Claims<'a>(BTreeMap<Match<'a>, Vec<&'a Owned<'a>>>);

type Match<'a> =
    (Option<&'a HostPattern>, Shape, &'a BTreeMap<HeaderName, Test>, &'a BTreeMap<QueryName, Test>);

impl<'a> Claims<'a> {
    /// Adds a claim; the first one that takes the same requests and `stands`, if there is one.
    fn add(
        &mut self,
        host: Option<&'a HostPattern>,
        second: &'a Owned<'a>,
        stands: impl Fn(&Owned<'_>) -> bool,
    ) -> Option<&'a Owned<'a>> {
        let (headers, query) = (second.route.headers(), second.route.query());
        let rivals = self.0.entry((host, Shape::from(&second.path), headers, query)).or_default();
        let taken = |first: &Owned<'_>| first.route.methods().overlap(second.route.methods());
        let first = rivals.iter().copied().find(|first| taken(first) && stands(first));
        rivals.push(second);
        first
    }
}
