//! Go's `strconv.ParseBool`.

use super::quote;

/// A text that is none of the twelve spellings of a truth value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("strconv.ParseBool: parsing {}: invalid syntax", quote(.text))]
pub struct BooleanError {
    /// What was given.
    pub text: String,
}

/// Reads a truth value: `1 t T TRUE true True` or `0 f F FALSE false False`, and nothing else.
pub fn parse_bool(text: &str) -> Result<bool, BooleanError> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => Err(BooleanError { text: text.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_spellings_of_go_are_truth_values() {
        for text in ["1", "t", "T", "TRUE", "true", "True"] {
            assert_eq!(parse_bool(text), Ok(true), "{text}");
        }
        for text in ["0", "f", "F", "FALSE", "false", "False"] {
            assert_eq!(parse_bool(text), Ok(false), "{text}");
        }
        for text in ["", "tRUE", "yes", "on", "2", " 1"] {
            assert!(parse_bool(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_error_is_worded_as_go_words_it() {
        let error = parse_bool("true=x").unwrap_err();
        assert_eq!(error.to_string(), "strconv.ParseBool: parsing \"true=x\": invalid syntax");
    }
}
