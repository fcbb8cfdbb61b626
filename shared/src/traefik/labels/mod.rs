//! Labels for a Traefik that reads the swarm by itself, without the provider.
//!
//! A label cannot say `parentRefs`, so that no router can have children here. Each service has routers of its own
//! instead, whose rules take its routes and nothing else, with the plugin in their chain; and one service, the owner,
//! has the group's fallback as well: a router below all others without a service, whose plugin knows the whole group
//! and answers what no route takes. Where routes of several services lie in each other's way, priorities put the
//! routers in the order in which one table of the whole group would have decided:
//!
//! ```text
//! Host && PathRegexp(routes of pets)   ─► smsvc-pets           plugin (routes of pets) ─► tasks of pets
//! Host && PathRegexp(routes of orders) ─► smsvc-orders         plugin (routes of orders) ─► tasks of orders
//! Host && PathPrefix(base)             ─► smsvc-pets~fallback  plugin (the group) ─► 404, 405, OPTIONS, preflights
//! ```
//!
//! Every rule is exact where another service is at the same paths; what cannot be said is refused as
//! [`Inexpressible`] rather than approximated. No name of a group, service or route has a `~`, so that the names of
//! the routers are unique.

mod tier;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::place::{Inexact, Place};
use crate::condition::HeaderName;
use crate::group::Group;
use crate::health::HealthCheck;
use crate::host::HostPattern;
use crate::merge::Scheme;
use crate::name::{Name, ServiceName};
use crate::settings::Slash;
use tier::Taker;

/// What the start of every label is that is written here.
pub const PREFIX: &str = "traefik.";

/// How Traefik reaches the tasks of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// The port that they listen on.
    pub port: u16,
    /// What they speak.
    pub scheme: Scheme,
    /// How Traefik asks them for their health, if it does.
    pub health: Option<HealthCheck>,
    /// The name of the network; `None` where the service is on one only.
    pub network: Option<String>,
}

/// A group that is to be written into labels.
#[derive(Debug, Clone, Copy)]
pub struct Labelled<'a> {
    /// The group.
    pub group: &'a Group,
    /// The service that has the fallback; one of the group's.
    pub owner: &'a ServiceName,
    /// How each service of the group is reached.
    pub reach: &'a BTreeMap<ServiceName, Reach>,
    /// The name of the plugin in Traefik's static configuration.
    pub plugin: &'a str,
}

/// The labels of each service of a group.
pub type Labels = BTreeMap<ServiceName, BTreeMap<String, String>>;

/// A route that has to be told apart from that of another service by something that no rule of Traefik can say. Code E205.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Inexpressible {
    /// The route: its service, and its name.
    pub route: (ServiceName, Name),
    /// The route at the same paths that goes elsewhere; `None` where it matters without one.
    pub other: Option<(ServiceName, Name)>,
    /// What cannot be said.
    pub why: Unsaid,
}

/// What labels cannot say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unsaid {
    /// What the route takes.
    Rule(Inexact),
    /// The name of this header of the response, whose dots would divide the label.
    DottedHeader(String),
}

/// Writes the labels of all services of a group, always the same for the same group.
///
/// # Errors
/// Where a route cannot be told apart from that of another service.
pub fn compile(labelled: &Labelled<'_>) -> Result<Labels, BTreeSet<Inexpressible>> {
    let places = Place::all(labelled.group);
    let mut wrong = unsaid(labelled.group, &places);
    wrong.extend(dotted(labelled.group));
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let routers = tier::routers(labelled.group, &places);
    Ok(write::labels(labelled, &routers))
}

/// Whether two groups may both have to answer a request that no route takes. Their fallbacks would then stand in each
/// other's way, which only one table of both can order.
pub fn meet(one: &Group, two: &Group) -> bool {
    let any = |group: &Group| group.hosts.is_empty();
    let hosts = any(one)
        || any(two)
        || one.hosts.iter().any(|host| two.hosts.iter().any(|other| hosts_meet(host, other)));
    let shared = one.base.segments().iter().zip(two.base.segments());
    hosts && shared.into_iter().all(|(mine, theirs)| mine == theirs)
}

fn hosts_meet(one: &HostPattern, two: &HostPattern) -> bool {
    let below =
        |name: &str, suffix: &str| name.strip_suffix(suffix).is_some_and(|before| before.ends_with('.'));
    match (one.exact(), two.exact(), one.wildcard(), two.wildcard()) {
        (Some(one), Some(two), ..) => one == two,
        (Some(name), _, _, Some(suffix)) | (_, Some(name), Some(suffix), _) => below(name, suffix),
        (_, _, Some(one), Some(two)) => one == two || below(one, two) || below(two, one),
        _ => true,
    }
}

/// The routes at whose paths another service is, or a route with a router of its own, and that no rule tells apart.
fn unsaid(group: &Group, places: &[Place<'_>]) -> BTreeSet<Inexpressible> {
    let ignore = group.settings.slash() == Slash::Ignore;
    let mut wrong = BTreeSet::new();
    let id = |place: &Place<'_>| (place.member.service.clone(), place.route.name().clone());
    let inexact: Vec<Option<Inexact>> = places.iter().map(|place| place.inexact().next()).collect();
    let slashed: Vec<_> =
        places.iter().map(|place| ignore.then(|| place.path.with_other_slash()).flatten()).collect();
    for ((place, why), slashed) in places.iter().zip(&inexact).zip(&slashed) {
        if why.is_none() && slashed.is_none() {
            continue;
        }
        for other in places.iter().filter(|other| Taker::of(other) != Taker::of(place)) {
            let mut say = |why| {
                wrong.insert(Inexpressible {
                    route: id(place),
                    other: Some(id(other)),
                    why: Unsaid::Rule(why),
                });
            };
            if let Some(why) = why
                && place.path.may_overlap(&other.path)
            {
                say(*why);
            }
            if slashed.as_ref().is_some_and(|slashed| slashed.may_overlap(&other.path)) {
                say(Inexact::LooseSlash);
            }
        }
    }
    wrong
}

/// The routes that have Traefik change headers whose names cannot stand in a label.
fn dotted(group: &Group) -> impl Iterator<Item = Inexpressible> {
    group.services.iter().flat_map(|member| {
        member.routes.iter().filter(|route| route.needs_own_router()).filter_map(|route| {
            let response = route.response();
            let mut names = response.set.keys().chain(&response.remove).map(HeaderName::as_str);
            let name = names.find(|name| name.contains('.'))?;
            Some(Inexpressible {
                route: (member.service.clone(), route.name().clone()),
                other: None,
                why: Unsaid::DottedHeader(name.to_owned()),
            })
        })
    })
}

impl fmt::Display for Inexpressible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (service, route) = &self.route;
        write!(f, "service {service} (smsvc.route.{route}) ")?;
        match &self.why {
            Unsaid::Rule(why) => write!(f, "{why}")?,
            Unsaid::DottedHeader(name) => {
                write!(
                    f,
                    "changes the header {name} of the response, whose dots a label of Traefik cannot hold"
                )?;
            }
        }
        let Some((service, route)) = &self.other else { return Ok(()) };
        write!(
            f,
            ", and service {service} (smsvc.route.{route}) takes some of its paths: no rule in a label of Traefik tells these apart"
        )
    }
}

#[cfg(test)]
mod tests;
