//! The compact form of a signed token: header, payload and signature, with dots between them (RFC 7515, section 7.1).

use super::json::{NoText, Object};
use super::{Algorithm, Refusal, encoding};

/// The most bytes of a token. Those of real issuers have hundreds, with many permissions a few thousands.
pub const LONGEST: usize = 16 * 1024;

/// A token taken apart. Nothing of it is believed yet.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token<'t> {
    /// What it says that it is signed with.
    pub(super) algorithm: Algorithm,
    /// The name of the key, if it tells.
    pub(super) key: Option<String>,
    /// What is signed: header and payload, as they are written.
    pub(super) signed: &'t str,
    pub(super) payload: Vec<u8>,
    pub(super) signature: Vec<u8>,
}

impl<'t> Token<'t> {
    pub(super) fn parse(text: &'t str) -> Result<Self, Refusal> {
        if text.len() > LONGEST {
            return Err(Refusal::TooLong);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(Refusal::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(Refusal::Malformed)?;
        // One of five parts is encrypted, and has no place here.
        if payload.contains('.') {
            return Err(Refusal::Malformed);
        }
        let decode = |part| encoding::decode(part).ok_or(Refusal::Malformed);
        let header = Object::read(&decode(header)?).ok_or(Refusal::Malformed)?;
        let text = |name| header.text(name).map_err(|NoText| Refusal::Malformed);
        let algorithm = text("alg")?.ok_or(Refusal::Malformed)?;
        let algorithm = Algorithm::parse(algorithm).ok_or(Refusal::Algorithm)?;
        // An unencoded payload (RFC 7797) is an extension like those that `crit` names.
        if header.get("crit").is_some() || header.get("b64").is_some() {
            return Err(Refusal::Critical);
        }
        Ok(Self {
            algorithm,
            key: text("kid")?.map(str::to_owned),
            signed,
            payload: decode(payload)?,
            signature: decode(signature)?,
        })
    }
}
