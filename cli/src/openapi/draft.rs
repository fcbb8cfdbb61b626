//! Drafts: what an operation says in the words of a route, not yet held together.

use smsvc_core::name::Name;
use smsvc_core::path::BasePath;

use super::document::Document;
use super::extension;
use super::import::ImportOptions;
use super::media;
use super::operation::Operation;
use super::path::template;
use super::remark::{Remark, Unmapped};
use super::security::Schemes;
use super::{constraint, server};

/// The fields of a route to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    /// The operation, as remarks name it.
    pub(super) place: String,
    /// The name that the document gives the route by an extension of ours.
    given: Option<String>,
    /// A name to make one of.
    candidate: String,
    /// The path item that it is of.
    path: String,
    /// The fields, each once.
    pub(super) fields: Vec<Field>,
}

/// A field, and whether a route can do without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) value: String,
    /// It is a finer point that was derived: a constraint, a content type, a date.
    pub(super) derived: bool,
}

impl Draft {
    /// The nearest name to the id of the operation, or to its method and path.
    pub(super) fn name(&self) -> Name {
        Name::slug(self.given.as_ref().unwrap_or(&self.candidate))
    }

    /// Replaces a field, or adds it. A path and a prefix replace each other.
    fn set(&mut self, name: &str, value: String, derived: bool) {
        let either = |name: &str| name.eq_ignore_ascii_case("path") || name.eq_ignore_ascii_case("prefix");
        let same =
            |field: &Field| field.name.eq_ignore_ascii_case(name) || (either(name) && either(&field.name));
        self.fields.retain(|field| !same(field));
        self.fields.push(Field { name: name.to_owned(), value, derived });
    }

    fn methods(&mut self) -> Option<&mut String> {
        self.fields.iter_mut().find(|field| field.name == "methods").map(|field| &mut field.value)
    }

    /// Whether the other is the same route with another method: both have the name, and all else is the same.
    fn continues(&self, other: &Self) -> bool {
        let rest = |draft: &Self| {
            let mut fields: Vec<Field> =
                draft.fields.iter().filter(|field| field.name != "methods").cloned().collect();
            fields.sort_by(|one, two| one.name.cmp(&two.name));
            fields
        };
        self.given.is_some()
            && self.given == other.given
            && self.path == other.path
            && rest(self) == rest(other)
    }
}

/// Breaks a name where its case changes, as `findPetsByStatus` does.
fn words(id: &str) -> String {
    let mut text = String::new();
    let mut before = ' ';
    for char in id.chars() {
        if char.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit()) {
            text.push('-');
        }
        text.push(char);
        before = char;
    }
    text
}

/// The drafts of these operations; operations that are one route by its name are one draft.
pub(super) fn drafts(
    document: &Document,
    operations: &[Operation<'_>],
    options: &ImportOptions,
    shared: &BasePath,
    remarks: &mut Vec<Remark>,
) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    let schemes = Schemes::of(document);
    for operation in operations {
        let draft = match draft(document, &schemes, operation, options, shared, remarks) {
            Ok(draft) => draft,
            Err(reason) => {
                remarks.push(Remark::left_out(&operation.place(), reason));
                continue;
            }
        };
        match drafts.iter_mut().find(|before| draft.continues(before)).and_then(Draft::methods) {
            Some(methods) => *methods = format!("{methods},{}", operation.method),
            None => drafts.push(draft),
        }
    }
    drafts
}

fn draft(
    document: &Document,
    schemes: &Schemes<'_>,
    operation: &Operation<'_>,
    options: &ImportOptions,
    shared: &BasePath,
    remarks: &mut Vec<Remark>,
) -> Result<Draft, Unmapped> {
    let place = operation.place();
    if operation.is_ours() {
        return Ok(ours(operation));
    }
    let own = [operation.value, operation.at.item].into_iter().find_map(server::own_base);
    if let Some(own) = own.filter(|own| own != shared) {
        return Err(Unmapped::OwnServers { own: server::shown(&own), shared: server::shown(shared) });
    }
    let candidate = match operation.id {
        Some(id) => words(id),
        None if operation.at.path == "/" => format!("{} root", operation.method),
        None => place.clone(),
    };
    let path = operation.at.path.to_owned();
    let mut draft = Draft { place, given: None, candidate, path, fields: Vec::new() };
    draft.set("path", template(operation.at.path), false);
    draft.set("methods", operation.method.clone(), false);
    let mut partly = |reason: Unmapped| remarks.push(Remark::partly(&operation.place(), reason));
    constrain(document, operation, &mut draft, &mut partly);
    for (field, types) in [
        ("consumes", media::consumed(document, operation)),
        ("produces", media::produced(document, operation)),
    ] {
        match types {
            Ok(Some(types)) => draft.set(field, types, true),
            Ok(None) => {}
            Err(reason) => partly(reason),
        }
    }
    let (item, item_errors) = extension::fields(operation.at.item);
    let (own, own_errors) = extension::fields(operation.value);
    let given: Vec<(String, String)> = item.into_iter().chain(own).collect();
    age(operation, options, &given, &mut draft, &mut partly);
    let says_auth = |field: &str| {
        let field = field.to_ascii_lowercase();
        field == "auth" || field.starts_with("auth.")
    };
    if !given.iter().any(|(field, _)| says_auth(field)) {
        // None of this can be done without: the route would be open to more than the description says.
        let guard = schemes.guard(document, operation)?;
        if let Some(scopes) = guard.scopes {
            draft.set("auth", "jwt".to_owned(), false);
            if !scopes.is_empty() {
                draft.set("auth.scopes", scopes.join(","), false);
            }
        }
        if let Some(left) = guard.left {
            partly(Unmapped::Security(left));
        }
    }
    if let Some(error) = item_errors.into_iter().chain(own_errors).next() {
        return Err(error);
    }
    for (field, value) in given {
        if field.eq_ignore_ascii_case("name") {
            draft.given = Some(value);
        } else {
            draft.set(&field, value, false);
        }
    }
    Ok(draft)
}

/// A route that an export of ours wrote in its own words, because OpenAPI has none for it.
fn ours(operation: &Operation<'_>) -> Draft {
    let members = operation.value.get("fields").and_then(serde_json::Value::as_object);
    let field = |(name, value): (&String, &serde_json::Value)| Field {
        name: name.clone(),
        value: value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        derived: false,
    };
    Draft {
        place: operation.place(),
        given: operation.id.map(str::to_owned),
        candidate: String::new(),
        path: String::new(),
        fields: members.into_iter().flatten().map(field).collect(),
    }
}

/// The constraints of the parameters that are in the path.
fn constrain(
    document: &Document,
    operation: &Operation<'_>,
    draft: &mut Draft,
    partly: &mut impl FnMut(Unmapped),
) {
    let (parameters, errors) = operation.parameters(document);
    errors.into_iter().for_each(&mut *partly);
    let path = template(operation.at.path);
    for parameter in parameters {
        let text = |member: &str| parameter.get(member).and_then(serde_json::Value::as_str);
        let (Some("path"), Some(name)) = (text("in"), text("name")) else { continue };
        // One that the path does not have is a mistake of the document that changes nothing.
        if !path.contains(&format!("{{{name}}}")) {
            continue;
        }
        match constraint::of_parameter(document, name, parameter) {
            Ok(Some(constraint)) => draft.set(&format!("param.{name}"), constraint, true),
            Ok(None) => {}
            Err(reason) => partly(reason),
        }
    }
}

/// `deprecated` and `x-sunset`. OpenAPI says that an operation is deprecated, HTTP says since when.
fn age(
    operation: &Operation<'_>,
    options: &ImportOptions,
    given: &[(String, String)],
    draft: &mut Draft,
    partly: &mut impl FnMut(Unmapped),
) {
    let member = |name: &str| operation.value.get(name);
    if let Some(sunset) = member("x-sunset").and_then(serde_json::Value::as_str) {
        draft.set("sunset", sunset.to_owned(), true);
    }
    let dated = given.iter().any(|(field, _)| field == "deprecated");
    if member("deprecated").and_then(serde_json::Value::as_bool) == Some(true) && !dated {
        match &options.deprecated_since {
            Some(day) => draft.set("deprecated", day.clone(), true),
            None => partly(Unmapped::DeprecatedSince),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_broken_where_its_case_changes() {
        for (id, name) in [
            ("findPetsByStatus", "find-pets-by-status"),
            ("pets/list-all", "pets-list-all"),
            ("getV2Users", "get-v2-users"),
            ("HTTPServer", "httpserver"),
        ] {
            assert_eq!(Name::slug(&words(id)).as_str(), name);
        }
    }
}
