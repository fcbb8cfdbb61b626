//! The table: all routes of a specification, compiled for lookup.
//!
//! A linear scan over the rules would find the same, as [`explain`](crate::decide::explain) does; the table
//! only finds it sooner. Each host pattern has a tree of segments, which is walked in the order of
//! precedence, so that the first rule that takes a request is the best one:
//!
//! 1. **Host**: the exact one, then wildcards, the longest first, then groups without host.
//! 2. **Path**, segment by segment from the left: a literal; then parameters with literal text around them,
//!    the most text first; then constrained parameters; then free ones; then `{rest*}`; then a prefix. So of
//!    two templates the one with more segments wins where one continues the other.
//! 3. **Version**: those for the version that the request wants, then those for any. Where the path tells the version,
//!    it is part of the path.
//! 4. **Method**: declared, then `HEAD` where `GET` is, then any.
//! 5. **Conditions**: more headers, then more query parameters, then a media type that is consumed, then one that is
//!    produced, the one first that the client would rather have.
//! 6. **Age** of the service, the older first; then group, service and route by name.
//!
//! This is the precedence of the Gateway API (HTTPRoute) on what both know, and nobody can set priorities.
//! A rule that fails one of its conditions is out before any of this: *filter, then rank*.

mod node;
mod rule;
mod scope;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::host::RequestHost;
use crate::path::{RequestPath, Shape};
use crate::settings::Slash;
use crate::spec::Spec;
use node::Node;

pub use rule::Rule;
pub(crate) use rule::own_router;
pub use scope::Scope;

/// All routes of a specification; built once, and only read afterwards.
#[derive(Debug, Clone, Default)]
pub struct Table {
    scopes: Vec<Arc<Scope>>,
    rules: Vec<Arc<Rule>>,
    exact: BTreeMap<String, Node>,
    wildcard: BTreeMap<String, Node>,
    any: Node,
}

impl Table {
    /// Compiles the groups of `spec`.
    pub fn compile(spec: &Spec) -> Self {
        let mut table = Self::default();
        for group in &spec.groups {
            let scope = Arc::new(Scope::of(group));
            table.scopes.push(Arc::clone(&scope));
            for member in &group.services {
                for rule in Rule::of_member(&scope, group, member) {
                    table.insert(Arc::new(rule));
                }
            }
        }
        table
    }

    fn insert(&mut self, rule: Arc<Rule>) {
        if rule.hosts().is_empty() {
            self.any.insert(&rule);
        }
        for host in rule.hosts() {
            if let Some(name) = host.exact() {
                self.exact.entry(name.to_owned()).or_default().insert(&rule);
            }
            if let Some(suffix) = host.wildcard() {
                self.wildcard.entry(suffix.to_owned()).or_default().insert(&rule);
            }
        }
        self.rules.push(rule);
    }

    /// What the groups share, in the order of the specification.
    pub fn scopes(&self) -> impl Iterator<Item = &Scope> {
        self.scopes.iter().map(Arc::as_ref)
    }

    /// The group whose business a request is that none of its rules takes: that of the best host, then of the longest
    /// base.
    pub(crate) fn concerned(&self, host: &RequestHost<'_>, path: &RequestPath<'_>) -> Option<&Scope> {
        let concerns = self.scopes().filter_map(|scope| Some((scope.concern(host, path)?, scope)));
        concerns.max_by(|(one, _), (two, _)| one.cmp(two)).map(|(_, scope)| scope)
    }

    /// Whether a group lets other origins in.
    pub(crate) fn has_cors(&self) -> bool {
        self.scopes().any(|scope| scope.settings().cors().is_some())
    }

    /// Whether a group takes a path for another one that differs in the slash at its end.
    pub(crate) fn has_loose_slashes(&self) -> bool {
        self.scopes().any(|scope| scope.settings().slash() != Slash::Strict)
    }

    /// All rules, in the order of the specification.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().map(Arc::as_ref)
    }

    /// All rules, group by group, each before those of its group that it outranks.
    pub fn ranked(&self) -> Vec<&Rule> {
        let key = |rule| (Rule::group(rule), Shape::from(rule.path()));
        let mut rules: Vec<_> = self.rules().map(|rule| (key(rule), rule)).collect();
        rules.sort_by(|(one, rule), (two, other)| one.cmp(two).then_with(|| rule.rank(other)));
        rules.into_iter().map(|(_, rule)| rule).collect()
    }

    /// Shows `visit` the rules whose host and path take the request, the best path first; those of one path
    /// come together, in the order of what else they declare.
    pub(crate) fn walk<'t, B>(
        &'t self,
        host: &RequestHost<'_>,
        path: &RequestPath<'_>,
        visit: &mut impl FnMut(&'t [Arc<Rule>]) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let exact = self.exact.get(host.as_str());
        let wildcards = host.parents().filter_map(|parent| self.wildcard.get(parent));
        let mut trees = exact.into_iter().chain(wildcards).chain([&self.any]);
        trees.try_for_each(|tree| tree.walk(path.segments(), visit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::Target;

    /// All templates of `depth` segments that are `a` or a parameter.
    fn templates(depth: u32) -> Vec<String> {
        (0..1_u32 << depth)
            .map(|bits| {
                let segments = (0..depth)
                    .map(|at| if bits >> at & 1 == 0 { "/a".to_owned() } else { format!("/{{p{at}}}") });
                segments.collect()
            })
            .collect()
    }

    fn table(templates: &[String]) -> Table {
        let routes =
            templates.iter().enumerate().map(|(index, path)| format!(r#""r{index}":{{"path":"{path}"}}"#));
        let routes = routes.collect::<Vec<_>>().join(",");
        let services = format!(r#"[{{"service":"s","routes":{{{routes}}}}}]"#);
        Table::compile(
            &Spec::parse(&format!(r#"{{"v":1,"groups":[{{"name":"g","services":{services}}}]}}"#)).unwrap(),
        )
    }

    #[test]
    fn a_walk_shows_each_path_once_in_the_order_of_precedence() {
        let templates = templates(10);
        let table = table(&templates);
        let uri = "/a".repeat(10);
        let Ok(Target::Origin { path, .. }) = Target::parse("GET", &uri) else { panic!("{uri}") };
        let mut shapes = Vec::new();
        let done = table.walk(&RequestHost::new("h"), &path, &mut |rules| {
            shapes.extend(rules.iter().map(|rule| Shape::from(rule.path())));
            ControlFlow::<()>::Continue(())
        });
        assert!(done.is_continue());
        assert_eq!(shapes.len(), templates.len());
        assert!(shapes.is_sorted());
    }

    #[test]
    fn rules_are_ranked_whatever_order_they_are_declared_in() {
        let declared = ["/{p}/a", "/a", "/b/{p}", "/a/{rest*}"].map(str::to_owned);
        let table = table(&declared);
        let ranked: Vec<String> = table.ranked().into_iter().map(|rule| rule.path().to_string()).collect();
        assert_eq!(ranked, ["/a", "/a/{rest*}", "/b/{p}", "/{p}/a"]);
    }
}
