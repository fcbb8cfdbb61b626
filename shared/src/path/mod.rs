//! Paths: the templates that routes declare, and the path that a request has.
//!
//! A path is a list of segments, the texts between slashes. Two conventions make everything else simple:
//!
//! * **A trailing slash is a last, empty, literal segment.** `/pets/` has the segments `pets` and the empty
//!   one, so that it is another path than `/pets`, and `/` is the one empty segment. Only such a literal
//!   matches an empty segment; a parameter never does.
//! * **Segments are split before they are decoded.** `%2F` stays inside its segment. Literals compare by
//!   their decoded bytes; the text of a parameter is handed on as it came, still encoded.

mod base;
mod escape;
mod overlap;
mod segment;
mod shape;
mod target;
mod template;

pub use base::BasePath;
pub(crate) use escape::{
    decode_into, decoded, encode, form_decoded, has_dot_segment, has_sound_escapes, is_unreserved,
    push_escape, split_first, unescape,
};
pub(crate) use segment::Division;
pub use segment::{ParamName, Parameter, Pattern, Segment};
pub(crate) use shape::PatternShape;
pub use shape::Shape;
pub use target::{Malformed, RequestPath, Target};
pub(crate) use target::{Rest, split_at_mark};
pub use template::{End, Mismatch, PathTemplate};

/// The most segments that a template may have, and a base path. It bounds the depth of a
/// [`Table`](crate::table::Table).
pub const SEGMENTS_MAX: usize = 32;

/// What can be wrong with a path in a declaration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// It does not start with `/`.
    #[error("the path {0:?} does not start with /")]
    NotAbsolute(String),
    /// It holds a query or a fragment.
    #[error("the path {0:?} holds a {1:?}: only a path is matched here")]
    NotOnlyPath(String, char),
    /// It holds `//`.
    #[error("the path {0:?} holds an empty segment (//)")]
    EmptySegment(String),
    /// A segment is `.` or `..`, or a server might take it for one.
    #[error("the path {0:?} holds a dot segment")]
    DotSegment(String),
    /// White space, a control character, or a `%` that does not start an escape of UTF-8.
    #[error("the path {0:?} holds white space, a control character or a wrong % escape")]
    Character(String),
    /// More than [`SEGMENTS_MAX`] segments.
    #[error("the path has more than {SEGMENTS_MAX} segments")]
    TooManySegments,
    /// A brace without its partner.
    #[error("the segment {0:?} has a brace without its partner (a literal brace is written %7B or %7D)")]
    Unbalanced(String),
    /// A parameter without a name, or with one that is not made of letters, digits, `_`, `-` and `.`.
    #[error("{{{0}}} is not a parameter: its name is made of up to 64 letters, digits, _, - and .")]
    ParameterName(String),
    /// Two parameters of the same name; case does not count, as label keys have none.
    #[error("the parameter {{{0}}} stands twice in the path")]
    DuplicateParameter(String),
    /// Two parameters with nothing between them.
    #[error("two parameters touch in the segment {0:?}: nothing tells where the first ends")]
    TouchingParameters(String),
    /// `{rest*}` elsewhere than as the last segment of a `path`.
    #[error("{{{0}*}} may only be the whole last segment of a path, and has no use in a prefix")]
    RestNotLast(String),
    /// A parameter in a base path.
    #[error("the base path {0:?} holds a parameter")]
    ParameterInBase(String),
}
