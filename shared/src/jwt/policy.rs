//! What is asked of a token beside its signature (RFC 7519, section 4.1).

use super::json::{Json, NoText};
use super::{Algorithms, Claims, Refusal};

/// What is asked of a token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// What it may be signed with.
    pub algorithms: Algorithms,
    /// Who may have issued it; empty for anybody who has the key.
    pub issuers: Vec<String>,
    /// Whom it is for.
    pub audience: Audience,
    /// How many seconds the clocks may differ.
    pub leeway: u32,
}

/// Whom a token is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Audience {
    /// Nobody in particular. One that names an audience is for somebody else (RFC 7519, section 4.1.3).
    #[default]
    Unnamed,
    /// It does not matter.
    Any,
    /// At least one of these, which it has to name.
    OneOf(Vec<String>),
}

impl Policy {
    /// Holds claims that are believed against the policy.
    pub(super) fn check(&self, claims: &Claims, now: u64) -> Result<(), Refusal> {
        let leeway = u64::from(self.leeway);
        let expiry = moment(claims, "exp")?.ok_or(Refusal::NoExpiry)?;
        // Whole seconds: a token that ends within this second has ended.
        if now >= expiry.whole().saturating_add(leeway) {
            return Err(Refusal::Expired);
        }
        if let Some(start) = moment(claims, "nbf")?
            && now.saturating_add(leeway) < start.whole_or_next()
        {
            return Err(Refusal::NotYet);
        }
        self.check_issuer(claims)?;
        self.check_audience(claims)
    }

    fn check_issuer(&self, claims: &Claims) -> Result<(), Refusal> {
        let issuer = claims.object().text("iss").map_err(|NoText| Refusal::Malformed)?;
        if self.issuers.is_empty() || issuer.is_some_and(|issuer| self.issuers.iter().any(|it| it == issuer))
        {
            return Ok(());
        }
        Err(Refusal::Issuer)
    }

    fn check_audience(&self, claims: &Claims) -> Result<(), Refusal> {
        let named = audiences(claims).ok_or(Refusal::Malformed)?;
        let taken = match &self.audience {
            Audience::Unnamed => named.is_empty(),
            Audience::Any => true,
            Audience::OneOf(ours) => named.iter().any(|name| ours.iter().any(|our| our == name)),
        };
        if taken { Ok(()) } else { Err(Refusal::Audience) }
    }
}

/// The audiences that a token names; `None` if it says something else in their place.
fn audiences(claims: &Claims) -> Option<Vec<&str>> {
    match claims.object().get("aud") {
        None => Some(Vec::new()),
        Some(Json::Array(names)) => names.iter().map(Json::as_text).collect(),
        Some(name) => name.as_text().map(|name| vec![name]),
    }
}

/// A time in seconds since 1970, which may have a fraction.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Moment {
    whole: u64,
    fraction: bool,
}

impl Moment {
    fn whole(self) -> u64 {
        self.whole
    }

    fn whole_or_next(self) -> u64 {
        self.whole.saturating_add(u64::from(self.fraction))
    }
}

/// The time that a claim says, if it says one; an error if it says something else.
fn moment(claims: &Claims, name: &str) -> Result<Option<Moment>, Refusal> {
    let Some(value) = claims.object().get(name) else { return Ok(None) };
    let Json::Number(number) = value else { return Err(Refusal::Malformed) };
    if let Some(whole) = number.as_u64() {
        return Ok(Some(Moment { whole, fraction: false }));
    }
    let seconds = number.as_f64().filter(|seconds| *seconds >= 0.0).ok_or(Refusal::Malformed)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is not negative, and saturates"
    )]
    let whole = seconds as u64;
    Ok(Some(Moment { whole, fraction: seconds.fract() != 0.0 }))
}
