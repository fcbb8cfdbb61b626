//! OpenAPI descriptions as a source of routes, and groups as OpenAPI descriptions. Pure: text in, values out.
//!
//! ```text
//! file ──source──▶ Document ──operation──▶ one a path and method ──import──▶ routes, and remarks on the rest
//!                  a JSON value            references followed               with base path and hosts
//! ```
//!
//! A document is walked as a value and never read into types: Swagger 2.0 and OpenAPI 3.0, 3.1 and 3.2 differ
//! in much, real documents break the rules of each, and only a few members of them are about routing. What
//! cannot be said in a route is a [`Remark`] on its operation, and costs no other operation anything.

mod constraint;
mod document;
mod draft;
mod export;
mod extension;
mod import;
mod media;
mod operation;
mod path;
mod reference;
mod remark;
mod security;
mod select;
mod server;
mod source;

pub use document::{Dialect, Document};
pub use export::{Exported, export};
pub use import::{Import, ImportOptions, Imported, PrefixFrom, import};
pub use remark::{Effect, Remark, Unmapped};
pub use select::{Selection, SelectionError};
pub use source::SourceError;

/// Why a file gives no routes at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenApiError {
    /// It cannot be opened: what the operating system says.
    #[error("{0}")]
    Unreadable(String),
    /// It is no OpenAPI description.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// What was asked for is not in it.
    #[error(transparent)]
    Selection(#[from] SelectionError),
    /// Not everything could be mapped, and that was asked for.
    #[error("{} of its operations cannot be mapped completely", .0.len())]
    Strict(Vec<Remark>),
}

/// Reads a file and maps what is selected of it.
pub fn read(bytes: &[u8], options: &ImportOptions) -> Result<Import, OpenApiError> {
    let document = Document::parse(bytes)?;
    let import = import(&document, options)?;
    if options.strict && !import.remarks.is_empty() {
        return Err(OpenApiError::Strict(import.remarks));
    }
    Ok(import)
}
