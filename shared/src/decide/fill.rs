//! Texts with parameters, filled with what these stand for in a path.

use super::subject::Subject;
use crate::path::{RequestPath, split_at_mark};
use crate::table::{Piece, Pieces, RuleView};

/// A text that uses a parameter that the path does not have.
pub(super) struct Missing;

impl<'t> Subject<'_, 't> {
    /// Appends the text of a rule, with each parameter as `push` puts it.
    pub(super) fn fill(
        &self,
        rule: &RuleView<'t>,
        pieces: Pieces<'t>,
        text: &mut String,
        push: impl Fn(&mut String, &str),
    ) -> Result<(), Missing> {
        for piece in pieces.all() {
            let part = match piece {
                None => None,
                Some(Piece::Literal(literal)) => {
                    literal.push_to(text);
                    continue;
                }
                Some(Piece::Parameter { segment, pattern, index }) => {
                    match segment_at(self.path, segment.saturating_add(rule.route.shift)) {
                        Some(raw) => pattern.part(raw, index),
                        None => None,
                    }
                }
                Some(Piece::Rest(segments)) => {
                    self.path.after(segments.saturating_add(rule.route.shift)).strip_prefix('/')
                }
            };
            let Some(part) = part else { return Err(Missing) };
            push(text, part);
        }
        Ok(())
    }
}

/// One segment of a path.
fn segment_at(path: RequestPath<'_>, index: usize) -> Option<&str> {
    Some(split_at_mark(path.after(index).strip_prefix('/')?, b'/').0)
}
