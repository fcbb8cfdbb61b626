//! Authorities: whose tokens a group believes.

use std::collections::BTreeMap;

use super::AuthorityStatement;
use crate::condition::HeaderName;
use crate::jwt::{Algorithm, Algorithms, ClaimPath, Key, KeySet, Policy};
use crate::settings::SettingsError;

/// How many seconds clocks may differ where a group does not say.
const LEEWAY: u32 = 30;

/// Whose tokens a group believes, and what it takes from them. There is at least one key, or the place of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    keys: Option<KeySet>,
    secret_file: Option<String>,
    policy: Policy,
    permissions_claim: ClaimPath,
    scopes_claim: ClaimPath,
    headers: BTreeMap<HeaderName, ClaimPath>,
}

impl Authority {
    /// Puts what is stated together; `None` where nothing is.
    pub(crate) fn new(stated: &AuthorityStatement) -> Result<Option<Self>, SettingsError> {
        let AuthorityStatement { keys, secret_file, .. } = stated;
        if keys.is_none() && secret_file.is_none() {
            return match stated.fields().into_iter().next() {
                Some((key, _)) => Err(SettingsError::NoKeys(key)),
                None => Ok(None),
            };
        }
        let known: Algorithms = keys
            .iter()
            .flat_map(|keys| keys.iter().map(Key::algorithm))
            .chain(secret_file.as_ref().map(|_| Algorithm::Hs256))
            .collect();
        let algorithms = stated.algorithms.clone().unwrap_or_else(|| known.clone());
        if let Some(keyless) = algorithms.iter().find(|algorithm| !known.takes(*algorithm)) {
            return Err(SettingsError::NoKeyFor(keyless));
        }
        Ok(Some(Self {
            keys: keys.clone(),
            secret_file: secret_file.clone(),
            policy: Policy {
                algorithms,
                issuers: stated.issuers.clone().unwrap_or_default(),
                audience: stated.audience.clone().unwrap_or_default(),
                leeway: stated.leeway.unwrap_or(LEEWAY),
            },
            permissions_claim: stated
                .permissions_claim
                .clone()
                .unwrap_or_else(|| ClaimPath::top("permissions")),
            scopes_claim: stated.scopes_claim.clone().unwrap_or_else(|| ClaimPath::top("scope")),
            headers: stated.headers.clone(),
        }))
    }

    /// The keys that are stated.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter().flat_map(KeySet::iter)
    }

    /// The file in which a further key stands, a shared secret.
    pub fn secret_file(&self) -> Option<&str> {
        self.secret_file.as_deref()
    }

    /// What is asked of every token.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Where in a token the permissions are.
    pub fn permissions_claim(&self) -> &ClaimPath {
        &self.permissions_claim
    }

    /// Where in a token the scopes are.
    pub fn scopes_claim(&self) -> &ClaimPath {
        &self.scopes_claim
    }

    /// The headers that tell services what the token says. Clients cannot send them.
    pub fn headers(&self) -> &BTreeMap<HeaderName, ClaimPath> {
        &self.headers
    }
}
