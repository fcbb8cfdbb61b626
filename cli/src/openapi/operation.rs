//! Operations: one for each path and method of a description, with what it inherits from its path.

use serde_json::Value;

use super::document::Document;
use super::remark::{Remark, Unmapped};

/// The member of a description that lists routes for which OpenAPI has no words: each has `name`, `tags` and `fields`.
pub(super) const OURS: &str = "x-smsvc-routes";

/// The members of a path item that are methods (`query` since OpenAPI 3.2).
const METHODS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// A path and what stands there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct At<'d> {
    /// The path as the document writes it, without the base path.
    pub(super) path: &'d str,
    /// The path item, its reference followed.
    pub(super) item: &'d Value,
}

/// One operation of a path item.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Operation<'d> {
    /// Where it is.
    pub(super) at: At<'d>,
    /// The method, in upper case.
    pub(super) method: String,
    /// The operation itself.
    pub(super) value: &'d Value,
    /// `operationId`.
    pub(super) id: Option<&'d str>,
    /// Its tags.
    pub(super) tags: Vec<&'d str>,
}

impl<'d> Operation<'d> {
    fn new(at: At<'d>, method: &str, value: &'d Value) -> Self {
        let tags = Document::list(value, "tags").iter().filter_map(Value::as_str).collect();
        let id = value.get("operationId").and_then(Value::as_str).filter(|id| !id.is_empty());
        Self { at, method: method.to_ascii_uppercase(), value, id, tags }
    }

    /// How remarks name it: `GET /pets/{petId}`.
    pub(super) fn place(&self) -> String {
        match self.id {
            Some(id) if self.is_ours() => format!("{OURS} {id}"),
            _ => format!("{} {}", self.method, self.at.path),
        }
    }

    /// Whether it is a route that an export of ours wrote in its own words.
    pub(super) fn is_ours(&self) -> bool {
        self.method.is_empty()
    }

    /// The parameters of its path and its own, the latter last, with their references followed.
    pub(super) fn parameters(&self, document: &'d Document) -> (Vec<&'d Value>, Vec<Unmapped>) {
        let mut parameters = Vec::new();
        let mut errors = Vec::new();
        let listed = [self.at.item, self.value].into_iter().flat_map(|it| Document::list(it, "parameters"));
        for parameter in listed {
            match document.follow(parameter) {
                Ok(parameter) => parameters.push(parameter),
                Err(error) => errors.push(error.into()),
            }
        }
        (parameters, errors)
    }
}

/// The operations of all paths, in the order of their paths, and what is no operation although it should be one.
pub(super) fn operations(document: &Document) -> (Vec<Operation<'_>>, Vec<Remark>) {
    let mut found = Vec::new();
    let mut remarks = Vec::new();
    let paths = document.root().get("paths").and_then(Value::as_object);
    // An extension stands among the paths as one of them.
    for (path, item) in paths.into_iter().flatten().filter(|(path, _)| !path.starts_with("x-")) {
        let item = match document.follow(item) {
            Ok(item) => item,
            Err(error) => {
                remarks.push(Remark::left_out(path, error));
                continue;
            }
        };
        let Some(members) = item.as_object() else {
            remarks.push(Remark::left_out(path, Unmapped::NotAnObject));
            continue;
        };
        let at = At { path, item };
        let fixed = METHODS.iter().filter_map(|method| Some((*method, members.get(*method)?)));
        let more = members.get("additionalOperations").and_then(Value::as_object).into_iter().flatten();
        for (method, value) in fixed.chain(more.map(|(method, value)| (method.as_str(), value))) {
            let operation = Operation::new(at, method, value);
            if value.is_object() {
                found.push(operation);
            } else {
                remarks.push(Remark::left_out(&operation.place(), Unmapped::NotAnObject));
            }
        }
    }
    for value in Document::list(document.root(), OURS) {
        let at = At { path: "", item: &Value::Null };
        let id = value.get("name").and_then(Value::as_str);
        found.push(Operation { id, ..Operation::new(at, "", value) });
    }
    (found, remarks)
}
