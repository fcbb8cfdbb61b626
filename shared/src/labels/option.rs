//! The CLI's `--route` text: a route in one line.
//!
//! `[METHOD[,METHOD…]|*] [PATH] [FIELD=VALUE …]`, where a field is what may follow `smsvc.route.<name>.` in a
//! label, or `name`:
//!
//! ```text
//! GET /pets/{petId} rewrite.path=/internal/{petId} param.petId=int
//! prefix=/static rewrite.prefix=/ name=assets
//! ```
//!
//! White space parts the words, so that a value with white space needs a label.

use std::collections::BTreeSet;

use crate::name::Name;
use crate::problem::Problem;
use crate::route::{FieldError, Route};

/// A `--route` text that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("route {text:?}, {error}")]
pub struct RouteOptionError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub error: FieldError,
}

/// Reads the `--route` texts of one service.
///
/// A route without a name gets one of its methods and path, `get-pets-petid`, with a number where that is
/// taken. All errors are told.
pub fn route_options<T: AsRef<str>>(texts: &[T]) -> Result<Vec<Route>, Vec<RouteOptionError>> {
    let lines: Vec<Line<'_>> = texts.iter().map(|text| Line::new(text.as_ref())).collect();
    let mut taken: BTreeSet<Name> = BTreeSet::new();
    let mut errors = Vec::new();
    for line in &lines {
        match line.given_name() {
            Ok(Some(name)) if !taken.insert(name.clone()) => {
                errors.push(line.error("name", Problem::DuplicateKey(name.to_string())));
            }
            Ok(_) => {}
            Err(problem) => errors.push(line.error("name", problem)),
        }
    }
    let mut routes = Vec::new();
    for line in &lines {
        let name = match line.given_name() {
            Ok(Some(name)) => name,
            _ => line.derived_name(&mut taken),
        };
        match Route::from_fields(name, line.fields.iter().copied()) {
            Ok(route) => routes.push(route),
            Err(wrong) => errors.extend(wrong.into_iter().map(|it| line.error(&it.field, it.problem))),
        }
    }
    if errors.is_empty() { Ok(routes) } else { Err(errors) }
}

/// The words of one text.
struct Line<'a> {
    text: &'a str,
    name: Option<&'a str>,
    fields: Vec<(&'a str, &'a str)>,
}

impl<'a> Line<'a> {
    fn new(text: &'a str) -> Self {
        let mut line = Self { text, name: None, fields: Vec::new() };
        for (index, word) in text.split_whitespace().enumerate() {
            match word.split_once('=') {
                // A path may hold `=`, a field never starts with `/`.
                _ if word.starts_with('/') => line.fields.push(("path", word)),
                Some((field, value)) if field.eq_ignore_ascii_case("name") && line.name.is_none() => {
                    line.name = Some(value);
                }
                Some(field) => line.fields.push(field),
                None if index == 0 => line.fields.push(("methods", word)),
                // A word that is no field is told as one that does not exist.
                None => line.fields.push((word, "")),
            }
        }
        line
    }

    fn given_name(&self) -> Result<Option<Name>, Problem> {
        self.name.map(Name::parse).transpose().map_err(Problem::from)
    }

    fn derived_name(&self, taken: &mut BTreeSet<Name>) -> Name {
        let field = |wanted: &str| self.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(wanted));
        let value = |wanted: &str| field(wanted).map_or("", |(_, value)| value);
        let path = format!("{}{}", value("path"), value("prefix"));
        let words = format!("{} {}", value("methods"), if path == "/" { "root" } else { &path });
        let name = Name::slug(&words);
        let mut candidates = std::iter::once(name.clone()).chain((2..).map(|number| name.numbered(number)));
        candidates.find(|name| taken.insert(name.clone())).unwrap_or(name)
    }

    fn error(&self, field: &str, problem: Problem) -> RouteOptionError {
        RouteOptionError {
            text: self.text.to_owned(),
            error: FieldError { field: field.to_owned(), problem },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(texts: &[&str]) -> Vec<(String, Vec<(String, String)>)> {
        let routes = route_options(texts).unwrap();
        routes.iter().map(|route| (route.name().to_string(), route.fields())).collect()
    }

    fn refused(texts: &[&str]) -> Vec<(String, String, &'static str)> {
        let errors = route_options(texts).unwrap_err();
        errors.into_iter().map(|it| (it.text, it.error.field, it.error.problem.code())).collect()
    }

    fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn method_and_path_come_first_and_fields_after() {
        let expected = fields(&[
            ("path", "/pets/{petId}"),
            ("methods", "GET,PUT"),
            ("param.petId", "int"),
            ("rewrite.path", "/internal/{petId}"),
        ]);
        let text = "get,PUT /pets/{petId} rewrite.path=/internal/{petId} param.petId=int name=pet";
        assert_eq!(routes(&[text]), [("pet".to_owned(), expected)]);
    }

    #[test]
    fn method_and_path_may_be_left_out() {
        assert_eq!(routes(&["/a=b"]), [("a-b".to_owned(), fields(&[("path", "/a=b")]))]);
        assert_eq!(routes(&["* /a"]), [("a".to_owned(), fields(&[("path", "/a")]))]);
        assert_eq!(routes(&["prefix=/static"]), [("static".to_owned(), fields(&[("prefix", "/static")]))]);
        assert_eq!(routes(&["path=/a methods=GET"]), routes(&["GET /a"]));
    }

    #[test]
    fn a_name_is_derived_and_numbered_where_it_is_taken() {
        let names: Vec<String> =
            routes(&["GET /a/{b}", "GET /a/b", "GET /c name=get-a-b-2", "GET /a-b", "GET /", "prefix=/"])
                .into_iter()
                .map(|(name, _)| name)
                .collect();
        assert_eq!(names, ["get-a-b", "get-a-b-3", "get-a-b-2", "get-a-b-4", "get-root", "root"]);
    }

    #[test]
    fn every_error_of_every_text_is_told() {
        assert_eq!(refused(&["GET"]), [("GET".into(), "path".into(), "E111")]);
        assert_eq!(refused(&[""]), [(String::new(), "path".into(), "E111")]);
        assert_eq!(refused(&["GET /a /b"]), [("GET /a /b".into(), "path".into(), "E103")]);
        let texts = ["G@T /a nonsense x=1", "/b name=B", "/c name=c", "/d name=c"];
        assert_eq!(
            refused(&texts),
            [
                (texts[1].into(), "name".into(), "E102"),
                (texts[3].into(), "name".into(), "E103"),
                (texts[0].into(), "methods".into(), "E114"),
                (texts[0].into(), "nonsense".into(), "E101"),
                (texts[0].into(), "x".into(), "E101"),
            ]
        );
    }
}
