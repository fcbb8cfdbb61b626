//! Shortening for a column (docker/cli `formatter.Ellipsis`).

/// At most this many letters, the last of them an ellipsis where some are left out.
pub(super) fn ellipsis(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// The first letter in upper case, the others in lower case (docker/cli `formatter.PrettyPrint`).
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        // One letter alone stays small there.
        Some(first) if text.len() > 1 => {
            first.to_uppercase().chain(letters.flat_map(char::to_lowercase)).collect()
        }
        _ => text.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_ends_with_an_ellipsis() {
        assert_eq!(ellipsis("short", 30), "short");
        assert_eq!(ellipsis("starting container failed: something", 30), "starting container failed: so…");
    }

    #[test]
    fn states_begin_with_a_capital() {
        assert_eq!(capitalised("running"), "Running");
        assert_eq!(capitalised(""), "");
    }
}
