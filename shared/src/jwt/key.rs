//! Keys, as a JSON Web Key Set gives them (RFC 7517).
//!
//! A key is for one algorithm, which follows from its kind: so nobody can have a public key taken for a shared secret.

use std::fmt;

use serde_json::{Map, Value};

use super::json::{Json, NoText, Object};
use super::{Algorithm, encoding, signature};

/// The most keys of a group: a token that names none of them is tried with all.
pub const MOST_KEYS: usize = 16;

/// The members of a JSON Web Key that nobody but its owner may know.
const PRIVATE: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

/// A key that tokens are checked with.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Key {
    id: Option<String>,
    family: KeyFamily,
}

/// What a key is, which says what it is for.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum KeyFamily {
    /// A secret that issuer and checker share (HS256).
    Shared(Vec<u8>),
    /// Modulus and exponent of RSA, without zeros in front (RS256).
    Rsa {
        /// The modulus.
        modulus: Vec<u8>,
        /// The exponent.
        exponent: Vec<u8>,
    },
    /// The coordinates of a point on P-256 (ES256).
    P256 {
        /// The first.
        x: [u8; 32],
        /// The second.
        y: [u8; 32],
    },
    /// A point on Ed25519, compressed (`EdDSA`).
    Ed25519([u8; 32]),
}

/// The keys of a group, at least one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeySet(Vec<Key>);

/// A text that is no set of keys. What a key says is not repeated: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not the JSON of a set or a key.
    #[error(
        "it is no JSON Web Key Set, such as {{\"keys\":[{{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"…\"}}]}}"
    )]
    Shape,
    /// A key that is not as it should be.
    #[error("key {number} of the set: {what}")]
    Key {
        /// Which, from 1 on.
        number: usize,
        /// What is wrong.
        what: Flaw,
    },
    /// None of the keys can be used here.
    #[error("none of its keys is for HS256, RS256, ES256 or EdDSA signatures")]
    NoneUsable,
    /// Too many.
    #[error("it has more than {MOST_KEYS} keys")]
    TooMany,
    /// Two keys that a token cannot tell apart.
    #[error("two of its keys have the same kid and the same algorithm")]
    SameId,
}

/// What can be wrong with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// A member that is missing, or no text.
    #[error("the member {0:?} is missing or no text")]
    Member(&'static str),
    /// A member that is not base64url without padding, or of another length.
    #[error("the member {0:?} is not base64url of the right length, without padding")]
    Encoding(&'static str),
    /// The private half.
    #[error("it is a private key: labels can be read by many, take the public key")]
    Private,
    /// A secret that can be guessed (RFC 7518, section 3.2).
    #[error("a shared secret has 32 bytes or more")]
    ShortSecret,
    /// An RSA key that is not between 2048 and 4096 bits (RFC 7518, section 3.3), or none at all.
    #[error("an RSA key has an odd modulus of 2048 to 4096 bits and an odd exponent of 3 to 4294967295")]
    Rsa,
    /// A point that is not on the curve, or of small order.
    #[error("it is no point on its curve")]
    Point,
}

impl Key {
    /// A shared secret, as bytes.
    pub fn shared(secret: &[u8]) -> Result<Self, Flaw> {
        if secret.len() < 32 {
            return Err(Flaw::ShortSecret);
        }
        Ok(Self { id: None, family: KeyFamily::Shared(secret.to_vec()) })
    }

    /// The same from the content of a file, in which a line end at the end does not count.
    pub fn shared_file(content: &[u8]) -> Result<Self, Flaw> {
        let content = content.strip_suffix(b"\n").unwrap_or(content);
        Self::shared(content.strip_suffix(b"\r").unwrap_or(content))
    }

    /// A key of a kind, if it is sound.
    pub fn new(id: Option<String>, family: KeyFamily) -> Result<Self, Flaw> {
        match &family {
            KeyFamily::Shared(secret) if secret.len() < 32 => return Err(Flaw::ShortSecret),
            KeyFamily::Rsa { modulus, exponent } if !is_sound_rsa(modulus, exponent) => {
                return Err(Flaw::Rsa);
            }
            family if !signature::is_point(family) => return Err(Flaw::Point),
            _ => {}
        }
        Ok(Self { id, family })
    }

    /// The one algorithm that it is for.
    pub fn algorithm(&self) -> Algorithm {
        match self.family {
            KeyFamily::Shared(_) => Algorithm::Hs256,
            KeyFamily::Rsa { .. } => Algorithm::Rs256,
            KeyFamily::P256 { .. } => Algorithm::Es256,
            KeyFamily::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    /// Its name, if it has one.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// What it is.
    pub fn family(&self) -> &KeyFamily {
        &self.family
    }

    /// Whether it may be the key that a token names, or does not.
    pub(super) fn may_be(&self, named: Option<&str>) -> bool {
        match (self.id(), named) {
            (Some(id), Some(named)) => id == named,
            _ => true,
        }
    }

    /// Reads a key; `None` for one that is for something else (RFC 7517, section 5).
    fn read(jwk: &Object) -> Result<Option<Self>, Flaw> {
        let text = |name: &'static str| match jwk.text(name) {
            Ok(Some(text)) => Ok(text),
            Ok(None) | Err(NoText) => Err(Flaw::Member(name)),
        };
        let optional = |name: &'static str| jwk.text(name).map_err(|NoText| Flaw::Member(name));
        let bytes = |name: &'static str| encoding::decode(text(name)?).ok_or(Flaw::Encoding(name));
        let point = |name: &'static str| bytes(name)?.try_into().map_err(|_| Flaw::Encoding(name));
        let checks = match jwk.get("key_ops") {
            None => true,
            Some(Json::Array(operations)) => operations.contains(&Json::String("verify".to_owned())),
            Some(_) => return Err(Flaw::Member("key_ops")),
        };
        if !checks || optional("use")?.is_some_and(|used| used != "sig") {
            return Ok(None);
        }
        let algorithm = match (text("kty")?, optional("crv")?) {
            ("oct", _) => Algorithm::Hs256,
            ("RSA", _) => Algorithm::Rs256,
            ("EC", Some("P-256")) => Algorithm::Es256,
            ("OKP", Some("Ed25519")) => Algorithm::EdDsa,
            _ => return Ok(None),
        };
        if optional("alg")?.is_some_and(|named| Algorithm::parse(named) != Some(algorithm)) {
            return Ok(None);
        }
        if PRIVATE.iter().any(|member| jwk.get(member).is_some()) {
            return Err(Flaw::Private);
        }
        let family = match algorithm {
            Algorithm::Hs256 => KeyFamily::Shared(bytes("k")?),
            Algorithm::Rs256 => KeyFamily::Rsa { modulus: bytes("n")?, exponent: bytes("e")? },
            Algorithm::Es256 => KeyFamily::P256 { x: point("x")?, y: point("y")? },
            Algorithm::EdDsa => KeyFamily::Ed25519(point("x")?),
        };
        Self::new(optional("kid")?.map(str::to_owned), family).map(Some)
    }

    fn to_json(&self) -> Value {
        let mut members = Map::new();
        let mut put = |name: &str, text: String| members.insert(name.to_owned(), text.into());
        if let Some(id) = &self.id {
            put("kid", id.clone());
        }
        match &self.family {
            KeyFamily::Shared(secret) => {
                put("kty", "oct".to_owned());
                put("k", encoding::encode(secret));
            }
            KeyFamily::Rsa { modulus, exponent } => {
                put("kty", "RSA".to_owned());
                put("n", encoding::encode(modulus));
                put("e", encoding::encode(exponent));
            }
            KeyFamily::P256 { x, y } => {
                put("kty", "EC".to_owned());
                put("crv", "P-256".to_owned());
                put("x", encoding::encode(x));
                put("y", encoding::encode(y));
            }
            KeyFamily::Ed25519(x) => {
                put("kty", "OKP".to_owned());
                put("crv", "Ed25519".to_owned());
                put("x", encoding::encode(x));
            }
        }
        Value::Object(members)
    }
}

/// Whether modulus and exponent can be a public key of RSA that is long enough, and not so long that checking with it
/// would be an attack.
fn is_sound_rsa(modulus: &[u8], exponent: &[u8]) -> bool {
    let odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
    let bits = |number: &[u8]| {
        let first = number.first().map_or(0, |first| first.leading_zeros());
        number.len().saturating_mul(8).saturating_sub(usize::try_from(first).unwrap_or_default())
    };
    let canonical = |number: &[u8]| number.first().is_some_and(|first| *first != 0);
    canonical(modulus)
        && canonical(exponent)
        && odd(modulus)
        && odd(exponent)
        && (2048..=4096).contains(&bits(modulus))
        && exponent.len() <= 4
        && *exponent != [1]
}

impl KeySet {
    /// Reads a set of keys, or one key. Those that are not for signatures of a known kind are passed over, as an issuer
    /// publishes others too.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let object = Object::read(text.as_bytes()).ok_or(KeyError::Shape)?;
        let one = [Json::Object(object.clone())];
        let listed = match object.get("keys") {
            Some(Json::Array(keys)) => keys.as_slice(),
            None if object.get("kty").is_some() => one.as_slice(),
            _ => return Err(KeyError::Shape),
        };
        let mut keys = Vec::new();
        for (number, key) in (1..).zip(listed) {
            let Json::Object(key) = key else { return Err(KeyError::Shape) };
            keys.extend(Key::read(key).map_err(|what| KeyError::Key { number, what })?);
        }
        Self::new(keys)
    }

    /// A set of these.
    pub fn new(keys: Vec<Key>) -> Result<Self, KeyError> {
        if keys.is_empty() {
            return Err(KeyError::NoneUsable);
        }
        if keys.len() > MOST_KEYS {
            return Err(KeyError::TooMany);
        }
        let same =
            |one: &Key, two: &Key| one.id.is_some() && one.id == two.id && one.algorithm() == two.algorithm();
        let mut rest = keys.as_slice();
        while let Some((first, others)) = rest.split_first() {
            if others.iter().any(|other| same(first, other)) {
                return Err(KeyError::SameId);
            }
            rest = others;
        }
        Ok(Self(keys))
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Key> {
        self.0.iter()
    }

    /// Whether one of them is a secret, which whoever reads the set could make tokens with.
    pub fn has_secret(&self) -> bool {
        self.iter().any(|key| key.algorithm() == Algorithm::Hs256)
    }
}

impl fmt::Display for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<Value> = self.iter().map(Key::to_json).collect();
        let set: Map<String, Value> = [("keys".to_owned(), Value::Array(keys))].into_iter().collect();
        write!(f, "{}", Value::Object(set))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({:?}, {})", self.id, self.algorithm())
    }
}

impl fmt::Debug for KeyFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Shared(_) => "Shared",
            Self::Rsa { .. } => "Rsa",
            Self::P256 { .. } => "P256",
            Self::Ed25519(_) => "Ed25519",
        })
    }
}
