//! Signers: the owners of the keys in the RFCs.

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Odd, U2048};
use ed25519_dalek::Signer as _;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::jwt::encoding::{decode, encode};
use crate::jwt::{Algorithm, Key, KeyFamily};

const HS256_SECRET: &str =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
const RS256_MODULUS: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
const RS256_PRIVATE: &str = "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ";
const ES256_X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
const ES256_Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
const ES256_PRIVATE: &str = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";
const EDDSA_PUBLIC: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const EDDSA_PRIVATE: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";

/// The owner of one of the keys in RFC 7515, appendix A, and RFC 8037, appendix A.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signer {
    Hs256,
    Rs256,
    Es256,
    EdDsa,
}

fn bytes<const LENGTH: usize>(text: &str) -> [u8; LENGTH] {
    decode(text).unwrap().try_into().unwrap()
}

impl Signer {
    pub(super) const ALL: [Self; 4] = [Self::Hs256, Self::Rs256, Self::Es256, Self::EdDsa];

    pub(super) fn algorithm(self) -> Algorithm {
        match self {
            Self::Hs256 => Algorithm::Hs256,
            Self::Rs256 => Algorithm::Rs256,
            Self::Es256 => Algorithm::Es256,
            Self::EdDsa => Algorithm::EdDsa,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "shared",
            Self::Rs256 => "rsa",
            Self::Es256 => "point",
            Self::EdDsa => "edwards",
        }
    }

    pub(super) fn family(self) -> KeyFamily {
        match self {
            Self::Hs256 => KeyFamily::Shared(decode(HS256_SECRET).unwrap()),
            Self::Rs256 => {
                KeyFamily::Rsa { modulus: decode(RS256_MODULUS).unwrap(), exponent: vec![1, 0, 1] }
            }
            Self::Es256 => KeyFamily::P256 { x: bytes(ES256_X), y: bytes(ES256_Y) },
            Self::EdDsa => KeyFamily::Ed25519(bytes(EDDSA_PUBLIC)),
        }
    }

    pub(super) fn key(self, id: Option<&str>) -> Key {
        Key::new(id.map(str::to_owned), self.family()).unwrap()
    }

    pub(super) fn sign(self, signed: &[u8]) -> Vec<u8> {
        match self {
            Self::Hs256 => hmac(&decode(HS256_SECRET).unwrap(), signed),
            Self::Rs256 => rsa(&encoded(signed)),
            Self::Es256 => {
                let key = p256::ecdsa::SigningKey::from_slice(&bytes::<32>(ES256_PRIVATE)).unwrap();
                let signature: p256::ecdsa::Signature = key.sign(signed);
                signature.to_bytes().to_vec()
            }
            Self::EdDsa => {
                let key = ed25519_dalek::SigningKey::from_bytes(&bytes(EDDSA_PRIVATE));
                key.sign(signed).to_bytes().to_vec()
            }
        }
    }

    pub(super) fn token(self, header: &[u8], payload: &[u8]) -> String {
        let signed = format!("{}.{}", encode(header), encode(payload));
        let signature = self.sign(signed.as_bytes());
        format!("{signed}.{}", encode(&signature))
    }
}

pub(super) fn hmac(secret: &[u8], signed: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(signed);
    mac.finalize().into_bytes().to_vec()
}

/// The encoding of the digest (RFC 8017, section 9.2), written down once more.
pub(super) fn encoded(signed: &[u8]) -> Vec<u8> {
    let info = [
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
        0x04, 0x20,
    ];
    [&[0, 1][..], &[0xff; 202], &[0], &info, &Sha256::digest(signed)].concat()
}

/// The private operation of the RFC's RSA key on 256 bytes, whatever they are.
pub(super) fn rsa(message: &[u8]) -> Vec<u8> {
    let number = |bytes: &[u8]| U2048::from_be_slice(bytes);
    let modulus = Odd::new(number(&decode(RS256_MODULUS).unwrap())).unwrap();
    let message = FixedMontyForm::new(&number(message), &FixedMontyParams::new_vartime(modulus));
    message.pow(&number(&decode(RS256_PRIVATE).unwrap())).retrieve().to_be_bytes().to_vec()
}
