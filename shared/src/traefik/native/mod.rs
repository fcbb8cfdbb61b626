//! The same routes as a tree of Traefik's own routers, without the plugin: as much of the language as Traefik can say.
//!
//! Each group has a parent router for its hosts and base, and each of its routes a child with a rule and a priority of
//! its own; of many routes, those whose paths begin alike have a branch between. Nothing of smsvc decides here, which makes the
//! tree a witness in the tests and the measure in benchmarks.
//! It is no replacement: what no route takes is Traefik's bare 404, never 405 with `Allow` nor an answer to `OPTIONS`,
//! no other task is tried where one takes no connection, and a query parameter whose value is not encoded soundly is
//! none for Traefik. A route that Traefik cannot say is [`LeftOut`]; its requests then go to whatever else takes them,
//! so that only a group without any is comparable.

mod branch;
mod route;

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Value, json};

use super::place::{Claim, Place};
use super::{Backend, DocumentOptions, Http, Inexact, rule, service};
use crate::group::Group;
use crate::name::{Name, ServiceName};
use crate::path::PathTemplate;
use crate::settings::{Slash, Tls};
use crate::spec::Spec;
use branch::{Divided, Start, divide};

/// The start of every name in the tree.
const PREFIX: &str = "native";

/// The tree, and what is not in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Native {
    /// The dynamic configuration (Traefik 3.6 and later).
    pub document: Value,
    /// The routes that are not in it.
    pub left_out: BTreeSet<LeftOut>,
}

/// A route that Traefik cannot say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// Its group.
    pub group: Name,
    /// Its service.
    pub service: ServiceName,
    /// Its name.
    pub route: Name,
    /// What Traefik has no word for.
    pub why: Unsaid,
}

/// What Traefik has no word for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unsaid {
    /// What the route takes.
    Rule(Inexact),
    /// `to=` with an answer.
    Answer,
    /// This rewrite of the path.
    Path,
    /// A rewrite of the query.
    Query,
    /// A header that is added to others of its name, which includes what clients are told of the route's life.
    AddedHeader,
    /// `cache.control` or `cache.etag`.
    Cache,
    /// `smsvc.cors.*` of the group.
    Cors,
    /// `smsvc.limit.uri`, `.query` or `.headers` of the group.
    Limit,
    /// `smsvc.auth.*` of the group: without the plugin everybody would be let in, and any client could say who it is.
    Token,
}

/// Writes the tree for these groups and backends.
pub fn tree(spec: &Spec, backends: &[Backend], options: &DocumentOptions) -> Native {
    let mut http = Http::default();
    let mut left_out = BTreeSet::new();
    for group in &spec.groups {
        let places = Place::all(group);
        let mut said = Vec::new();
        for place in &places {
            match unsaid(group, place, &places) {
                None => said.push(place),
                Some(why) => {
                    left_out.insert(LeftOut {
                        group: group.name.clone(),
                        service: place.member.service.clone(),
                        route: place.route.name().clone(),
                        why,
                    });
                }
            }
        }
        // A parent without children would be an error of Traefik's.
        if !said.is_empty() {
            parent(group, options, &mut http);
            children(group, &said, &mut http);
        }
        for member in &group.services {
            let backend = backends.iter().find(|backend| backend.service == member.service);
            http.services.insert(format!("{PREFIX}-{}", member.service), service(backend, None));
        }
    }
    Native { document: http.document(), left_out }
}

fn unsaid(group: &Group, place: &Place<'_>, places: &[Place<'_>]) -> Option<Unsaid> {
    let settings = &group.settings;
    let limits = settings.limits();
    // For all routes of the group alike: one that is left out is taken by another one's router.
    if settings.authority().is_some() {
        return Some(Unsaid::Token);
    }
    if settings.cors().is_some() {
        return Some(Unsaid::Cors);
    }
    if limits.uri.is_some() || limits.query.is_some() || limits.headers.is_some() {
        return Some(Unsaid::Limit);
    }
    let slashed = place.path.with_other_slash().filter(|_| settings.slash() == Slash::Ignore);
    if slashed.is_some_and(|slashed| places.iter().any(|other| slashed.may_overlap(&other.path))) {
        return Some(Unsaid::Rule(Inexact::LooseSlash));
    }
    let untold = |why| match why {
        // These are told, as far as clients keep to the rules.
        Inexact::Query => false,
        Inexact::Version => rule::version(settings, place).is_none(),
        _ => true,
    };
    if let Some(why) = place.inexact().find(|why| untold(*why)) {
        return Some(Unsaid::Rule(why));
    }
    route::unsaid(place)
}

fn parent(group: &Group, options: &DocumentOptions, http: &mut Http) {
    let mut router = json!({"rule": rule::parent([group])});
    let stated = group.settings.entry_points().map(|names| names.iter().cloned().collect::<Vec<_>>());
    let entry_points = stated.unwrap_or_else(|| options.entry_points.clone());
    if let Some(fields) = router.as_object_mut() {
        if !entry_points.is_empty() {
            fields.insert("entryPoints".to_owned(), entry_points.into());
        }
        match group.settings.tls() {
            Tls::Off => {}
            Tls::On => drop(fields.insert("tls".to_owned(), json!({}))),
            Tls::Resolver(name) => drop(fields.insert("tls".to_owned(), json!({"certResolver": name}))),
        }
    }
    http.routers.insert(parent_name(group), router);
}

/// A router of one route, with all that Traefik does for it.
struct Child<'p, 'g> {
    claims: Vec<Claim<'p, 'g>>,
    place: &'p Place<'g>,
    priority: usize,
}

/// A router for each place, and one more where another route has the same path and a rank between its methods.
fn children(group: &Group, places: &[&Place<'_>], http: &mut Http) {
    let mut routers: Vec<Vec<Claim<'_, '_>>> = Vec::new();
    for place in places {
        let claims = place.claims(&group.settings);
        let alone = places.iter().filter(|other| place.beside(other)).count() == 1;
        if alone {
            routers.push(claims);
        } else {
            routers.extend(claims.into_iter().map(|claim| vec![claim]));
        }
    }
    routers.sort_by(|one, two| match (one.first(), two.first()) {
        (Some(one), Some(two)) => one.rank(two),
        _ => one.len().cmp(&two.len()),
    });
    let lowest_first = routers.into_iter().rev().zip(1_usize..);
    let children: Vec<Child<'_, '_>> = lowest_first
        .filter_map(|(claims, priority)| Some(Child { place: claims.first()?.place, claims, priority }))
        .collect();
    let mut lists = vec![(parent_name(group), Start::default(), children.iter().collect::<Vec<_>>())];
    let mut branches = 0_usize;
    while let Some((parent, start, list)) = lists.pop() {
        let Divided { rest, branches: divided } =
            divide(&list, &start).unwrap_or(Divided { rest: list, branches: Vec::new() });
        for alone in rest {
            child(group, &parent, alone, http);
        }
        for (start, members) in divided {
            branches = branches.saturating_add(1);
            let name = format!("{}.{branches}", parent_name(group));
            let priority = members.iter().map(|it| it.priority).max();
            let router = json!({"parentRefs": [parent], "rule": start.rule(&members), "priority": priority});
            http.routers.insert(name.clone(), router);
            lists.push((name, start, members));
        }
    }
}

fn child(group: &Group, parent: &str, child: &Child<'_, '_>, http: &mut Http) {
    let Child { claims, place, priority } = child;
    let name = format!("{PREFIX}-{}.{}.{priority}", place.member.service, place.route.name());
    let mut chain = Vec::new();
    for (word, middleware) in route::middlewares(group, place) {
        let name = format!("{name}.{word}");
        http.middlewares.insert(name.clone(), middleware);
        chain.push(name);
    }
    let mut router = json!({
        "parentRefs": [parent],
        "rule": rule::native(group, claims),
        "priority": priority,
        "service": format!("{PREFIX}-{}", place.member.service),
    });
    if let Some(fields) = router.as_object_mut()
        && !chain.is_empty()
    {
        fields.insert("middlewares".to_owned(), chain.into());
    }
    http.routers.insert(name, router);
}

impl Child<'_, '_> {
    fn path(&self) -> &PathTemplate {
        &self.place.path
    }
}

fn parent_name(group: &Group) -> String {
    // No service has a dot in its name, so that no child is called so.
    format!("{PREFIX}.{}", group.name)
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "service {} (smsvc.route.{}) ", self.service, self.route)?;
        match self.why {
            Unsaid::Rule(why) => write!(f, "{why}"),
            Unsaid::Answer => f.write_str("answers by itself"),
            Unsaid::Path => {
                f.write_str("rewrites the path with a part of a segment, or a prefix with parameters")
            }
            Unsaid::Query => f.write_str("rewrites the query"),
            Unsaid::AddedHeader => f.write_str("adds a header beside others of its name"),
            Unsaid::Cache => f.write_str("has cache.control or cache.etag"),
            Unsaid::Cors => f.write_str("is in a group with smsvc.cors.*"),
            Unsaid::Token => {
                f.write_str("is in a group with smsvc.auth.*, whose tokens only the plugin checks")
            }
            Unsaid::Limit => f.write_str("is in a group with smsvc.limit.uri, .query or .headers"),
        }
    }
}

#[cfg(test)]
mod tests;
