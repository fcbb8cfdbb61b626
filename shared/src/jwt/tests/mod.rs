//! Tokens of the RFCs, and tokens that somebody has tampered with.
#![cfg(feature = "jwt")]

mod keys;
mod negatives;
mod signer;
mod vectors;

use super::*;
use signer::Signer;

/// When the tokens of the tests are looked at.
const NOW: u64 = 1_700_000_000;

/// All of the RFCs' keys, each with its name.
fn keys() -> KeySet {
    KeySet::new(Signer::ALL.into_iter().map(|signer| signer.key(Some(signer.name()))).collect()).unwrap()
}

fn policy() -> Policy {
    Policy { algorithms: Algorithm::ALL.into_iter().collect(), ..Policy::default() }
}

fn check(token: &str) -> Result<Claims, Refusal> {
    verify(token, keys().iter(), &policy(), NOW)
}

/// A token of somebody who has the key, with this header and these claims.
fn token(signer: Signer, header: &str, claims: &str) -> String {
    signer.token(header.as_bytes(), claims.as_bytes())
}

/// The header that the tokens of a signer have mostly.
fn header(signer: Signer) -> String {
    format!(r#"{{"alg":"{}","kid":"{}"}}"#, signer.algorithm(), signer.name())
}
