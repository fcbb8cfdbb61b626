//! Writing: routers, middlewares and the Traefik service of each member as labels.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::tier::Router;
use super::{Labelled, Labels, PREFIX};
use crate::decide::SERVICE_HEADER;
use crate::group::{Group, Member};
use crate::merge::Scheme;
use crate::name::ServiceName;
use crate::settings::Tls;
use crate::table::Rules;
use crate::traefik::{child, health_check, rule};

/// The labels of one service.
struct Writer<'a> {
    labelled: &'a Labelled<'a>,
    labels: BTreeMap<String, String>,
}

/// Writes the labels of every service.
pub(super) fn labels(labelled: &Labelled<'_>, routers: &[Router<'_, '_>]) -> Labels {
    let group = labelled.group;
    let everything = rule::parent([group]).unwrap_or_default();
    // The fallback has the priority that Traefik would give it by itself, so that routers of others stand to it as they
    // do to the parent of the provider; all routers of services come before.
    let below = everything.len();
    let members = group.services.iter().map(|member| {
        let mut writer = Writer { labelled, labels: BTreeMap::new() };
        let own: Vec<&Router<'_, '_>> =
            routers.iter().filter(|router| *router.taker.service == member.service).collect();
        let is_owner = member.service == *labelled.owner;
        if is_owner || !own.is_empty() {
            writer.service(&member.service);
        }
        if !own.is_empty() {
            writer.members(member, &own, below);
        }
        if is_owner {
            writer.fallback(&member.service, &everything, below);
        }
        (member.service.clone(), writer.labels)
    });
    members.collect()
}

impl Writer<'_> {
    fn put(&mut self, key: &str, value: impl Into<String>) {
        self.labels.insert(format!("{PREFIX}{key}"), value.into());
    }

    /// Writes everything below a key, as Traefik reads it.
    fn put_all(&mut self, key: &str, value: &Value) {
        match value {
            Value::Object(fields) if !fields.is_empty() => {
                for (field, value) in fields {
                    self.put_all(&format!("{key}.{field}"), value);
                }
            }
            Value::Object(_) => self.put(key, "true"),
            Value::Array(items) => {
                let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                self.put(key, items.join(","));
            }
            Value::String(text) => self.put(key, text),
            other => self.put(key, other.to_string()),
        }
    }

    fn middleware(&mut self, name: &str, middleware: &Value) {
        self.put_all(&format!("http.middlewares.{name}"), middleware);
    }

    fn router(&mut self, name: &str, rule: &str, priority: usize, chain: &[String], service: &str) {
        let key = format!("http.routers.{name}");
        self.put(&format!("{key}.rule"), rule);
        self.put(&format!("{key}.priority"), priority.to_string());
        self.put(&format!("{key}.middlewares"), chain.join(","));
        self.put(&format!("{key}.service"), service);
        let settings = &self.labelled.group.settings;
        if let Some(names) = settings.entry_points() {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            self.put(&format!("{key}.entrypoints"), names.join(","));
        }
        match settings.tls() {
            Tls::Off => {}
            Tls::On => self.put(&format!("{key}.tls"), "true"),
            Tls::Resolver(resolver) => self.put(&format!("{key}.tls.certresolver"), resolver),
        }
    }

    /// What Traefik has to know of a service to reach it. Without a port it would drop the service with all its labels.
    fn service(&mut self, service: &ServiceName) {
        self.put("enable", "true");
        let Some(reach) = self.labelled.reach.get(service) else { return };
        if let Some(network) = &reach.network {
            self.put("swarm.network", network);
        }
        let key = format!("http.services.{}.loadbalancer.server", name(service));
        self.put(&format!("{key}.port"), reach.port.to_string());
        if reach.scheme != Scheme::Http {
            self.put(&format!("{key}.scheme"), reach.scheme.as_str());
        }
        if let Some(health) = &reach.health {
            let key = format!("http.services.{}.loadbalancer.healthcheck", name(service));
            self.put_all(&key, &health_check(health));
        }
    }

    /// The routers of a service, and their middlewares.
    fn members(&mut self, member: &Member, routers: &[&Router<'_, '_>], below: usize) {
        let group = self.labelled.group;
        let name = name(&member.service);
        // Whatever its rank in the group, the plugin compares the service's routes among themselves only.
        let alone = Group { services: vec![Member { age: 0, ..member.clone() }], ..group.clone() };
        self.plugin(&name, alone);
        let strip = format!("{name}~strip");
        self.middleware(&strip, &json!({"headers": {"customRequestHeaders": {SERVICE_HEADER: ""}}}));
        let mut common = vec![strip];
        if let Some(body) = child::body_limit(group) {
            let limit = format!("{name}~body");
            self.middleware(&limit, &body);
            common.push(limit);
        }
        let mut tiers: BTreeMap<String, usize> = BTreeMap::new();
        for router in routers {
            let mut router_name = name.clone();
            let mut chain = vec![name.clone()];
            if let Some(route) = router.taker.route {
                router_name = format!("{name}~route~{route}");
                let route = member.routes.iter().find(|it| it.name() == route);
                for (word, middleware) in route.into_iter().flat_map(child::of_route) {
                    let name = format!("{router_name}~{word}");
                    self.middleware(&name, &middleware);
                    chain.push(name);
                }
            }
            chain.extend(common.iter().cloned());
            let tier = tiers.entry(router_name.clone()).or_default();
            *tier = tier.saturating_add(1);
            if *tier > 1 {
                router_name = format!("{router_name}~tier~{tier}");
            }
            let rule = rule::claims(group, &router.claims);
            let priority = below.saturating_add(1).saturating_add(router.level);
            self.router(&router_name, &rule, priority, &chain, &name);
        }
    }

    /// The router for what no route takes, with the routes of all services: what it does not know would be 404 here.
    fn fallback(&mut self, owner: &ServiceName, everything: &str, priority: usize) {
        let name = format!("{}~fallback", name(owner));
        let mut group = self.labelled.group.clone();
        // Ages count the services of the whole swarm, which must not matter here.
        for (member, age) in group.services.iter_mut().zip(0..) {
            member.age = age;
        }
        self.plugin(&name, group);
        self.router(&name, everything, priority, std::slice::from_ref(&name), "noop@internal");
    }

    fn plugin(&mut self, name: &str, group: Group) {
        let spec = Rules::of_groups(&[Arc::new(group)]).compile();
        self.middleware(name, &json!({"plugin": {self.labelled.plugin: {"spec": spec}}}));
    }
}

/// The name of what a service has in Traefik.
fn name(service: &ServiceName) -> String {
    format!("smsvc-{service}")
}
