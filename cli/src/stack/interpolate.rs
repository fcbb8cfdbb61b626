//! Variables in a stack file: `$X`, `${X}`, `${X:-default}`, `${X-default}`, `${X:?message}`, `${X?message}`, `$$`.
//!
//! The rules of `docker stack deploy` (docker/cli `cli/compose/template`): defaults are not looked into again, and a
//! variable that is not set is empty.

use std::collections::BTreeMap;

use super::yaml::{Node, Scalar, Value};

/// A text whose variables cannot be put in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid interpolation format for {path}: {problem:?}; you may need to escape any $ with another $")]
pub(super) struct InterpolationError {
    pub(super) path: String,
    pub(super) line: usize,
    /// The text, or what is missing.
    problem: String,
}

/// Puts variables into every text of a document. `path` names it in errors.
pub(super) fn interpolate(
    node: &mut Node,
    path: &str,
    variables: &BTreeMap<String, String>,
) -> Result<(), InterpolationError> {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match &mut node.value {
        Value::Null => Ok(()),
        Value::Scalar(scalar) => put_in(scalar, variables).map_err(|problem| InterpolationError {
            path: path.to_owned(),
            line: node.line,
            problem,
        }),
        // Docker names the list, not the item.
        Value::List(items) => {
            items.iter_mut().try_for_each(|item| interpolate(item, &below("[]"), variables))
        }
        Value::Map(entries) => entries
            .iter_mut()
            .try_for_each(|entry| interpolate(&mut entry.node, &below(&entry.key), variables)),
    }
}

fn put_in(scalar: &mut Scalar, variables: &BTreeMap<String, String>) -> Result<(), String> {
    if !scalar.text.contains('$') {
        return Ok(());
    }
    scalar.text = substitute(&scalar.text, variables)?;
    scalar.interpolated = true;
    Ok(())
}

/// The text with its variables; on failure the text, or what a variable that has to be there says.
fn substitute(text: &str, variables: &BTreeMap<String, String>) -> Result<String, String> {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        result.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            result.push('$');
            rest = after;
            continue;
        }
        let (braced, after) = match after.strip_prefix('{') {
            Some(after) => (true, after),
            None => (false, after),
        };
        let (name, after) = after.split_at(name_length(after));
        if name.is_empty() {
            return Err(text.to_owned());
        }
        if !braced {
            result.push_str(variables.get(name).map_or("", String::as_str));
            rest = after;
            continue;
        }
        let (rule, after) = after.split_once('}').ok_or_else(|| text.to_owned())?;
        result.push_str(&value(name, rule, variables).ok_or_else(|| text.to_owned())??);
        rest = after;
    }
    result.push_str(rest);
    Ok(result)
}

/// How long the name of a variable is that the text starts with.
fn name_length(text: &str) -> usize {
    let letter = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    if !text.starts_with(letter) {
        return 0;
    }
    text.find(|c: char| !letter(c) && !c.is_ascii_digit()).unwrap_or(text.len())
}

/// The value of `${name rule}`; `None` where there is no such rule.
fn value(name: &str, rule: &str, variables: &BTreeMap<String, String>) -> Option<Result<String, String>> {
    let (not_empty, rule) = match rule.strip_prefix(':') {
        Some(rule) => (true, rule),
        None => (false, rule),
    };
    let found = variables.get(name).filter(|value| !not_empty || !value.is_empty());
    let found = || found.cloned();
    match rule.split_at_checked(1) {
        None if rule.is_empty() && !not_empty => Some(Ok(found().unwrap_or_default())),
        Some(("-", default)) => Some(Ok(found().unwrap_or_else(|| default.to_owned()))),
        Some(("?", message)) => {
            Some(found().ok_or_else(|| format!("required variable {name} is missing a value: {message}")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(text: &str) -> Result<String, String> {
        let variables = [("SET", "s"), ("EMPTY", "")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        substitute(text, &BTreeMap::from(variables))
    }

    #[test]
    fn every_form_of_a_variable_means_what_docker_makes_of_it() {
        for (text, expected) in [
            ("a$SET-b", "as-b"),
            ("${SET}", "s"),
            ("$$SET $${SET}", "$SET ${SET}"),
            ("$UNSET|${UNSET}", "|"),
            ("${UNSET:-d}${EMPTY:-e}${SET:-f}", "des"),
            ("${UNSET-d}|${EMPTY-e}", "d|"),
            ("${UNSET:-}", ""),
            ("${SET:?no}${EMPTY?no}", "s"),
            ("${UNSET:-${SET}}", "${SET}"),
        ] {
            assert_eq!(put(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_variable_or_is_missing_is_refused() {
        for text in ["$1", "${", "${SET", "${SET+x}", "a$", "${SET:}", "${}"] {
            assert_eq!(put(text).unwrap_err(), text);
        }
        assert_eq!(
            put("${UNSET:?set it}").unwrap_err(),
            "required variable UNSET is missing a value: set it"
        );
    }
}
