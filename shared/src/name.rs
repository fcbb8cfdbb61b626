//! Names: of groups and routes, which smsvc chooses the grammar of, and of services, which Docker does.
//!
//! Both are safe to stand in a label key, a header value and a Traefik rule without quoting.

use std::fmt;

/// The longest [`Name`], in bytes.
const NAME_MAX: usize = 42;
/// The longest [`ServiceName`], in bytes (swarmkit, `manager/controlapi/service.go`: one DNS label).
const SERVICE_MAX: usize = 63;

/// The name of a group or of a route: `[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// The name of a Swarm service: `[a-zA-Z0-9](?:[-_]*[A-Za-z0-9]+)*`, at most 63 bytes, as swarmkit has it
/// (`manager/controlapi/common.go`, `isValidDNSName`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceName(String);

/// A text that is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// It does not follow the grammar of [`Name`].
    #[error("{0:?} is not a name: use up to 42 of a-z, 0-9 and -, with a letter or a digit at both ends")]
    Name(String),
    /// It does not follow the grammar of [`ServiceName`].
    #[error(
        "{0:?} is not a service name: use up to 63 letters, digits, - and _, with a letter or a digit at both ends"
    )]
    Service(String),
}

impl Name {
    /// Reads a name as it stands; upper case is refused, not folded.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        if is_name(text, NAME_MAX, inner, |byte| byte == b'-') {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError::Name(text.to_owned()))
        }
    }

    /// The nearest name to some free text: lower case, each run of other characters one `-`, cut to fit;
    /// `unnamed` for a text without letter and digit.
    pub fn slug(text: &str) -> Self {
        let words = text.split(|char: char| !char.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let mut slug = words.collect::<Vec<_>>().join("-").to_ascii_lowercase();
        slug.truncate(NAME_MAX);
        match slug.trim_end_matches('-') {
            "" => Self("unnamed".to_owned()),
            name => Self(name.to_owned()),
        }
    }

    /// The name with `-number` behind it, cut to fit.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        let suffix = format!("-{number}");
        let mut name = self.0.clone();
        name.truncate(NAME_MAX.saturating_sub(suffix.len()));
        Self(name.trim_end_matches('-').to_owned() + &suffix)
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ServiceName {
    /// Reads a service name as it stands.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let inner = |byte: u8| byte.is_ascii_alphanumeric();
        if is_name(text, SERVICE_MAX, inner, |byte| matches!(byte, b'-' | b'_')) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError::Service(text.to_owned()))
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether `text` is made of `letter`s, with `mark`s between them only.
fn is_name(text: &str, max: usize, letter: impl Fn(u8) -> bool, mark: impl Fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    text.len() <= max
        && bytes.first().is_some_and(|byte| letter(*byte))
        && bytes.last().is_some_and(|byte| letter(*byte))
        && bytes.iter().all(|byte| letter(*byte) || mark(*byte))
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_lower_case_with_dashes_inside_only() {
        for good in ["a", "7", "get-pet", "a--b", &"x".repeat(42)] {
            assert_eq!(Name::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "-a", "a-", "A", "a_b", "a.b", "é", " a", &"x".repeat(43)] {
            assert!(Name::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_service_name_is_what_docker_takes() {
        for good in ["a", "Pets", "stack_pets", "a-_b", "9", &"x".repeat(63)] {
            assert_eq!(ServiceName::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "_a", "a-", "a.b", "a/b", "é", &"x".repeat(64)] {
            assert!(ServiceName::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_slug_is_always_a_name() {
        assert_eq!(Name::slug("GET /pets/{petId}").as_str(), "get-pets-petid");
        assert_eq!(Name::slug("/é").as_str(), "unnamed");
        let cut = Name::slug(&format!("{} b", "a".repeat(41)));
        assert_eq!(cut.as_str(), "a".repeat(41), "no dash is left at the cut");
    }

    #[test]
    fn a_number_fits_behind_every_name() {
        assert_eq!(Name::slug("get-pets").numbered(2).as_str(), "get-pets-2");
        let long = Name::slug(&"a".repeat(50)).numbered(4_000_000_000);
        assert_eq!(Name::parse(long.as_str()), Ok(long));
    }
}
