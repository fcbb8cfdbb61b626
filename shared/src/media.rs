//! Media types: what a route consumes and produces, and what a client would rather have.
//!
//! Types are compared without their parameters and without case (RFC 9110, section 8.3.1).

use std::collections::BTreeSet;
use std::fmt;

use crate::decide::Headers;
use crate::method::is_token;

/// The greatest weight of a type in `Accept`, in thousandths.
pub(crate) const BEST: u16 = 1000;

/// The media types of a route; empty means any.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaTypes(BTreeSet<MediaRange>);

/// A media type in lower case, such as `application/json`, or all of a kind, such as `image/*`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaRange {
    kind: String,
    /// `None` for `*`.
    subtype: Option<String>,
}

/// A [`MediaRange`], wherever its texts stand.
#[derive(Debug, Clone)]
pub(crate) struct Essence<T> {
    pub(crate) kind: T,
    /// `None` for `*`.
    pub(crate) subtype: Option<T>,
}

/// A text that is no media type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a media type that a route can have: write it like application/json or image/*, without parameters"
)]
pub struct MediaError(pub String);

impl MediaRange {
    /// Reads a type; case is folded.
    pub fn parse(text: &str) -> Result<Self, MediaError> {
        let lower = text.trim().to_ascii_lowercase();
        let parts = lower.split_once('/').filter(|(kind, subtype)| is_token(kind) && is_token(subtype));
        match parts {
            Some((kind, subtype)) if !kind.contains('*') && (subtype == "*" || !subtype.contains('*')) => {
                let subtype = (subtype != "*").then(|| subtype.to_owned());
                Ok(Self { kind: kind.to_owned(), subtype })
            }
            _ => Err(MediaError(text.to_owned())),
        }
    }

    /// The type, if it is one type and not all of a kind.
    pub fn concrete(self) -> Result<Self, MediaError> {
        if self.subtype.is_some() { Ok(self) } else { Err(MediaError(self.to_string())) }
    }

    /// Whether it is text, which is told with its encoding.
    pub(crate) fn is_text(&self) -> bool {
        self.kind == "text"
    }

    fn essence(&self) -> Essence<std::str::Bytes<'_>> {
        Essence { kind: self.kind.bytes(), subtype: self.subtype.as_deref().map(str::bytes) }
    }

    /// Whether a type exists that is meant by both.
    fn overlaps(&self, other: &Self) -> bool {
        self.kind == other.kind
            && (self.subtype.is_none() || other.subtype.is_none() || self.subtype == other.subtype)
    }
}

impl<T: Iterator<Item = u8> + Clone> Essence<T> {
    /// Whether the type of a message, with or without parameters, is meant.
    pub(crate) fn takes(&self, message: &str) -> bool {
        let Some((kind, subtype)) = essence(message).split_once('/') else { return false };
        same(kind, &self.kind) && self.subtype.as_ref().is_none_or(|wanted| same(subtype, wanted))
    }

    /// How much a client wants it, by the values of `Accept`: the most specific range counts (RFC 9110, section
    /// 12.5.1).
    pub(crate) fn weight(&self, headers: &dyn Headers) -> u16 {
        let mut best = None;
        headers.values("accept", &mut |value| {
            for range in value.split(',') {
                best = best.max(self.specificity(range).map(|specificity| (specificity, quality(range))));
            }
        });
        best.map_or(0, |(_, quality)| quality)
    }

    /// How closely a range of `Accept` means it; `None` if it does not.
    fn specificity(&self, range: &str) -> Option<u8> {
        let (kind, subtype) = essence(range).split_once('/')?;
        match (kind, subtype, &self.subtype) {
            ("*", "*", _) => Some(0),
            (kind, "*", _) if same(kind, &self.kind) => Some(1),
            (kind, subtype, Some(own)) if same(kind, &self.kind) && same(subtype, own) => Some(2),
            // All of a kind is produced, and one of it is wanted.
            (kind, _, None) if same(kind, &self.kind) => Some(2),
            _ => None,
        }
    }
}

/// Compares a text with one in lower case.
fn same(text: &str, lower: &(impl Iterator<Item = u8> + Clone)) -> bool {
    text.bytes().map(|byte| byte.to_ascii_lowercase()).eq(lower.clone())
}

/// Whether a client says nothing of what it accepts.
pub(crate) fn accepts_all(headers: &dyn Headers) -> bool {
    let mut all = true;
    headers.values("accept", &mut |value| all &= value.trim().is_empty());
    all
}

impl MediaTypes {
    /// Reads a comma-separated list.
    pub fn parse(text: &str) -> Result<Self, MediaError> {
        text.split(',').map(MediaRange::parse).collect::<Result<_, _>>().map(Self)
    }

    /// Whether every type is taken.
    pub fn is_any(&self) -> bool {
        self.0.is_empty()
    }

    /// The declared ones, sorted; none for any.
    pub fn iter(&self) -> impl Iterator<Item = &MediaRange> {
        self.0.iter()
    }

    /// Whether a message of this `Content-Type` is taken.
    pub(crate) fn take(&self, content_type: &str) -> bool {
        self.is_any() || self.0.iter().any(|range| range.essence().takes(content_type))
    }

    /// How much a client wants one of them, in thousandths; 0 if it takes none.
    pub(crate) fn weight(&self, headers: &dyn Headers) -> u16 {
        if self.is_any() || accepts_all(headers) {
            return BEST;
        }
        self.0.iter().map(|range| range.essence().weight(headers)).max().unwrap_or_default()
    }

    /// Whether a message exists that both mean, where neither means any.
    pub(crate) fn overlap(&self, other: &Self) -> bool {
        self.0.iter().any(|one| other.0.iter().any(|two| one.overlaps(two)))
    }
}

/// A type or range without its parameters.
fn essence(text: &str) -> &str {
    text.split(';').next().unwrap_or(text).trim()
}

/// The `q` of a range, in thousandths; a wrong one counts as none.
fn quality(range: &str) -> u16 {
    let mut parameters = range.split(';').skip(1).filter_map(|parameter| parameter.trim().split_once('='));
    let Some((_, q)) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("q")) else {
        return BEST;
    };
    let (whole, fraction) = q.trim().split_once('.').unwrap_or((q.trim(), ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    match whole {
        "0" if digits => {
            let digits = fraction.bytes().map(|byte| u16::from(byte.wrapping_sub(b'0')));
            digits.zip([100_u16, 10, 1]).map(|(digit, worth)| digit.wrapping_mul(worth)).sum()
        }
        _ => BEST,
    }
}

impl fmt::Display for MediaRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.subtype.as_deref().unwrap_or("*"))
    }
}

/// Comma-separated; nothing for any.
impl fmt::Display for MediaTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, range) in self.0.iter().enumerate() {
            write!(f, "{}{range}", if index > 0 { "," } else { "" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(text: &str) -> MediaTypes {
        MediaTypes::parse(text).unwrap()
    }

    fn weight(produces: &str, accept: &str) -> u16 {
        types(produces).weight(&&[("accept", accept)][..])
    }

    #[test]
    fn a_type_is_compared_without_parameters_and_case() {
        assert!(types("application/json").take("Application/JSON; charset=utf-8"));
        assert!(types("image/*").take("image/png") && !types("image/*").take("imagex/png"));
        assert!(!types("application/json").take("application/problem+json"));
        assert!(MediaTypes::default().take("anything") && !types("text/plain").take("text"));
    }

    #[test]
    fn the_most_specific_range_of_accept_counts() {
        assert_eq!(weight("application/json", "application/*;q=0.5, application/json;q=0.1, */*"), 100);
        assert_eq!(weight("application/json", "text/html, */*;q=0.25"), 250);
        assert_eq!(weight("application/json", "text/html"), 0);
        assert_eq!(weight("application/json", "application/json;q=0, */*"), 0);
        assert_eq!(weight("image/*", "image/png"), BEST);
        assert_eq!(weight("application/json,text/csv", "text/csv;q=0.9, application/json;q=0.2"), 900);
    }

    #[test]
    fn without_accept_everything_is_welcome_and_a_wrong_weight_is_none() {
        assert_eq!(types("a/b").weight(&()), BEST);
        assert_eq!(weight("a/b", ""), BEST);
        for q in ["2", "0.1234", "x", "1.000", "-1"] {
            assert_eq!(weight("a/b", &format!("a/b;q={q}")), BEST, "{q}");
        }
        assert_eq!(weight("a/b", "a/b;q=0.5;x=1"), 500);
    }

    #[test]
    fn what_both_mean_is_an_overlap() {
        assert!(types("a/b,c/d").overlap(&types("c/*")) && !types("a/b").overlap(&types("a/c")));
    }

    #[test]
    fn types_print_what_they_read() {
        for text in ["application/json", "image/*", "application/json,application/vnd.x+xml"] {
            assert_eq!(types(text).to_string(), text);
        }
        for bad in ["", "json", "*/*", "a/b;q=1", "a/*b", "a/b,", "*/json", "a b/c"] {
            assert!(MediaTypes::parse(bad).is_err(), "{bad}");
        }
    }
}
