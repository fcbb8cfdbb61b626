//! What one member states of the authority of its group, key by key.
//!
//! A key is what follows `smsvc.auth.` in a label.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::condition::{ConditionError, HeaderName};
use crate::header_change::changeable;
use crate::jwt::{Algorithms, Audience, ClaimPath, KeySet};
use crate::problem::Problem;

/// The most seconds that clocks may differ.
const MOST_LEEWAY: u32 = 300;

/// What one member states; `None` where it does not tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthorityStatement {
    pub(super) keys: Option<KeySet>,
    pub(super) secret_file: Option<String>,
    pub(super) algorithms: Option<Algorithms>,
    pub(super) issuers: Option<Vec<String>>,
    pub(super) audience: Option<Audience>,
    pub(super) leeway: Option<u32>,
    pub(super) permissions_claim: Option<ClaimPath>,
    pub(super) scopes_claim: Option<ClaimPath>,
    pub(super) headers: BTreeMap<HeaderName, ClaimPath>,
}

/// A value, or what it should have been. The value itself is not repeated: it may be a secret.
fn read<T>(expected: &'static str, parsed: Option<T>) -> Result<Option<T>, Problem> {
    parsed.map(Some).ok_or(Problem::Unfit(expected))
}

impl AuthorityStatement {
    /// Enters a setting, in place of what was stated of it; `None` if there is no such setting.
    pub(crate) fn enter(&mut self, key: &str, value: &str) -> Result<Option<()>, Problem> {
        const CLAIM: &str =
            "a claim, such as scope or realm_access.roles; a backslash makes a dot part of a name";
        match key {
            "keys" => self.keys = Some(KeySet::parse(value)?),
            "secret-file" => {
                let path =
                    Some(value).filter(|path| path.len() > 1 && path.starts_with('/') && is_plain(path));
                self.secret_file = read("the absolute path of a file", path.map(str::to_owned))?;
            }
            "algorithms" => {
                self.algorithms = read("a list of HS256, RS256, ES256 and EdDSA", Algorithms::parse(value))?;
            }
            "issuer" => self.issuers = read("a list of issuers, as their tokens name them", list(value))?,
            "audience" => {
                let audience =
                    if value == "*" { Some(Audience::Any) } else { list(value).map(Audience::OneOf) };
                self.audience = read("a list of audiences, as tokens name them, or *", audience)?;
            }
            "leeway" => self.leeway = read("a number of seconds, 300 at most", leeway(value))?,
            "permissions-claim" => self.permissions_claim = read(CLAIM, ClaimPath::parse(value))?,
            "scopes-claim" => self.scopes_claim = read(CLAIM, ClaimPath::parse(value))?,
            _ => {
                let Some(name) = key.strip_prefix("claims.") else { return Ok(None) };
                let header = changeable(name)?;
                // The token itself stands there.
                if header.as_str() == "authorization" {
                    return Err(ConditionError::ReservedHeader(name.to_owned()).into());
                }
                self.headers.extend(read(CLAIM, ClaimPath::parse(value))?.map(|claim| (header, claim)));
            }
        }
        Ok(Some(()))
    }

    /// Whether a secret stands among the keys.
    pub(crate) fn shows_secret(&self) -> bool {
        self.keys.as_ref().is_some_and(KeySet::has_secret)
    }

    /// Key, with `auth.` in front, and canonical value of each setting that is stated, always in the same order.
    pub(crate) fn fields(&self) -> Vec<(Cow<'static, str>, String)> {
        fn text<T: ToString>(key: &'static str, value: Option<&T>) -> Option<(Cow<'static, str>, String)> {
            value.map(|value| (key.into(), value.to_string()))
        }
        let audience = self.audience.as_ref().and_then(|audience| match audience {
            Audience::Unnamed => None,
            Audience::Any => Some("*".to_owned()),
            Audience::OneOf(names) => Some(names.join(",")),
        });
        let headers = self.headers.iter();
        [
            text("auth.keys", self.keys.as_ref()),
            text("auth.secret-file", self.secret_file.as_ref()),
            text("auth.algorithms", self.algorithms.as_ref()),
            text("auth.issuer", self.issuers.as_ref().map(|names| names.join(",")).as_ref()),
            text("auth.audience", audience.as_ref()),
            text("auth.leeway", self.leeway.as_ref()),
            text("auth.permissions-claim", self.permissions_claim.as_ref()),
            text("auth.scopes-claim", self.scopes_claim.as_ref()),
        ]
        .into_iter()
        .flatten()
        .chain(
            headers.map(|(name, claim)| (format!("auth.claims.{}", name.as_str()).into(), claim.to_string())),
        )
        .collect()
    }
}

fn is_plain(text: &str) -> bool {
    !text.contains(char::is_control)
}

/// Reads a list of texts, each once and in order.
fn list(text: &str) -> Option<Vec<String>> {
    let mut items: Vec<String> = text.split(',').map(|item| item.trim().to_owned()).collect();
    items.sort();
    items.dedup();
    items.iter().all(|item| !item.is_empty() && is_plain(item)).then_some(items)
}

/// Reads a number of seconds.
fn leeway(text: &str) -> Option<u32> {
    let digits = text.strip_suffix('s').unwrap_or(text);
    let seconds: u32 = digits.parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    (seconds <= MOST_LEEWAY).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &str = r#"{"keys":[{"crv":"Ed25519","kid":"a","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

    #[test]
    fn every_setting_prints_what_it_reads() {
        let fields = [
            ("auth.keys", KEYS),
            ("auth.secret-file", "/run/secrets/jwt"),
            ("auth.algorithms", "HS256,EdDSA"),
            ("auth.issuer", "https://a.example,https://b.example"),
            ("auth.audience", "api,shop"),
            ("auth.leeway", "60"),
            ("auth.permissions-claim", "realm_access.roles"),
            ("auth.scopes-claim", "scp"),
            ("auth.claims.x-user", "sub"),
        ];
        let mut stated = AuthorityStatement::default();
        for (key, value) in fields {
            assert_eq!(stated.enter(key.strip_prefix("auth.").unwrap(), value), Ok(Some(())), "{key}");
        }
        let written = stated.fields();
        assert_eq!(written, fields.map(|(key, value)| (key.into(), value.to_owned())));
    }

    #[test]
    fn wrong_values_and_unknown_settings_are_told_apart() {
        for (key, bad) in [
            ("keys", "x"),
            ("secret-file", "jwt"),
            ("secret-file", "/"),
            ("algorithms", "none"),
            ("algorithms", ""),
            ("issuer", "a,,b"),
            ("audience", ""),
            ("leeway", "301"),
            ("leeway", "-1"),
            ("leeway", "+1"),
            ("permissions-claim", "a..b"),
            ("claims.x-user", ""),
            ("claims.x y", "sub"),
            ("claims.authorization", "sub"),
            ("claims.host", "sub"),
            ("claims.x-smsvc-service", "sub"),
            ("claims.content-length", "sub"),
        ] {
            assert!(AuthorityStatement::default().enter(key, bad).is_err(), "{key}={bad}");
        }
        for unknown in ["", "key", "claims", "secret"] {
            assert_eq!(AuthorityStatement::default().enter(unknown, "x"), Ok(None), "{unknown}");
        }
    }

    #[test]
    fn a_wrong_value_is_not_repeated_because_it_may_be_a_secret() {
        let error = AuthorityStatement::default().enter("keys", "hunter2").unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
