//! The value of `--label`.

/// Why a text is not a label.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// No key before the equals sign.
    #[error("invalid label '{label}': empty name")]
    EmptyName {
        /// What was given.
        label: String,
    },
    /// A space, tab or line break in the key.
    #[error("label '{key}' contains whitespaces")]
    Whitespace {
        /// The key, without leading white space.
        key: String,
    },
}

const WHITE_SPACE: [char; 6] = [' ', '\t', '\n', '\u{0b}', '\u{0c}', '\r'];

/// Checks a label, `key=value` or `key`. It is kept as it was given: white space before the key stays.
pub fn check_label(label: &str) -> Result<(), LabelError> {
    let key = label.split_once('=').map_or(label, |(key, _)| key).trim_start_matches(WHITE_SPACE);
    if key.is_empty() {
        return Err(LabelError::EmptyName { label: label.to_owned() });
    }
    if key.contains(WHITE_SPACE) {
        return Err(LabelError::Whitespace { key: key.to_owned() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_with_a_key_is_a_label() {
        for label in ["a", "a=b=c", "a= b ", " a=b", "\"a\"=b", "a="] {
            assert_eq!(check_label(label), Ok(()), "{label}");
        }
    }

    #[test]
    fn a_key_is_neither_empty_nor_spaced() {
        for (label, message) in [
            ("=b", "invalid label '=b': empty name"),
            ("  ", "invalid label '  ': empty name"),
            ("a b=c", "label 'a b' contains whitespaces"),
            ("a\tb", "label 'a\tb' contains whitespaces"),
        ] {
            assert_eq!(check_label(label).unwrap_err().to_string(), message);
        }
    }
}
