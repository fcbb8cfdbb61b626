//! The fields of a route as text: `path`, `methods`, `param.petId`, `header.X-Tenant`, `rewrite.path` ….
//!
//! A field is what follows `smsvc.route.<name>.` in a label. A new kind of field is read in [`draft`], held against the
//! others in [`fit`], and written here.

mod draft;
mod fit;

use std::collections::BTreeMap;
use std::fmt::Display;

use super::Route;
use crate::action::{Action, Forwarding};
use crate::header_change::HeaderChanges;
use crate::name::Name;
use crate::path::End;
use crate::problem::Problem;
use crate::rewrite::{Keep, Rewrite};
use draft::Draft;

/// A field of a route that is wrong or missing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct FieldError {
    /// The field as it was written.
    pub field: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// Where a field comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The route states it.
    Own,
    /// All routes of the service have it, as far as it can be a field of theirs.
    Inherited,
}

impl Route {
    /// Makes a route of its fields, and tells of everything that is wrong with them.
    ///
    /// Case does not count in a field, except in the name of a query parameter.
    pub fn from_fields<'a>(
        name: Name,
        fields: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Vec<FieldError>> {
        Self::with_defaults(name, fields, [])
    }

    /// The same with fields that are inherited where the route does not state them itself.
    ///
    /// A default that cannot be a field of this route is passed over: a constraint of a parameter that it does not
    /// have, or a rewrite for a redirect.
    pub fn with_defaults<'a>(
        name: Name,
        fields: impl IntoIterator<Item = (&'a str, &'a str)>,
        defaults: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Vec<FieldError>> {
        let mut draft = Draft::default();
        let mut errors = Vec::new();
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for (field, value) in fields {
            let folded = fold(field);
            let read = match seen.get(&folded) {
                Some(before) => Err(Problem::DuplicateKey((*before).to_owned())),
                None => draft.read(&folded, field, value, Origin::Own),
            };
            if let Err(problem) = read {
                errors.push(FieldError { field: field.to_owned(), problem });
            }
            seen.entry(folded).or_insert(field);
        }
        for (field, value) in defaults {
            let folded = fold(field);
            if !seen.contains_key(&folded) && !overridden(&folded, &seen) {
                // A wrong value is told once, where the default stands.
                let _told = draft.read(&folded, field, value, Origin::Inherited);
            }
        }
        match draft.fit(name, &mut errors) {
            Some(route) if errors.is_empty() => Ok(route),
            _ => Err(errors),
        }
    }

    /// Its fields in canonical form and order, from which [`from_fields`](Self::from_fields) makes it again.
    pub fn fields(&self) -> Vec<(String, String)> {
        let mut fields = Written(Vec::new());
        fields.put(if *self.path.end() == End::Prefix { "prefix" } else { "path" }, &self.path);
        if !self.methods.is_any() {
            fields.put("methods", &self.methods);
        }
        let constrained = self.path.parameters().filter_map(|it| Some((it.name(), it.constraint()?)));
        fields.put_each("param", constrained);
        fields.put_any("version", self.version.as_ref());
        fields.put_each("header", &self.headers);
        fields.put_each("query", &self.query);
        fields.put_any("consumes", Some(&self.consumes).filter(|types| !types.is_any()));
        fields.put_any("produces", Some(&self.produces).filter(|types| !types.is_any()));
        if let Some(demand) = self.access.demand() {
            fields.put("auth", &"jwt");
            fields.put_list("auth.permissions", demand.permissions.iter());
            fields.put_list("auth.scopes", demand.scopes.iter());
        }
        fields.put_action(&self.action);
        fields.put_changes("response.header", &self.response);
        fields.put_any("deprecated", self.life.deprecated.as_ref());
        fields.put_any("sunset", self.life.sunset.as_ref());
        fields.put_any("successor", self.life.successor.as_ref());
        fields.put_any("op", self.op.as_ref());
        fields.put_any("tag", self.tag.as_ref());
        fields.0
    }
}

/// Whether a field says something else in the place of this one.
fn overridden(folded: &str, seen: &BTreeMap<String, &str>) -> bool {
    let others: &[&str] = match folded {
        "path" | "prefix" => &["path", "prefix"],
        "rewrite.path" | "rewrite.prefix" => &["rewrite.path", "rewrite.prefix"],
        "rewrite.query.remove" | "rewrite.query.allow" => &["rewrite.query.remove", "rewrite.query.allow"],
        _ => &[],
    };
    others.iter().any(|other| seen.contains_key(*other))
}

/// A field without its case, where case does not count.
pub(crate) fn fold(field: &str) -> String {
    let lower = field.to_ascii_lowercase();
    let cased = ["query.", "rewrite.query.set."].iter().find(|start| lower.starts_with(**start));
    match cased.and_then(|start| Some((start, field.get(start.len()..)?))) {
        Some((start, name)) => format!("{start}{name}"),
        None => lower,
    }
}

/// Whether a field can be one that all routes of a service inherit (`smsvc.defaults.<field>`), whatever they are.
pub fn check_default(field: &str, value: &str) -> Result<(), Problem> {
    let folded = fold(field);
    match folded.as_str() {
        "path" | "prefix" => Err(Problem::NoDefault),
        _ => Draft::default().read(&folded, field, value, Origin::Inherited),
    }
}

/// Fields as they are written.
struct Written(Vec<(String, String)>);

impl Written {
    fn put(&mut self, field: &str, value: &impl Display) {
        self.0.push((field.to_owned(), value.to_string()));
    }

    fn put_any(&mut self, field: &str, value: Option<&impl Display>) {
        if let Some(value) = value {
            self.put(field, value);
        }
    }

    fn put_each<N: Display, V: Display>(&mut self, word: &str, values: impl IntoIterator<Item = (N, V)>) {
        let named = values.into_iter().map(|(name, value)| (format!("{word}.{name}"), value.to_string()));
        self.0.extend(named);
    }

    fn put_list(&mut self, field: &str, values: impl Iterator<Item = impl Display>) {
        let values: Vec<String> = values.map(|value| value.to_string()).collect();
        if !values.is_empty() {
            self.put(field, &values.join(","));
        }
    }

    fn put_changes(&mut self, word: &str, changes: &HeaderChanges) {
        self.put_list(&format!("{word}.remove"), changes.remove.iter());
        self.put_each(&format!("{word}.set"), &changes.set);
        self.put_each(&format!("{word}.add"), &changes.add);
    }

    fn put_action(&mut self, action: &Action) {
        match action {
            Action::Forward(forwarding) => self.put_forwarding(forwarding),
            Action::Redirect { status, location } => {
                self.put("to", &"redirect");
                self.put("redirect.status", status);
                self.put("redirect.location", location);
            }
            Action::Static(answer) => {
                self.put("to", &"static");
                self.put("static.status", &answer.status);
                self.put_any("static.type", answer.content_type.as_ref());
                self.put("static.body", &answer.body);
            }
            Action::Deny(status) => {
                self.put("to", &"deny");
                self.put("deny.status", status);
            }
        }
    }

    fn put_forwarding(&mut self, forwarding: &Forwarding) {
        match &forwarding.rewrite {
            Some(Rewrite::Path(path)) => self.put("rewrite.path", path),
            Some(Rewrite::Prefix(path)) => self.put("rewrite.prefix", path),
            None => {}
        }
        match &forwarding.query.keep {
            Keep::All => {}
            Keep::AllBut(names) => self.put_list("rewrite.query.remove", names.iter()),
            Keep::Only(names) => self.put_list("rewrite.query.allow", names.iter()),
        }
        self.put_each("rewrite.query.set", &forwarding.query.set);
        self.put_changes("request.header", &forwarding.request);
        self.put_any("cache.control", forwarding.cache.control.as_ref());
        self.put_any("cache.etag", forwarding.cache.weak_etag.then_some(&"weak"));
        self.put_any("limit.rate", forwarding.limits.rate.as_ref());
        self.put_any("limit.inflight", forwarding.limits.inflight.as_ref());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Access;

    fn route(fields: &[(&'static str, &'static str)]) -> Result<Route, Vec<(String, &'static str)>> {
        Route::from_fields(Name::parse("r").unwrap(), fields.iter().copied())
            .map_err(|errors| errors.into_iter().map(|it| (it.field, it.problem.code())).collect())
    }

    fn refused(fields: &[(&'static str, &'static str)], expected: &[(&str, &'static str)]) {
        let expected: Vec<_> = expected.iter().map(|(field, code)| ((*field).to_owned(), *code)).collect();
        assert_eq!(route(fields).unwrap_err(), expected);
    }

    #[test]
    fn a_route_is_made_again_from_its_fields() {
        let fields = [
            ("path", "/pets/{petId}/{rest*}"),
            ("methods", "GET,POST"),
            ("param.petId", "int"),
            ("header.x-tenant", "acme"),
            ("query.Page", "*"),
            ("rewrite.path", "/{rest}/{petId}"),
        ];
        let made = route(&fields).unwrap();
        let again: Vec<(String, String)> = made.fields();
        let again: Vec<(&str, &str)> = again.iter().map(|(field, value)| (&**field, &**value)).collect();
        assert_eq!(again, fields);
    }

    #[test]
    fn case_counts_in_the_name_of_a_query_parameter_only() {
        let one =
            route(&[("PATH", "/{petId}"), ("Param.PETID", "int"), ("HEADER.X-A", "1"), ("Query.Page", "1")]);
        let two =
            route(&[("path", "/{petId}"), ("param.petId", "int"), ("header.x-a", "1"), ("query.Page", "1")]);
        assert_eq!(one, two);
        refused(&[("path", "/a"), ("header.X-A", "1"), ("header.x-a", "2")], &[("header.x-a", "E103")]);
        refused(&[("path", "/a"), ("QUERY.a", "1"), ("query.a", "1")], &[("query.a", "E103")]);
        assert_eq!(route(&[("path", "/a"), ("query.A", "1"), ("query.a", "1")]).unwrap().query().len(), 2);
    }

    #[test]
    fn a_route_has_exactly_one_of_path_and_prefix() {
        refused(&[("methods", "GET")], &[("path", "E111")]);
        refused(&[("path", "/a"), ("prefix", "/b")], &[("prefix", "E111")]);
    }

    #[test]
    fn every_error_of_a_route_is_told() {
        refused(
            &[
                ("path", "/{a}"),
                ("methods", "GE T"),
                ("param.b", "int"),
                ("param.a", "integer"),
                ("header.Host", "x"),
                ("rewrite.prefix", "/{c}"),
                ("rewrite.path", "/"),
                ("priority", "7"),
            ],
            &[
                ("methods", "E114"),
                ("param.a", "E104"),
                ("header.Host", "E102"),
                ("rewrite.path", "E119"),
                ("priority", "E101"),
                ("param.b", "E115"),
                ("rewrite.prefix", "E118"),
                ("rewrite.prefix", "E116"),
            ],
        );
    }

    #[test]
    fn a_wrong_path_is_told_once() {
        refused(&[("path", "pets"), ("param.a", "int"), ("rewrite.path", "/{a}")], &[("path", "E113")]);
        refused(&[("path", "/{a}{b}")], &[("path", "E112")]);
    }

    #[test]
    fn a_rest_parameter_takes_no_constraint() {
        refused(&[("path", "/{rest*}"), ("param.rest", "slug")], &[("param.rest", "E115")]);
    }

    #[test]
    fn every_field_of_every_action_reads_back() {
        let cases: [&[(&str, &str)]; 4] = [
            &[
                ("path", "/a/{id}"),
                ("version", "1-3"),
                ("consumes", "application/json"),
                ("produces", "image/*"),
                ("auth", "jwt"),
                ("auth.permissions", "admin,customer"),
                ("auth.scopes", "read,write"),
                ("rewrite.query.remove", "a,b"),
                ("rewrite.query.set.Tenant", "x y"),
                ("request.header.remove", "x-a,x-b"),
                ("request.header.set.x-c", "1, 2"),
                ("request.header.add.x-d", ""),
                ("cache.control", "public, max-age=60"),
                ("cache.etag", "weak"),
                ("limit.rate", "100/s"),
                ("limit.inflight", "5"),
                ("response.header.remove", "server"),
                ("response.header.set.x-e", "1"),
                ("response.header.add.x-f", "2"),
                ("deprecated", "2026-01-01"),
                ("sunset", "2026-08-01"),
                ("successor", "/v2/a"),
                ("op", "getA"),
                ("tag", "a tag"),
            ],
            &[
                ("path", "/a/{id}"),
                ("to", "redirect"),
                ("redirect.status", "308"),
                ("redirect.location", "/b/{id}"),
            ],
            &[
                ("path", "/a/{id}"),
                ("to", "static"),
                ("static.status", "201"),
                ("static.type", "text/html"),
                ("static.body", "<{id}>"),
            ],
            &[("prefix", "/a"), ("to", "deny"), ("deny.status", "410")],
        ];
        for fields in cases {
            let made = Route::from_fields(Name::parse("r").unwrap(), fields.iter().copied()).unwrap();
            let again: Vec<(String, String)> = made.fields();
            let again: Vec<(&str, &str)> = again.iter().map(|(field, value)| (&**field, &**value)).collect();
            assert_eq!(again, fields);
        }
    }

    #[test]
    fn a_field_of_another_action_is_refused() {
        let deny = [("path", "/a"), ("to", "deny"), ("deny.status", "403")];
        let with = |field| [&deny[..], &[field]].concat();
        refused(&with(("limit.rate", "1/s")), &[("limit.rate", "E120")]);
        refused(&with(("redirect.location", "/b")), &[("redirect.location", "E120")]);
        refused(&[("path", "/a"), ("deny.status", "403")], &[("deny.status", "E120")]);
        refused(&[("path", "/a"), ("to", "redirect")], &[("redirect.location", "E120")]);
        let redirect =
            [("path", "/a"), ("to", "redirect"), ("redirect.location", "/b"), ("rewrite.path", "/c")];
        refused(&redirect, &[("rewrite.path", "E117")]);
        refused(
            &[("path", "/a"), ("to", "redirect"), ("redirect.location", "/{x}")],
            &[("redirect.location", "E116")],
        );
    }

    #[test]
    fn what_a_token_has_to_say_needs_a_token() {
        refused(&[("path", "/a"), ("auth.permissions", "a")], &[("auth.permissions", "E120")]);
        refused(&[("path", "/a"), ("auth", "none"), ("auth.scopes", "a")], &[("auth.scopes", "E120")]);
        refused(&[("path", "/a"), ("auth", "basic")], &[("auth", "E104")]);
        refused(
            &[("path", "/a"), ("auth", "jwt"), ("auth.permissions", "a,,b")],
            &[("auth.permissions", "E104")],
        );
        let deny = route(&[("path", "/a"), ("to", "deny"), ("auth", "jwt")]).unwrap();
        assert!(deny.access().demand().is_some(), "whatever the route does");
    }

    #[test]
    fn a_route_is_public_only_where_it_says_so_itself_if_the_default_is_a_token() {
        let made = |fields: &[(&'static str, &'static str)]| {
            let defaults = [("auth", "jwt"), ("auth.permissions", "staff")];
            let name = Name::parse("r").unwrap();
            Route::with_defaults(name, fields.iter().copied(), defaults).unwrap().access().clone()
        };
        let permissions = |access: &Access| {
            let words = access.demand().map(|demand| demand.permissions.iter().map(ToString::to_string));
            words.map(Iterator::collect::<Vec<_>>)
        };
        assert_eq!(permissions(&made(&[("path", "/a")])), Some(vec!["staff".to_owned()]));
        assert_eq!(permissions(&made(&[("path", "/a"), ("to", "deny")])), Some(vec!["staff".to_owned()]));
        assert_eq!(
            permissions(&made(&[("path", "/a"), ("Auth.Permissions", "admin")])),
            Some(vec!["admin".to_owned()])
        );
        assert_eq!(permissions(&made(&[("path", "/a"), ("auth", "none")])), None);
    }

    #[test]
    fn a_default_is_inherited_where_it_can_be() {
        let defaults = [
            ("param.id", "int"),
            ("limit.rate", "1/s"),
            ("response.header.set.x-a", "default"),
            ("rewrite.prefix", "/x"),
        ];
        let made = |fields: &[(&'static str, &'static str)]| {
            Route::with_defaults(Name::parse("r").unwrap(), fields.iter().copied(), defaults)
                .unwrap()
                .fields()
        };
        let has = |fields: &[(String, String)], field: &str, value: &str| {
            fields.iter().any(|(known, is)| known == field && is == value)
        };
        let forward = made(&[("path", "/{id}"), ("response.header.set.X-A", "own")]);
        assert!(has(&forward, "param.id", "int") && has(&forward, "limit.rate", "1/s"));
        assert!(has(&forward, "response.header.set.x-a", "own"));
        assert!(!forward.iter().any(|(field, _)| field.starts_with("rewrite")), "it has no prefix");
        let deny = made(&[("path", "/a"), ("to", "deny")]);
        assert!(has(&deny, "response.header.set.x-a", "default") && !has(&deny, "limit.rate", "1/s"));
    }
}
