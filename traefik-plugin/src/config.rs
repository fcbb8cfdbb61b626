//! Reads the middleware's configuration: one field, `spec`, that holds the groups as a JSON string.
//!
//! A string, because Traefik turns every scalar of a plugin's configuration into one and sorts lists from
//! labels by their text; only a string arrives as it was written from every provider. There is no default: a
//! middleware without a spec would answer 404 to everything and look like a working one.

use serde::Deserialize;
use smsvc_core::spec::{Spec, SpecError};
use smsvc_core::table::Table;

/// Why the guest refuses to start. Traefik then disables the router, which answers 404.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The configuration is not an object with the one string field `spec`.
    #[error("the plugin's configuration must be one string field `spec`: {0}")]
    Fields(serde_json::Error),
    /// The field is there, but its text is not a valid spec.
    #[error("the plugin's field `spec` is refused: {0}")]
    Spec(SpecError),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    spec: String,
}

/// Compiles the table of routes from what the host gives as configuration, which is a JSON object.
pub fn table(config: &[u8]) -> Result<Table, ConfigError> {
    let fields: Fields = serde_json::from_slice(config).map_err(ConfigError::Fields)?;
    let spec = Spec::parse(&fields.spec).map_err(ConfigError::Spec)?;
    Ok(Table::compile(&spec))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(config: &str) -> String {
        table(config.as_bytes()).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn one_string_field_is_enough() {
        assert!(table(br#"{"spec":"{\"v\":1,\"groups\":[]}"}"#).is_ok());
    }

    #[test]
    fn what_is_missing_or_unknown_is_named() {
        assert!(refusal("{}").contains("missing field `spec`"));
        assert!(refusal(r#"{"specs":"x"}"#).contains("unknown field `specs`"));
        assert!(refusal("").contains("one string field `spec`"));
        assert!(refusal("null").contains("one string field `spec`"));
    }

    #[test]
    fn a_spec_that_is_no_string_is_refused_because_its_numbers_would_arrive_as_text() {
        assert!(refusal(r#"{"spec":{"v":"1","groups":""}}"#).contains("expected a string"));
    }

    #[test]
    fn a_broken_spec_is_told_apart_from_a_broken_configuration() {
        assert!(refusal(r#"{"spec":"{"}"#).starts_with("the plugin's field `spec` is refused"));
    }
}
