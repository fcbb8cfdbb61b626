//! JSON Web Tokens (RFC 7519), signed and in their compact form (RFC 7515): is this token one of ours, and what does it
//! say?
//!
//! A token is believed only if one of the [`Key`]s that a group names has signed it. A key is bound to one [`Algorithm`];
//! what a token says of itself can choose among the keys, and never what is done with one. Nothing is read of the claims
//! before the signature is checked, and nothing is fetched: `jku`, `jwk`, `x5u` and `x5c` of a token are not looked at.
//!
//! The checks follow RFC 8725 ("Best Current Practices"). The time is an argument: there is no clock here.

mod algorithm;
mod claims;
mod encoding;
mod json;
mod key;
mod policy;
mod signature;
mod token;

pub use algorithm::{Algorithm, Algorithms};
pub use claims::{ClaimPath, Claims};
pub use key::{Key, KeyError, KeyFamily, KeySet, MOST_KEYS};
pub use policy::{Audience, Policy};
pub use token::LONGEST;

use token::Token;

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Refusal {
    /// Longer than [`LONGEST`].
    TooLong,
    /// Not the compact form of a signed token, or with a header or claims that are not as they should be.
    Malformed,
    /// Signed with an algorithm that is not taken; `none` is none.
    Algorithm,
    /// It names extensions that have to be understood (`crit`).
    Critical,
    /// None of the keys is the one that it names, or none is for its algorithm.
    NoKey,
    /// None of the keys that it may be signed with has signed it.
    Signature,
    /// Its time is over.
    Expired,
    /// It never expires.
    NoExpiry,
    /// Its time has not come.
    NotYet,
    /// From another issuer.
    Issuer,
    /// For another audience.
    Audience,
}

impl Refusal {
    /// What a client is told, in ASCII without quotes (RFC 6750, section 3).
    pub fn words(self) -> &'static str {
        match self {
            Self::TooLong => "The token is too long.",
            Self::Malformed => "The token is malformed.",
            Self::Algorithm => "The token is signed with an algorithm that is not accepted.",
            Self::Critical => "The token needs extensions that are not supported.",
            Self::NoKey => "The token is signed with a key that is not known.",
            Self::Signature => "The signature of the token is not valid.",
            Self::Expired => "The token has expired.",
            Self::NoExpiry => "The token has no expiry.",
            Self::NotYet => "The token is not valid yet.",
            Self::Issuer => "The token is from another issuer.",
            Self::Audience => "The token is for another audience.",
        }
    }
}

/// Whether this program can check signatures. Where it cannot, no token is believed.
pub const AVAILABLE: bool = cfg!(feature = "jwt");

/// What a token says, if one of the keys has signed it and the policy takes it at this time, in seconds since 1970.
pub fn verify<'k>(
    token: &str,
    keys: impl IntoIterator<Item = &'k Key>,
    policy: &Policy,
    now: u64,
) -> Result<Claims, Refusal> {
    let token = Token::parse(token)?;
    if !policy.algorithms.takes(token.algorithm) {
        return Err(Refusal::Algorithm);
    }
    let mut known = false;
    let mut signed = false;
    for key in keys {
        if key.algorithm() == token.algorithm && key.may_be(token.key.as_deref()) {
            known = true;
            if signature::is_valid(key, token.signed.as_bytes(), &token.signature) {
                signed = true;
                break;
            }
        }
    }
    match (known, signed) {
        (false, _) => return Err(Refusal::NoKey),
        (true, false) => return Err(Refusal::Signature),
        (true, true) => {}
    }
    let claims = Claims::read(&token.payload).ok_or(Refusal::Malformed)?;
    policy.check(&claims, now)?;
    Ok(claims)
}

#[cfg(test)]
mod tests;
