//! `--filter KEY=VALUE`.

use std::str::FromStr;

/// What a list is narrowed down by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// In lower case.
    pub key: String,
    /// Without white space around it.
    pub value: String,
}

/// A filter without a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("bad format of filter (expected name=value)")]
pub struct FilterError;

impl FromStr for Filter {
    type Err = FilterError;

    /// White space does not count, nor does the case of the key: as docker reads it.
    fn from_str(text: &str) -> Result<Self, FilterError> {
        let (key, value) = text.split_once('=').ok_or(FilterError)?;
        Ok(Self { key: key.trim().to_lowercase(), value: value.trim().to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_a_key_and_a_value() {
        let filter = Filter { key: "label".into(), value: "a=b".into() };
        assert_eq!(" Label = a=b ".parse(), Ok(filter));
        assert_eq!("label".parse::<Filter>(), Err(FilterError));
    }
}
