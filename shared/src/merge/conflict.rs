//! Conflicts: what two declarations cannot both have.

use std::borrow::{Borrow, Cow};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::Declaration;
use crate::condition::{HeaderName, QueryName, Test};
use crate::group::Group;
use crate::host::HostPattern;
use crate::labels::PREFIX;
use crate::media::MediaTypes;
use crate::name::{Name, ServiceName};
use crate::path::{BasePath, End, PathTemplate, Shape};
use crate::route::Route;
use crate::settings::{Settings, SettingsError, Statement};
use crate::version::VersionRange;

/// Two declarations that cannot both be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflict {
    /// Two members of a group state different values of what belongs to the group. Code E201.
    GroupValue {
        /// The label.
        label: String,
        /// What the older service states.
        first: Stated,
        /// What the younger one states.
        second: Stated,
    },
    /// Two members of a group are its owner. Code E203.
    TwoOwners {
        /// The older one.
        first: ServiceName,
        /// The younger one.
        second: ServiceName,
    },
    /// What the members of a group state together does not go together. Code E208.
    Settings {
        /// The service that states the part that tells it.
        service: ServiceName,
        /// What is wrong.
        error: SettingsError,
    },
    /// A route has versions in a group that does not say where a request tells its version. Code E208.
    VersionWithoutPlace {
        /// The service.
        service: ServiceName,
        /// The route.
        route: Name,
    },
    /// A route asks for a token in a group that does not say with which keys it is checked. Code E208.
    TokenWithoutKeys {
        /// The service.
        service: ServiceName,
        /// The route.
        route: Name,
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
            Self::TwoOwners { .. } => "E203",
            Self::Settings { .. } | Self::VersionWithoutPlace { .. } | Self::TokenWithoutKeys { .. } => {
                "E208"
            }
            Self::SameMatch { first, second } if first.group != second.group => "E207",
            Self::SameMatch { first, second } if first.service != second.service => "E202",
            Self::SameMatch { .. } => "E206",
        }
    }

    /// The two services; twice the same for E206 and E208.
    pub fn services(&self) -> [&ServiceName; 2] {
        match self {
            Self::GroupValue { first, second, .. } => [&first.service, &second.service],
            Self::TwoOwners { first, second } => [first, second],
            Self::Settings { service, .. }
            | Self::VersionWithoutPlace { service, .. }
            | Self::TokenWithoutKeys { service, .. } => [service, service],
            Self::SameMatch { first, second } => [&first.service, &second.service],
        }
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Keys are long, and may be secrets.
            Self::GroupValue { label, first, second } if label == "smsvc.auth.keys" => {
                write!(f, "services {} and {} have different {label}", first.service, second.service)
            }
            Self::GroupValue { label, first, second } => write!(
                f,
                "service {} has {label}={}, but service {} has {label}={}",
                first.service, first.value, second.service, second.value
            ),
            Self::TwoOwners { first, second } => {
                write!(f, "services {first} and {second} both have smsvc.owner=true")
            }
            Self::Settings { service, error } => write!(f, "service {service}: {error}"),
            Self::VersionWithoutPlace { service, route } => write!(
                f,
                "service {service} has smsvc.route.{route}.version, which needs smsvc.version.by, which no service \
                 of the group states"
            ),
            Self::TokenWithoutKeys { service, route } => write!(
                f,
                "service {service} has smsvc.route.{route}.auth, which needs smsvc.auth.keys or \
                 smsvc.auth.secret-file, which no service of the group states"
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

/// What the claims of a group have in common with those of another group if they can conflict at all: where none of these
/// is the same, there is no conflict between the two.
pub(super) fn contacts(group: &Group) -> BTreeSet<u64> {
    let mut contacts = BTreeSet::new();
    for member in &group.services {
        for route in &member.routes {
            for owned in Owned::all(&group.name, &member.service, &group.base, &group.settings, route) {
                let shape = Shape::from(&owned.path);
                let any = group.hosts.is_empty().then_some(None);
                contacts.extend(group.hosts.iter().map(Some).chain(any).map(|host| {
                    let mut hasher = DefaultHasher::new();
                    (host, &shape, route.headers(), route.query()).hash(&mut hasher);
                    hasher.finish()
                }));
            }
        }
    }
    contacts
}

/// The settings of a group whose members, sorted by age, do not contradict each other; else all conflicts.
pub(super) fn within(members: &[&Declaration]) -> Result<Settings, Vec<Conflict>> {
    let mut conflicts = Vec::new();
    let mut stated: BTreeMap<Cow<'static, str>, Stated> = BTreeMap::new();
    let mut settings = Statement::default();
    for member in members {
        for (key, value) in member.of_group() {
            let second = Stated { service: member.service.clone(), value };
            match stated.get(&key) {
                Some(first) if first.value != second.value => {
                    let (label, first) = (format!("{PREFIX}{key}"), first.clone());
                    conflicts.push(Conflict::GroupValue { label, first, second });
                }
                Some(_) => {}
                None => {
                    // Host and base are no settings; all others were read by the same function.
                    let _read = settings.set(&key, &second.value);
                    stated.insert(key, second);
                }
            }
        }
    }
    let mut owners = members.iter().filter(|member| member.owner).map(|member| &member.service);
    if let (Some(first), Some(second)) = (owners.next(), owners.next()) {
        conflicts.push(Conflict::TwoOwners { first: first.clone(), second: second.clone() });
    }
    let settings = Settings::new(settings).unwrap_or_else(|error| {
        let service = stated.get(error.key()).map(|stated| stated.service.clone());
        let oldest = members.first().map(|member| member.service.clone());
        conflicts.extend(service.or(oldest).map(|service| Conflict::Settings { service, error }));
        Settings::default()
    });
    // A conflict about the settings themselves is told alone: what follows from them would only repeat it.
    if conflicts.is_empty() && settings.versioning().is_none() {
        conflicts.extend(members.iter().flat_map(|member| versioned(member)));
    }
    if conflicts.is_empty() && settings.authority().is_none() {
        conflicts.extend(members.iter().flat_map(|member| guarded(member)));
    }
    if !conflicts.is_empty() {
        return Err(conflicts);
    }
    let base = BasePath::default();
    let owned = members.iter().flat_map(|member| {
        let routes = member.routes.iter();
        routes.flat_map(|route| Owned::all(&member.group, &member.service, &base, &settings, route))
    });
    let owned: Vec<Owned<'_>> = owned.collect();
    let mut claims = Claims::default();
    for second in &owned {
        let Some(first) = claims.add(None, second, |_| true) else { continue };
        let conflict = first.conflict(second);
        if !conflicts.contains(&conflict) {
            conflicts.push(conflict);
        }
    }
    if conflicts.is_empty() { Ok(settings) } else { Err(conflicts) }
}

/// The routes of a member that have versions.
fn versioned(member: &Declaration) -> impl Iterator<Item = Conflict> {
    let routes = member.routes.iter().filter(|route| route.version().is_some());
    routes.map(|route| Conflict::VersionWithoutPlace {
        service: member.service.clone(),
        route: route.name().clone(),
    })
}

/// The routes of a member that ask for a token.
fn guarded(member: &Declaration) -> impl Iterator<Item = Conflict> {
    let routes = member.routes.iter().filter(|route| route.access().demand().is_some());
    routes.map(|route| Conflict::TokenWithoutKeys {
        service: member.service.clone(),
        route: route.name().clone(),
    })
}

/// The conflicts between groups that are sound in themselves, each with the group to leave out for it.
pub(super) fn between<G: Borrow<Group>>(groups: &[G]) -> Vec<(Name, Conflict)> {
    let mut owned: Vec<(u64, &Group, Owned<'_>)> = Vec::new();
    for group in groups.iter().map(Borrow::borrow) {
        for member in &group.services {
            for route in &member.routes {
                let all = Owned::all(&group.name, &member.service, &group.base, &group.settings, route);
                owned.extend(all.map(|owned| (member.age, group, owned)));
            }
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

/// A route with its owner, at one of its places.
struct Owned<'a> {
    group: &'a Name,
    service: &'a ServiceName,
    route: &'a Route,
    path: PathTemplate,
    /// The versions that a request has to want.
    version: Option<VersionRange>,
}

impl<'a> Owned<'a> {
    fn all(
        group: &'a Name,
        service: &'a ServiceName,
        base: &BasePath,
        settings: &Settings,
        route: &'a Route,
    ) -> impl Iterator<Item = Self> + use<'a> {
        let places = route.places(base, settings).into_iter();
        places.map(move |(path, version)| Self { group, service, route, path, version })
    }

    /// Whether a request exists that both take at the same rank, where host, path, headers and query are the same.
    fn rivals(&self, other: &Self) -> bool {
        let versions = match (self.version, other.version) {
            (None, None) => true,
            (Some(one), Some(two)) => one.overlaps(two),
            _ => false,
        };
        let types = |one: &MediaTypes, two: &MediaTypes| (one.is_any() && two.is_any()) || one.overlap(two);
        versions
            && self.route.methods().overlap(other.route.methods())
            && types(self.route.consumes(), other.route.consumes())
            && types(self.route.produces(), other.route.produces())
    }

    fn conflict(&self, second: &Self) -> Conflict {
        Conflict::SameMatch { first: self.claim(), second: second.claim() }
    }

    /// Methods and path, and the versions where the path does not tell them.
    fn takes(&self) -> String {
        let version = self.version.map(|version| format!(" version {version}")).unwrap_or_default();
        format!("{} {}{version}", self.route.methods(), self.path)
    }

    fn claim(&self) -> Claim {
        let route = self.route.name();
        let field = if *self.path.end() == End::Prefix { "prefix" } else { "path" };
        Claim {
            group: self.group.clone(),
            service: self.service.clone(),
            route: route.clone(),
            label: format!("smsvc.route.{route}.{field}"),
            takes: self.takes(),
        }
    }
}

/// The claims made so far, by what two routes must share, apart from methods, versions and media types, to take the
/// same requests at the same rank.
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
        let first = rivals.iter().copied().find(|first| first.rivals(second) && stands(first));
        rivals.push(second);
        first
    }
}
