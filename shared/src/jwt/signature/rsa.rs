//! Checking signatures of RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2.2).
//!
//! The signature is raised to the public exponent, and the result is compared with the one encoding that there is for the
//! digest, as a whole: nothing is parsed, so that nothing can be hidden in it. Only public values are computed with.

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Limb, Odd, U2048, U4096, Uint, Word};
use sha2::{Digest, Sha256};

/// What stands in front of a SHA-256 digest: `DigestInfo` in DER (RFC 8017, section 9.2, note 1).
const DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    0x04, 0x20,
];

/// Whether the owner of modulus and exponent has signed these bytes.
pub(super) fn is_valid(modulus: &[u8], exponent: &[u8], signed: &[u8], signature: &[u8]) -> bool {
    // As long as the modulus, not shorter and not longer (step 1).
    if signature.len() != modulus.len() {
        return false;
    }
    let expected = encoded(&Sha256::digest(signed), modulus.len());
    if modulus.len() <= 256 {
        raises::<{ U2048::LIMBS }>(signature, exponent, modulus, &expected)
    } else if modulus.len() <= 512 {
        raises::<{ U4096::LIMBS }>(signature, exponent, modulus, &expected)
    } else {
        false
    }
}

/// The digest in as many bytes (EMSA-PKCS1-v1_5): `00 01 ff … ff 00`, `DigestInfo`, digest.
fn encoded(digest: &[u8], length: usize) -> Vec<u8> {
    let tail = [&[0][..], &DIGEST_INFO, digest].concat();
    let mut bytes = vec![0, 1];
    bytes.resize(length.saturating_sub(tail.len()), 0xff);
    bytes.extend(tail);
    bytes
}

/// Whether `base` to the power of `exponent` is `expected`, all modulo `modulus`.
fn raises<const LIMBS: usize>(base: &[u8], exponent: &[u8], modulus: &[u8], expected: &[u8]) -> bool {
    let modulus: Uint<LIMBS> = number(modulus);
    let base = number(base);
    // A signature is less than the modulus (step 2b), or it would not be the only one.
    if base >= modulus {
        return false;
    }
    let Some(modulus) = Odd::new(modulus).into_option() else { return false };
    let base = FixedMontyForm::new(&base, &FixedMontyParams::new_vartime(modulus));
    let mut bits = exponent
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1))
        .skip_while(|bit| *bit == 0);
    // The first bit stands for the base itself.
    if bits.next().is_none() {
        return false;
    }
    let power =
        bits.fold(base, |power, bit| if bit == 1 { power.square().mul(&base) } else { power.square() });
    power.retrieve() == number(expected)
}

/// A number from its bytes, the most significant first.
fn number<const LIMBS: usize>(bytes: &[u8]) -> Uint<LIMBS> {
    let mut limbs = [Limb::ZERO; LIMBS];
    for (limb, bytes) in limbs.iter_mut().zip(bytes.rchunks(Limb::BYTES)) {
        *limb = Limb(bytes.iter().fold(0, |word: Word, byte| word << 8 | Word::from(*byte)));
    }
    Uint::new(limbs)
}
