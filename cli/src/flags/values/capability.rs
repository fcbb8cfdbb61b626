//! The values of `--cap-add` and `--cap-drop`, held against each other.

use std::collections::BTreeSet;

/// Capabilities in the engine's form, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Beyond the engine's default.
    pub added: Vec<String>,
    /// Taken from the engine's default.
    pub dropped: Vec<String>,
}

/// Stands for any capability.
pub(crate) const ALL: &str = "ALL";

/// What `docker service update` takes for a reset; a service that is created has nothing to reset.
pub(crate) const RESET: &str = "RESET";

/// `ALL` stands for any other; what is both added and dropped is added. The engine knows which of them there are.
pub fn capabilities(add: &[String], drop: &[String]) -> Capabilities {
    let (add, mut drop) = (effective(add), effective(drop));
    drop.retain(|capability| !add.contains(capability));
    let listed =
        |set: BTreeSet<String>| set.into_iter().filter(|capability| capability != RESET).collect::<Vec<_>>();
    Capabilities { added: listed(add), dropped: listed(drop) }
}

/// In the engine's form, each once.
pub(crate) fn normal_capabilities(words: &[String]) -> BTreeSet<String> {
    words.iter().map(|word| normal(word)).collect()
}

fn effective(words: &[String]) -> BTreeSet<String> {
    let set = normal_capabilities(words);
    if set.contains(ALL) { BTreeSet::from([ALL.to_owned()]) } else { set }
}

fn normal(word: &str) -> String {
    let upper = word.trim().to_uppercase();
    if upper == ALL || upper == RESET || upper.starts_with("CAP_") { upper } else { format!("CAP_{upper}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(add: &[&str], drop: &[&str]) -> (Vec<String>, Vec<String>) {
        let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let found = capabilities(&owned(add), &owned(drop));
        (found.added, found.dropped)
    }

    fn lists(added: &[&str], dropped: &[&str]) -> (Vec<String>, Vec<String>) {
        let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        (owned(added), owned(dropped))
    }

    #[test]
    fn names_get_one_form_and_are_sorted() {
        let expected = lists(&["CAP_", "CAP_A", "CAP_B"], &["CAP_X"]);
        assert_eq!(both(&["b", " cap_a ", "CAP_B", "reset", ""], &["x"]), expected);
    }

    #[test]
    fn adding_beats_dropping() {
        assert_eq!(both(&["a"], &["a", "b"]), lists(&["CAP_A"], &["CAP_B"]));
        assert_eq!(both(&["all"], &["ALL"]), lists(&["ALL"], &[]));
    }

    #[test]
    fn all_stands_for_any_other() {
        assert_eq!(both(&["a"], &["b", "all"]), lists(&["CAP_A"], &["ALL"]));
        assert_eq!(both(&["CAP_ALL"], &[]), lists(&["CAP_ALL"], &[]));
    }
}
