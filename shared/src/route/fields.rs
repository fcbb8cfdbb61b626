//! The fields of a route as text: `path`, `methods`, `param.petId`, `header.X-Tenant`, `rewrite.path` ….
//!
//! A field is what follows `smsvc.route.<name>.` in a label, and a new kind of field is added here only.

use std::collections::BTreeMap;

use super::Route;
use crate::condition::{HeaderName, QueryName, Test};
use crate::constraint::Constraint;
use crate::method::Methods;
use crate::name::Name;
use crate::path::{End, PathError, PathTemplate};
use crate::problem::Problem;
use crate::rewrite::{Rewrite, RewritePath};

/// A field of a route that is wrong or missing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct FieldError {
    /// The field as it was written.
    pub field: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What was read so far; a route once its parts are known to fit together.
#[derive(Default)]
struct Draft<'a> {
    /// Whether there is a `path` or a `prefix`, if only a wrong one.
    has_path: bool,
    path: Option<PathTemplate>,
    methods: Methods,
    constraints: Vec<(&'a str, &'a str, Constraint)>,
    headers: BTreeMap<HeaderName, Test>,
    query: BTreeMap<QueryName, Test>,
    rewrite: Option<(&'a str, Rewrite)>,
}

impl Route {
    /// Makes a route of its fields, and tells of everything that is wrong with them.
    ///
    /// Case does not count in a field, except in the name of a query parameter.
    pub fn from_fields<'a>(
        name: Name,
        fields: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Vec<FieldError>> {
        let mut draft = Draft::default();
        let mut errors = Vec::new();
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for (field, value) in fields {
            let folded = fold(field);
            let read = match seen.get(&folded) {
                Some(before) => Err(Problem::DuplicateKey((*before).to_owned())),
                None => draft.read(&folded, field, value),
            };
            if let Err(problem) = read {
                errors.push(FieldError { field: field.to_owned(), problem });
            }
            seen.entry(folded).or_insert(field);
        }
        match draft.finish(name, &mut errors) {
            Some(route) if errors.is_empty() => Ok(route),
            _ => Err(errors),
        }
    }

    /// Its fields in canonical form and order, from which [`from_fields`](Self::from_fields) makes it again.
    pub fn fields(&self) -> Vec<(String, String)> {
        let path = if *self.path.end() == End::Prefix { "prefix" } else { "path" };
        let mut fields = vec![(path.to_owned(), self.path.to_string())];
        if !self.methods.is_any() {
            fields.push(("methods".to_owned(), self.methods.to_string()));
        }
        let constrained = self.path.parameters().filter_map(|it| Some((it.name(), it.constraint()?)));
        fields.extend(constrained.map(|(name, it)| (format!("param.{name}"), it.to_string())));
        fields.extend(self.headers.iter().map(|(name, test)| (format!("header.{name}"), test.to_string())));
        fields.extend(self.query.iter().map(|(name, test)| (format!("query.{name}"), test.to_string())));
        fields.extend(self.rewrite.iter().map(|rewrite| match rewrite {
            Rewrite::Path(path) => ("rewrite.path".to_owned(), path.to_string()),
            Rewrite::Prefix(path) => ("rewrite.prefix".to_owned(), path.to_string()),
        }));
        fields
    }
}

/// A field without its case, where case does not count.
pub(crate) fn fold(field: &str) -> String {
    let lower = field.to_ascii_lowercase();
    match (lower.strip_prefix("query."), field.get("query.".len()..)) {
        (Some(_), Some(name)) => format!("query.{name}"),
        _ => lower,
    }
}

impl<'a> Draft<'a> {
    fn read(&mut self, folded: &str, field: &'a str, value: &'a str) -> Result<(), Problem> {
        match folded {
            "path" => self.set_path(PathTemplate::parse_path(value)),
            "prefix" => self.set_path(PathTemplate::parse_prefix(value)),
            "methods" => {
                self.methods = Methods::parse(value)?;
                Ok(())
            }
            "rewrite.path" => self.set_rewrite(field, Rewrite::Path(RewritePath::parse(value)?)),
            "rewrite.prefix" => self.set_rewrite(field, Rewrite::Prefix(RewritePath::parse(value)?)),
            _ => match (folded.split_once('.'), field.split_once('.')) {
                (Some(("param", _)), Some((_, name))) => {
                    self.constraints.push((field, name, Constraint::parse(value)?));
                    Ok(())
                }
                (Some(("header", name)), _) => {
                    self.headers.insert(HeaderName::parse(name)?, Test::parse(value)?);
                    Ok(())
                }
                (Some(("query", name)), _) => {
                    self.query.insert(QueryName::parse(name)?, Test::parse(value)?);
                    Ok(())
                }
                _ => Err(Problem::UnknownKey),
            },
        }
    }

    fn set_path(&mut self, path: Result<PathTemplate, PathError>) -> Result<(), Problem> {
        if self.has_path {
            return Err(Problem::PathAndPrefix);
        }
        self.has_path = true;
        self.path = Some(path?);
        Ok(())
    }

    fn set_rewrite(&mut self, field: &'a str, rewrite: Rewrite) -> Result<(), Problem> {
        if self.rewrite.is_some() {
            return Err(Problem::TwoRewrites);
        }
        self.rewrite = Some((field, rewrite));
        Ok(())
    }

    /// Holds the parts against each other; `None` if there is no path to hold them against.
    fn finish(self, name: Name, errors: &mut Vec<FieldError>) -> Option<Route> {
        let mut wrong = |field: &str, problem| errors.push(FieldError { field: field.to_owned(), problem });
        if !self.has_path {
            wrong("path", Problem::NoPath);
        }
        let mut path = self.path?;
        for (field, name, constraint) in self.constraints {
            match path.parameters_mut().find(|parameter| parameter.name().is(name)) {
                Some(parameter) => parameter.constrain(constraint),
                None => wrong(field, Problem::ConstraintWithoutParameter(name.to_owned())),
            }
        }
        if let Some((field, rewrite)) = &self.rewrite {
            if matches!(rewrite, Rewrite::Prefix(_)) && *path.end() != End::Prefix {
                wrong(field, Problem::RewriteWithoutPrefix);
            }
            for used in rewrite.names().filter(|used| path.names().all(|known| known != *used)) {
                wrong(field, Problem::RewriteWithoutParameter(used.clone()));
            }
        }
        let rewrite = self.rewrite.map(|(_, rewrite)| rewrite);
        Some(Route { name, path, methods: self.methods, headers: self.headers, query: self.query, rewrite })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
