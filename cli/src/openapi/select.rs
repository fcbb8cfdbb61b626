//! Selection: which operations of a description a service takes.

use std::collections::BTreeSet;

use super::operation::Operation;

/// What is asked for; everything where nothing is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Operations with one of these tags.
    pub tags: Vec<String>,
    /// Operations with one of these ids, or written as `GET /pets/{petId}`.
    pub operations: Vec<String>,
}

/// Something is asked for that the description does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// No operation has this tag.
    #[error("no operation has the tag {tag:?}; {}", listed("tags", .known))]
    Tag {
        /// The tag.
        tag: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// No operation has this id.
    #[error("there is no operation {operation:?}; {}", listed("operations", .known))]
    Operation {
        /// What was asked for.
        operation: String,
        /// Some of those that there are: those that look like it, else the first.
        known: Vec<String>,
    },
}

/// How many names a message lists.
const LISTED: usize = 12;

fn listed(what: &str, names: &[String]) -> String {
    let shown = names.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(LISTED) {
        _ if names.is_empty() => format!("it has no {what}"),
        0 => format!("its {what} are {shown}"),
        more => format!("among its {what} are {shown} and {more} more"),
    }
}

impl Selection {
    /// Whether everything is meant.
    pub fn is_all(&self) -> bool {
        self.tags.is_empty() && self.operations.is_empty()
    }

    /// Keeps the selected operations: those that any word of the selection names.
    pub(super) fn apply<'d>(
        &self,
        operations: Vec<Operation<'d>>,
    ) -> Result<Vec<Operation<'d>>, SelectionError> {
        if self.is_all() {
            return Ok(operations);
        }
        for tag in &self.tags {
            if !operations.iter().any(|operation| has_tag(operation, tag)) {
                let tags = operations.iter().flat_map(|operation| &operation.tags);
                let known: BTreeSet<String> = tags.map(|tag| (*tag).to_owned()).collect();
                return Err(SelectionError::Tag { tag: tag.clone(), known: known.into_iter().collect() });
            }
        }
        for wanted in &self.operations {
            if !operations.iter().any(|operation| is(operation, wanted)) {
                let ids: Vec<String> =
                    operations.iter().filter_map(|operation| operation.id).map(str::to_owned).collect();
                let alike = |id: &&String| id.to_ascii_lowercase().contains(&wanted.to_ascii_lowercase());
                let near: Vec<String> = ids.iter().filter(alike).cloned().collect();
                let known = if near.is_empty() { ids } else { near };
                return Err(SelectionError::Operation { operation: wanted.clone(), known });
            }
        }
        let selected = |operation: &Operation<'_>| {
            self.tags.iter().any(|tag| has_tag(operation, tag))
                || self.operations.iter().any(|wanted| is(operation, wanted))
        };
        Ok(operations.into_iter().filter(|operation| selected(operation)).collect())
    }
}

fn has_tag(operation: &Operation<'_>, tag: &str) -> bool {
    operation.tags.contains(&tag)
}

fn is(operation: &Operation<'_>, wanted: &str) -> bool {
    operation.id == Some(wanted) || operation.place() == wanted
}
