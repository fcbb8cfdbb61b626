//! A description as a whole: which dialect it speaks, and its members.

use serde_json::Value;

use super::SourceError;
use super::reference::{ReferenceError, follow};
use super::source;

/// An OpenAPI description.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    root: Value,
    dialect: Dialect,
}

/// The two kinds of description, which say servers, parameters and content types in different places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Swagger 2.0.
    Swagger2,
    /// OpenAPI 3.0 and later.
    OpenApi3,
}

impl Document {
    /// Reads JSON or YAML.
    pub fn parse(bytes: &[u8]) -> Result<Self, SourceError> {
        Self::of(source::value(bytes)?)
    }

    /// Takes a value that was read already.
    pub fn of(root: Value) -> Result<Self, SourceError> {
        let version = |member: &str| match root.get(member)? {
            Value::String(text) => Some(text.clone()),
            // `swagger: 2.0` without quotes is a number in YAML.
            other => Some(other.to_string()),
        };
        let dialect = match (version("openapi"), version("swagger")) {
            (Some(version), _) if version.starts_with("3.") || version == "3" => Dialect::OpenApi3,
            (None, Some(version)) if version.starts_with("2.") || version == "2" => Dialect::Swagger2,
            (Some(version), _) | (None, Some(version)) => return Err(SourceError::Version(version)),
            (None, None) => return Err(SourceError::NotOpenApi),
        };
        Ok(Self { root, dialect })
    }

    /// Its dialect.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Its title.
    pub fn title(&self) -> Option<&str> {
        self.root.pointer("/info/title").and_then(Value::as_str)
    }

    /// The whole value.
    pub(super) fn root(&self) -> &Value {
        &self.root
    }

    /// What a value stands for.
    pub(super) fn follow<'d>(&'d self, value: &'d Value) -> Result<&'d Value, ReferenceError> {
        follow(&self.root, value)
    }

    /// The elements of a list member; none where it is no list.
    pub(super) fn list<'v>(value: &'v Value, member: &str) -> &'v [Value] {
        value.get(member).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_version_in_use_is_read() {
        for (value, dialect) in [
            (json!({"swagger": "2.0"}), Dialect::Swagger2),
            (json!({"swagger": 2.0}), Dialect::Swagger2),
            (json!({"openapi": "3.0.4"}), Dialect::OpenApi3),
            (json!({"openapi": "3.1.1"}), Dialect::OpenApi3),
            (json!({"openapi": "3.2.0"}), Dialect::OpenApi3),
        ] {
            assert_eq!(Document::of(value).unwrap().dialect(), dialect);
        }
    }

    #[test]
    fn what_is_no_description_is_refused() {
        assert_eq!(Document::of(json!({"services": {}})), Err(SourceError::NotOpenApi));
        assert_eq!(Document::of(json!([])), Err(SourceError::NotOpenApi));
        assert_eq!(Document::of(json!({"swagger": "1.2"})), Err(SourceError::Version("1.2".into())));
        assert_eq!(Document::of(json!({"openapi": "4.0"})), Err(SourceError::Version("4.0".into())));
    }
}
