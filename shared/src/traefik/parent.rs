//! Parent routers: what the groups on the same entry points want, with the middleware that decides.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::part::Part;
use super::{DocumentOptions, Http, PARENT, rule};
use crate::group::Group;
use crate::name::Name;
use crate::settings::Tls;
use crate::table::{Compiler, Rules};

/// All parents of a document, kept from one document to the next.
#[derive(Debug, Default)]
pub(super) struct Parents {
    groups: Vec<Arc<Group>>,
    /// The names of the parents of each group.
    of: BTreeMap<Name, Vec<String>>,
    /// What each parent's plugin is told, by the name of the parent.
    tables: BTreeMap<String, Tables>,
    part: Arc<Part>,
}

/// The tables of a parent, one after the other.
#[derive(Debug, Default)]
struct Tables {
    rules: Rules,
    compiler: Compiler,
}

impl Parents {
    /// Makes them for these groups, unless they are the very same as before.
    pub(super) fn update(&mut self, groups: &[Arc<Group>], options: &DocumentOptions) {
        let same = |(one, two): (&Arc<Group>, &Arc<Group>)| Arc::ptr_eq(one, two);
        if self.groups.len() == groups.len() && self.groups.iter().zip(groups).all(same) {
            return;
        }
        let mut http = Http::default();
        self.of.clear();
        let mut before = std::mem::take(&mut self.tables);
        for parent in parents(groups, &options.entry_points) {
            for group in &parent.groups {
                self.of.entry(group.name.clone()).or_default().push(parent.name.clone());
            }
            let mut tables = before.remove(&parent.name).unwrap_or_default();
            parent.write(&options.plugin, &mut tables, &mut http);
            self.tables.insert(parent.name, tables);
        }
        self.part = Arc::new(http.into());
        self.groups = groups.to_vec();
    }

    /// The names of those that a group's requests come through.
    pub(super) fn of(&self, group: &Group) -> &[String] {
        self.of.get(&group.name).map_or(&[], Vec::as_slice)
    }

    /// What they add to the document.
    pub(super) fn part(&self) -> Arc<Part> {
        Arc::clone(&self.part)
    }
}

/// A parent router.
struct Parent<'g> {
    /// Its name, and that of its middleware.
    name: String,
    /// Empty for Traefik's usual ones.
    entry_points: BTreeSet<&'g str>,
    tls: &'g Tls,
    groups: Vec<Arc<Group>>,
}

/// The parents that all groups need: on one entry point, all groups with the same TLS share one, since Traefik asks one
/// parent only; and entry points with the same groups share one too.
fn parents<'g>(groups: &'g [Arc<Group>], usual: &'g [String]) -> Vec<Parent<'g>> {
    let mut places: BTreeMap<(&Tls, Option<&str>), Vec<Arc<Group>>> = BTreeMap::new();
    for group in groups {
        let tls = group.settings.tls();
        let stated =
            group.settings.entry_points().map(|names| names.iter().map(String::as_str).collect::<Vec<_>>());
        let names = stated.unwrap_or_else(|| usual.iter().map(String::as_str).collect());
        if names.is_empty() {
            places.entry((tls, None)).or_default().push(Arc::clone(group));
        }
        for name in names {
            places.entry((tls, Some(name))).or_default().push(Arc::clone(group));
        }
    }
    let mut parents: Vec<Parent<'_>> = Vec::new();
    for ((tls, name), groups) in places {
        let same = parents.iter_mut().find(|parent| {
            parent.tls == tls && parent.is_of(&groups) && parent.entry_points.is_empty() == name.is_none()
        });
        match same {
            Some(parent) => parent.entry_points.extend(name),
            None => parents.push(Parent {
                name: String::new(),
                entry_points: name.into_iter().collect(),
                tls,
                groups,
            }),
        }
    }
    let usual: BTreeSet<&str> = usual.iter().map(String::as_str).collect();
    for parent in &mut parents {
        parent.name = parent.name(&usual);
    }
    parents
}

impl Tables {
    /// What the plugin of a parent router is configured with.
    fn configuration(&mut self, groups: &[Arc<Group>]) -> Value {
        self.rules = self.rules.with(groups);
        json!({"spec": self.compiler.compile(&self.rules)})
    }
}

impl Parent<'_> {
    fn is_of(&self, groups: &[Arc<Group>]) -> bool {
        self.groups.len() == groups.len()
            && self.groups.iter().zip(groups).all(|(one, two)| Arc::ptr_eq(one, two))
    }

    /// `smsvc` where all is as usual, else with the entry points and TLS behind it. No service has a dot in its name,
    /// so that no child router is called so.
    fn name(&self, usual: &BTreeSet<&str>) -> String {
        let mut words = vec![PARENT];
        if self.entry_points != *usual {
            words.extend(&self.entry_points);
        }
        match self.tls {
            Tls::Off => {}
            Tls::On => words.push("tls"),
            Tls::Resolver(name) => words.extend(["tls", name]),
        }
        words.join(".")
    }

    /// Writes router and middleware.
    fn write(&self, plugin: &str, tables: &mut Tables, http: &mut Http) {
        let Some(rule) = rule::parent(self.groups.iter().map(|group| &**group)) else { return };
        let configuration = tables.configuration(&self.groups);
        http.middlewares.insert(self.name.clone(), json!({"plugin": {plugin: configuration}}));
        let mut router = json!({"rule": rule, "middlewares": [self.name]});
        let tls = match self.tls {
            Tls::Off => None,
            Tls::On => Some(json!({})),
            Tls::Resolver(name) => Some(json!({"certResolver": name})),
        };
        if let Some(fields) = router.as_object_mut() {
            let entry_points = Some(&self.entry_points).filter(|names| !names.is_empty());
            fields.extend(
                entry_points
                    .map(|names| ("entryPoints".to_owned(), names.iter().copied().collect::<Value>())),
            );
            fields.extend(tls.map(|tls| ("tls".to_owned(), tls)));
        }
        http.routers.insert(self.name.clone(), router);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Spec;
    use crate::traefik::{DocumentOptions, tests::document};

    /// Groups as `name` and their settings, on the entry points `web` and `websecure`.
    fn routers(groups: &[(&str, &str)], usual: &[&str]) -> Value {
        let groups = groups.iter().map(|(name, settings)| {
            format!(r#"{{"name":"{name}","settings":{{{settings}}},"services":[{{"service":"s-{name}"}}]}}"#)
        });
        let text = format!(r#"{{"v":1,"groups":[{}]}}"#, groups.collect::<Vec<_>>().join(","));
        let entry_points = usual.iter().map(|name| (*name).to_owned()).collect();
        let options = DocumentOptions { plugin: "smsvc".into(), entry_points, retry: None };
        document(&Spec::parse(&text).unwrap(), &[], &options)["http"]["routers"].clone()
    }

    #[test]
    fn groups_with_the_usual_entry_points_share_one_parent() {
        let routers = routers(&[("a", ""), ("b", r#""entrypoints":"web""#)], &["web"]);
        assert_eq!(routers["smsvc"]["entryPoints"], json!(["web"]));
        assert_eq!(routers["smsvc-s-a"]["parentRefs"], json!(["smsvc"]));
        assert_eq!(routers["smsvc-s-b"]["parentRefs"], json!(["smsvc"]));
        assert_eq!(routers.as_object().unwrap().len(), 3);
    }

    #[test]
    fn on_each_entry_point_one_parent_has_all_the_groups_that_are_there() {
        let both = r#""entrypoints":"web,internal""#;
        let routers = routers(&[("a", ""), ("b", both)], &["web"]);
        assert_eq!(routers["smsvc"]["entryPoints"], json!(["web"]));
        assert_eq!(routers["smsvc.internal"]["entryPoints"], json!(["internal"]));
        assert_eq!(routers["smsvc-s-a"]["parentRefs"], json!(["smsvc"]));
        assert_eq!(routers["smsvc-s-b"]["parentRefs"], json!(["smsvc.internal", "smsvc"]));
    }

    #[test]
    fn entry_points_with_the_same_groups_share_one_parent() {
        let routers = routers(&[("a", r#""entrypoints":"x,y""#)], &[]);
        assert_eq!(routers["smsvc.x.y"]["entryPoints"], json!(["x", "y"]));
        assert!(routers.get("smsvc").is_none());
    }

    #[test]
    fn tls_is_a_matter_of_the_parent() {
        let routers = routers(&[("a", r#""tls":"true""#), ("b", r#""tls":"le""#), ("c", "")], &[]);
        assert_eq!(routers["smsvc.tls"]["tls"], json!({}));
        assert_eq!(routers["smsvc.tls.le"]["tls"], json!({"certResolver": "le"}));
        assert!(routers["smsvc"].get("tls").is_none());
        assert!(routers["smsvc"].get("entryPoints").is_none(), "Traefik's usual ones");
    }
}
