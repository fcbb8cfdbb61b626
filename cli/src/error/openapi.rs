//! The words of a description that gives no routes.

use std::path::PathBuf;

use crate::openapi::{OpenApiError, Remark};

/// A file of `--openapi` or `import openapi`, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {cause}", file.display())]
pub struct OpenApiFileError {
    /// The file, as it was given.
    pub file: PathBuf,
    /// What is wrong.
    pub cause: OpenApiError,
}

impl OpenApiFileError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self.cause {
            OpenApiError::Unreadable(_) | OpenApiError::Source(_) => "E180",
            OpenApiError::Selection(_) => "E181",
            OpenApiError::Strict(_) => "E182",
        }
    }

    /// One line, and one more for everything that cannot be mapped.
    pub(crate) fn message(&self) -> String {
        let first = format!("{}: {self}", self.code());
        let OpenApiError::Strict(remarks) = &self.cause else { return first };
        let line = |remark: &Remark| format!("\n  {}: {}", remark.place, remark.reason);
        std::iter::once(first).chain(remarks.iter().map(line)).collect()
    }

    /// What would help.
    pub(crate) fn hint(&self) -> Option<String> {
        match self.cause {
            OpenApiError::Strict(_) => Some("without --strict what can be mapped is mapped".to_owned()),
            _ => None,
        }
    }
}
