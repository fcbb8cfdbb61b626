//! Reads the middleware's configuration: one field, `spec`, that holds a compiled table of routes.
//!
//! It is used where it stands. A table has nothing that JSON escapes, so that the text between the quotes is the table;
//! and it is a string, because Traefik turns every scalar of a plugin's configuration into one and sorts lists from
//! labels by their text. There is no default: a middleware without a table would answer 404 to everything and look like
//! a working one.

use smsvc_core::table::{Table, TableError};

/// Why the guest refuses to start. Traefik then disables the router, which answers 404.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigError {
    /// The configuration is not an object with the one string field `spec`.
    Fields,
    /// The field is there, but its text is no table.
    Table(TableError),
}

const START: &[u8] = br#"{"spec":""#;
const END: &[u8] = br#""}"#;

/// Opens the table in what the host gives as configuration, which is a compact JSON object.
pub fn table(config: &[u8]) -> Result<Table<'_>, ConfigError> {
    let inside = config.strip_prefix(START).and_then(|config| config.strip_suffix(END));
    Table::open(inside.ok_or(ConfigError::Fields)?).map_err(ConfigError::Table)
}

impl ConfigError {
    /// What is wrong, and what to do.
    pub fn words(self) -> &'static str {
        match self {
            Self::Fields => {
                "the plugin's configuration must be one string field `spec`, as docker smsvc provider writes it"
            }
            Self::Table(TableError::Unknown) => {
                "the plugin's field `spec` holds no table of routes of this version of smsvc: take it from a docker \
                 smsvc provider of the same version"
            }
            Self::Table(TableError::Version) => {
                "the plugin's field `spec` was written by another version of smsvc: use the same version for docker \
                 smsvc provider and for the plugin"
            }
            Self::Table(TableError::Tokens) => {
                "a route needs a token, which this build of the plugin cannot check: build it with the feature jwt"
            }
            Self::Table(TableError::Damaged) => {
                "the plugin's field `spec` is cut off or changed: it has to stand as docker smsvc provider writes it"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use smsvc_core::table::Rules;

    use super::*;

    fn refusal(config: &str) -> Option<ConfigError> {
        table(config.as_bytes()).err()
    }

    #[test]
    fn one_string_field_is_enough() {
        let config = format!(r#"{{"spec":"{}"}}"#, Rules::default().compile());
        assert_eq!(refusal(&config), None);
    }

    #[test]
    fn anything_but_the_one_field_is_refused() {
        for config in ["{}", r#"{"specs":"x"}"#, "", "null", r#"{"spec":{"v":"1"}}"#, r#"{"spec":""#] {
            assert_eq!(refusal(config), Some(ConfigError::Fields), "{config}");
        }
    }

    #[test]
    fn a_text_that_is_no_table_is_told_apart_from_a_table_that_was_changed_or_is_of_another_version() {
        let table = Rules::default().compile();
        let with = |table: &str| refusal(&format!(r#"{{"spec":"{table}"}}"#));
        assert_eq!(with(r#"{\"v\":1,\"groups\":[]}"#), Some(ConfigError::Table(TableError::Unknown)));
        assert_eq!(with(&table[1..]), Some(ConfigError::Table(TableError::Unknown)));
        assert_eq!(with(&table[..table.len() - 1]), Some(ConfigError::Table(TableError::Damaged)));
        assert_eq!(with(&format!(r#"{table}","more":"x"#)), Some(ConfigError::Table(TableError::Damaged)));
        let other = table.replacen("smsvcAE", "smsvcAF", 1);
        assert_eq!(with(&other), Some(ConfigError::Table(TableError::Version)));
    }
}
