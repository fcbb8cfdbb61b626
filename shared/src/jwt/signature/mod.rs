//! Signatures: whether a key has signed some bytes.
//!
//! This is the one place that knows the crates of the algorithms. Without the feature `jwt` there are none, and no
//! signature is valid.

#[cfg(feature = "jwt")]
mod rsa;

#[cfg(feature = "jwt")]
pub(super) use checking::{is_point, is_valid};
#[cfg(not(feature = "jwt"))]
pub(super) use refusing::{is_point, is_valid};

#[cfg(feature = "jwt")]
mod checking {
    use ed25519_dalek::{Signature as Ed25519Signature, VerifyingKey as Ed25519Key};
    use hmac::{Hmac, KeyInit, Mac};
    use p256::ecdsa::signature::Verifier as _;
    use p256::ecdsa::{Signature as P256Signature, VerifyingKey as P256Key};
    use sha2::Sha256;

    use super::rsa;
    use crate::jwt::{Key, KeyFamily};

    /// Whether the key has signed these bytes.
    ///
    /// The comparison with a code made with a secret takes the same time wherever they differ; all else that is used
    /// here is public.
    pub(in crate::jwt) fn is_valid(key: &Key, signed: &[u8], signature: &[u8]) -> bool {
        match key.family() {
            KeyFamily::Shared(secret) => match Hmac::<Sha256>::new_from_slice(secret) {
                Ok(mut mac) => {
                    mac.update(signed);
                    mac.verify_slice(signature).is_ok()
                }
                Err(_) => false,
            },
            KeyFamily::Rsa { modulus, exponent } => rsa::is_valid(modulus, exponent, signed, signature),
            KeyFamily::P256 { x, y } => match (p256(x, y), P256Signature::from_slice(signature)) {
                (Some(key), Ok(signature)) => key.verify(signed, &signature).is_ok(),
                _ => false,
            },
            KeyFamily::Ed25519(point) => match (ed25519(point), Ed25519Signature::from_slice(signature)) {
                (Some(key), Ok(signature)) => key.verify_strict(signed, &signature).is_ok(),
                _ => false,
            },
        }
    }

    /// Whether a key that is a point is one that signatures can be checked with.
    pub(in crate::jwt) fn is_point(family: &KeyFamily) -> bool {
        match family {
            KeyFamily::P256 { x, y } => p256(x, y).is_some(),
            KeyFamily::Ed25519(point) => ed25519(point).is_some(),
            KeyFamily::Shared(_) | KeyFamily::Rsa { .. } => true,
        }
    }

    fn p256(x: &[u8; 32], y: &[u8; 32]) -> Option<P256Key> {
        // 4: both coordinates follow (SEC 1, section 2.3.3).
        P256Key::from_sec1_bytes(&[&[4][..], x, y].concat()).ok()
    }

    fn ed25519(point: &[u8; 32]) -> Option<Ed25519Key> {
        Ed25519Key::from_bytes(point).ok().filter(|key| !key.is_weak())
    }
}

#[cfg(not(feature = "jwt"))]
mod refusing {
    use crate::jwt::{Key, KeyFamily};

    pub(in crate::jwt) fn is_valid(_key: &Key, _signed: &[u8], _signature: &[u8]) -> bool {
        false
    }

    pub(in crate::jwt) fn is_point(_family: &KeyFamily) -> bool {
        true
    }
}
