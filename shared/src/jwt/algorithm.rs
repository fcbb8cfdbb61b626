//! Algorithms of signatures (RFC 7518, RFC 8037).

use std::collections::BTreeSet;
use std::fmt;

/// An algorithm that is understood. There is no `none` among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// HMAC with SHA-256: who can check a token can make one.
    Hs256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Hs256, Self::Rs256, Self::Es256, Self::EdDsa];

    /// Reads the name that a token or a key has for it; case counts (RFC 7515, section 4.1.1).
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "HS256" => Some(Self::Hs256),
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            // RFC 9864 gives the one curve of EdDSA that is taken here a name of its own.
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            _ => None,
        }
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The algorithms that a token may be signed with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Algorithms(BTreeSet<Algorithm>);

impl Algorithms {
    /// Reads a list.
    pub fn parse(text: &str) -> Option<Self> {
        text.split(',').map(|name| Algorithm::parse(name.trim())).collect::<Option<_>>().map(Self)
    }

    /// Whether it is one of them.
    pub fn takes(&self, algorithm: Algorithm) -> bool {
        self.0.contains(&algorithm)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = Algorithm> {
        self.0.iter().copied()
    }
}

impl FromIterator<Algorithm> for Algorithms {
    fn from_iter<I: IntoIterator<Item = Algorithm>>(algorithms: I) -> Self {
        Self(algorithms.into_iter().collect())
    }
}

impl fmt::Display for Algorithms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(Algorithm::as_str).collect();
        f.write_str(&names.join(","))
    }
}
