//! What can be wrong with a template, in Go's words.

/// A text that is no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("template: :{line}: {message}")]
pub struct ParseError {
    /// The line of the template, from 1.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

/// A template that cannot be executed on a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("template: :{line}:{column}: executing \"\" at <{at}>: {message}")]
pub struct ExecError {
    /// The line of the template, from 1.
    pub line: usize,
    /// The byte in the line, from 0.
    pub column: usize,
    /// The part of the template that failed.
    pub at: String,
    /// Why.
    pub message: String,
}
