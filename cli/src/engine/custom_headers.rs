//! Headers that the user wants every call to have: `HttpHeaders` of `config.json`, or `DOCKER_CUSTOM_HEADERS` in their
//! place (docker/cli `cli/command/client_options.go`).

use std::collections::BTreeMap;
use std::path::Path;

use hyper::HeaderMap;
use hyper::header::{HOST, HeaderName, HeaderValue, USER_AGENT};
use serde::Deserialize;
use thiserror::Error;

use super::config_formats::read_config;
use super::{HostError, Surroundings};
use crate::flags::grammar::first_record;

/// The variable; what it holds replaces what `config.json` says.
const VARIABLE: &str = "DOCKER_CUSTOM_HEADERS";

/// Why a list of headers is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CustomHeaderError {
    /// The variable is no comma-separated list.
    #[error(
        "failed to parse custom headers from {VARIABLE} environment variable: value must be formatted as comma-separated key=value pairs"
    )]
    NotAList,
    /// A pair without a key.
    #[error(
        "failed to set custom headers from {VARIABLE} environment variable: value contains a key=value pair with an empty key: '{pair}'"
    )]
    NoKey {
        /// As written.
        pair: String,
    },
    /// A key without a value.
    #[error(
        "failed to set custom headers from {VARIABLE} environment variable: missing \"=\" in key=value pair: '{pair}'"
    )]
    NoValue {
        /// As written.
        pair: String,
    },
    /// What HTTP does not allow.
    #[error("{origin} has a header that HTTP does not allow: {name}")]
    NotAHeader {
        /// The variable, or the member of `config.json`.
        origin: &'static str,
        /// The name as written. Its value may be a secret.
        name: String,
    },
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ConfigFile {
    #[serde(rename = "HttpHeaders")]
    headers: BTreeMap<String, String>,
}

/// The headers of every call.
pub(super) fn custom_headers(around: &Surroundings) -> Result<HeaderMap, HostError> {
    match around.variable(VARIABLE) {
        Some(text) => Ok(of(VARIABLE, pairs(text)?)?),
        None => in_file(&around.config),
    }
}

fn in_file(config: &Path) -> Result<HeaderMap, HostError> {
    let file: ConfigFile = read_config(config)?;
    Ok(of("HttpHeaders in config.json", file.headers)?)
}

fn pairs(text: &str) -> Result<Vec<(String, String)>, CustomHeaderError> {
    let fields = first_record(text).map_err(|_| CustomHeaderError::NotAList)?;
    let pair = |field: &String| {
        let (key, value) = field.split_once('=').unwrap_or((field, ""));
        if key.trim().is_empty() {
            return Err(CustomHeaderError::NoKey { pair: field.clone() });
        }
        if !field.contains('=') {
            return Err(CustomHeaderError::NoValue { pair: field.clone() });
        }
        Ok((key.trim().to_owned(), value.to_owned()))
    };
    fields.iter().map(pair).collect()
}

fn of(
    origin: &'static str,
    pairs: impl IntoIterator<Item = (String, String)>,
) -> Result<HeaderMap, CustomHeaderError> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let header = HeaderName::try_from(&name).ok().zip(HeaderValue::try_from(value.trim()).ok());
        let (key, value) = header.ok_or(CustomHeaderError::NotAHeader { origin, name })?;
        // Docker's HTTP library sends its own host, and docker its own name.
        if key != HOST && key != USER_AGENT {
            headers.insert(key, value);
        }
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_variable(text: &str) -> Result<HeaderMap, CustomHeaderError> {
        of(VARIABLE, pairs(text)?)
    }

    #[test]
    fn a_name_loses_its_spaces_and_the_last_of_equal_ones_counts() {
        let headers = of_variable("\" X-One=1,2\",x-one=3,X-Two==,X-Three=").unwrap();
        let texts: Vec<_> =
            headers.iter().map(|(key, value)| (key.as_str(), value.to_str().unwrap())).collect();
        assert_eq!(texts, [("x-one", "3"), ("x-two", "="), ("x-three", "")]);
    }

    #[test]
    fn what_is_no_header_is_named_without_its_value() {
        for (text, said) in [("a b=secret", "a b"), ("X-A=se\u{7}cret", "X-A")] {
            let error = of_variable(text).unwrap_err();
            assert_eq!(error, CustomHeaderError::NotAHeader { origin: VARIABLE, name: said.to_owned() });
            assert!(!error.to_string().contains("cret"));
        }
    }
}
