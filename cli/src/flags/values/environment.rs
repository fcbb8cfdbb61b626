//! The value of `--env`.

use std::collections::BTreeMap;

/// A variable without a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid environment variable: {text}")]
pub struct EnvironmentError {
    /// What was given.
    pub text: String,
}

/// Completes a variable: `NAME=value` stays, `NAME` takes its value from the shell's `variables` and stays bare
/// where that has none, which tells the engine to leave it out of the image's own.
pub fn environment_variable(
    text: &str,
    variables: &BTreeMap<String, String>,
) -> Result<String, EnvironmentError> {
    let name = text.split_once('=').map_or(text, |(name, _)| name);
    if name.is_empty() {
        return Err(EnvironmentError { text: text.to_owned() });
    }
    match variables.get(name) {
        Some(value) if name == text => Ok(format!("{name}={value}")),
        _ => Ok(text.to_owned()),
    }
}

/// Drops each `NAME=value` that a later variable of this name replaces, which thereby moves to the end.
///
/// As in Docker, an exact repetition replaces nothing, and a bare `NAME` is never replaced. Where exact
/// repetitions are replaced by a third value Docker's CLI crashes; here all of them go.
pub fn last_of_each_name(variables: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(variables.len());
    for variable in variables {
        let name = variable.split_once('=').map_or(variable.as_str(), |(name, _)| name);
        kept.retain(|earlier| {
            earlier == variable || earlier.split_once('=').is_none_or(|(key, _)| key != name)
        });
        kept.push(variable.clone());
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(variables: &[&str]) -> Vec<String> {
        last_of_each_name(&variables.iter().map(|&variable| variable.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_bare_name_takes_the_value_of_the_shell() {
        let shell = BTreeMap::from([("HOME".to_owned(), "/root".to_owned())]);
        assert_eq!(environment_variable("HOME", &shell).unwrap(), "HOME=/root");
        assert_eq!(environment_variable("HOME=", &shell).unwrap(), "HOME=");
        assert_eq!(environment_variable("UNSET", &shell).unwrap(), "UNSET");
    }

    #[test]
    fn a_variable_has_a_name() {
        let error = environment_variable("=b", &BTreeMap::new()).unwrap_err();
        assert_eq!(error.to_string(), "invalid environment variable: =b");
    }

    #[test]
    fn the_last_value_wins_and_moves_to_the_end() {
        assert_eq!(kept(&["A=1", "B=2", "A=3"]), ["B=2", "A=3"]);
        assert_eq!(kept(&["AB=1", "A=1", "A=2"]), ["AB=1", "A=2"]);
        assert_eq!(kept(&["A=1", "B=1", "A"]), ["B=1", "A"]);
    }

    #[test]
    fn an_exact_repetition_and_a_bare_name_stay() {
        assert_eq!(kept(&["A=1", "A=1"]), ["A=1", "A=1"]);
        assert_eq!(kept(&["A", "A=1", "A"]), ["A", "A"]);
        assert_eq!(kept(&["A=1", "A=1", "A=2"]), ["A=2"]);
    }
}
