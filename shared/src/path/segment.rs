//! One segment of a template: a literal, or parameters with literal text around them.

use std::fmt;

use super::PathError;
use super::escape::{decode, decoded, encode, has_dot_segment, split_first, split_last, unescape};
use crate::constraint::Constraint;

/// The longest name of a parameter, in bytes.
const NAME_MAX: usize = 64;

/// The name of a parameter; case counts where it is used, but two names may not differ in case only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParamName(String);

/// One segment of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// The decoded text; empty for a trailing slash.
    Literal(String),
    /// With one parameter at least.
    Pattern(Pattern),
}

/// A segment with parameters: `{id}`, `{name}.json`, `{base}...{head}`.
///
/// The text of a segment is divided from left to right, and each parameter but the last takes as little as
/// it can, so that `{a}-{b}` finds `x` and `y-z` in `x-y-z`. Only then are the parts judged: none may be
/// empty or hold a dot segment, and each must meet its constraint. There is no second try with another
/// division, which keeps the work linear and the answer easy to foresee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// The literal text before the first parameter, decoded.
    head: String,
    /// At least one.
    parameters: Vec<Parameter>,
}

/// A parameter, and the literal text that ends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    name: ParamName,
    constraint: Option<Constraint>,
    /// Decoded; empty for the last parameter of a segment only.
    tail: String,
}

impl ParamName {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let char = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        if (1..=NAME_MAX).contains(&text.len()) && text.bytes().all(char) {
            Ok(Self(text.to_owned()))
        } else {
            Err(PathError::ParameterName(text.to_owned()))
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the parameter that a label key names, in which case does not count.
    pub(crate) fn is(&self, key: &str) -> bool {
        self.0.eq_ignore_ascii_case(key)
    }
}

impl Parameter {
    /// Its name.
    pub fn name(&self) -> &ParamName {
        &self.name
    }

    /// What its text must be, if that is constrained.
    pub fn constraint(&self) -> Option<&Constraint> {
        self.constraint.as_ref()
    }

    /// The literal text that ends it, decoded.
    pub(crate) fn tail(&self) -> &str {
        &self.tail
    }

    /// Replaces what its text must be.
    pub(crate) fn constrain(&mut self, constraint: Constraint) {
        self.constraint = Some(constraint);
    }

    pub(super) fn accepts(&self, raw: &str) -> bool {
        let Some(constraint) = &self.constraint else { return true };
        decode(raw).is_some_and(|text| constraint.accepts(&text))
    }
}

impl Segment {
    /// Reads the text between two slashes of a template.
    pub(super) fn parse(text: &str) -> Result<Self, PathError> {
        let literal = |part: &str| {
            if part.contains(['{', '}']) {
                return Err(PathError::Unbalanced(text.to_owned()));
            }
            unescape(part).ok_or_else(|| PathError::Character(text.to_owned()))
        };
        let mut parts = text.split('{');
        let head = literal(parts.next().unwrap_or_default())?;
        let mut parameters: Vec<Parameter> = Vec::new();
        for part in parts {
            let (name, tail) = part.split_once('}').ok_or_else(|| PathError::Unbalanced(text.to_owned()))?;
            if parameters.last().is_some_and(|before| before.tail.is_empty()) {
                return Err(PathError::TouchingParameters(text.to_owned()));
            }
            if let Some(rest) = name.strip_suffix('*') {
                return Err(PathError::RestNotLast(rest.to_owned()));
            }
            parameters.push(Parameter {
                name: ParamName::parse(name)?,
                constraint: None,
                tail: literal(tail)?,
            });
        }
        Ok(if parameters.is_empty() {
            Self::Literal(head)
        } else {
            Self::Pattern(Pattern { head, parameters })
        })
    }

    /// Whether the segment `raw` of a request, still encoded, is meant.
    pub fn matches(&self, raw: &str) -> bool {
        match self {
            Self::Literal(literal) => decoded(raw).eq(literal.bytes()),
            Self::Pattern(pattern) => pattern.matches(raw),
        }
    }

    /// A text that it takes, as far as constraints let it; still encoded.
    pub(super) fn sample(&self) -> String {
        match self {
            Self::Literal(literal) => encode(literal),
            Self::Pattern(pattern) => {
                let tails =
                    pattern.parameters.iter().map(|parameter| format!("x{}", encode(&parameter.tail)));
                std::iter::once(encode(&pattern.head)).chain(tails).collect()
            }
        }
    }
}

impl Pattern {
    /// Its parameters, from left to right.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The literal texts before, between and behind its parameters.
    pub(crate) fn literals(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.head.as_str()).chain(self.parameters.iter().map(|it| it.tail.as_str()))
    }

    pub(super) fn parameters_mut(&mut self) -> &mut [Parameter] {
        &mut self.parameters
    }

    /// Whether the segment `raw` of a request, still encoded, divides into parts that the parameters take.
    pub fn matches(&self, raw: &str) -> bool {
        self.divide(raw, Parameter::accepts)
    }

    /// The literal text before the first parameter, decoded.
    pub(crate) fn head(&self) -> &str {
        &self.head
    }

    /// Gives each parameter its part of `raw` until `take` says no; whether all were taken.
    pub(super) fn divide<'t, 'a>(
        &'t self,
        raw: &'a str,
        mut take: impl FnMut(&'t Parameter, &'a str) -> bool,
    ) -> bool {
        let Some(mut division) = Division::start(raw, self.head.bytes()) else { return false };
        let mut left = self.parameters.len();
        self.parameters.iter().all(|parameter| {
            left = left.saturating_sub(1);
            division.part(parameter.tail.bytes(), left == 0).is_some_and(|part| take(parameter, part))
        })
    }
}

/// A segment of a request, still encoded, on its way to be divided from left to right.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Division<'a>(&'a str);

impl<'a> Division<'a> {
    /// The segment behind the literal text that it has to start with.
    pub(crate) fn start(raw: &'a str, head: impl Iterator<Item = u8>) -> Option<Self> {
        strip_prefix(raw, head).map(Self)
    }

    /// The part of the next parameter, which `tail` ends; of the last one, all that `tail` ends.
    pub(crate) fn part(
        &mut self,
        tail: impl DoubleEndedIterator<Item = u8> + Clone,
        is_last: bool,
    ) -> Option<&'a str> {
        let part = if is_last {
            strip_suffix(self.0, tail)?
        } else {
            let (part, behind) = split_at_first(self.0, &tail)?;
            self.0 = behind;
            part
        };
        (!part.is_empty() && !has_dot_segment(part)).then_some(part)
    }
}

/// What follows the decoded `literal` at the start of `raw`.
fn strip_prefix(raw: &str, mut literal: impl Iterator<Item = u8>) -> Option<&str> {
    literal.try_fold(raw, |rest, expected| {
        split_first(rest).filter(|(byte, _)| *byte == expected).map(|(_, rest)| rest)
    })
}

/// What precedes the decoded `literal` at the end of `raw`.
fn strip_suffix(raw: &str, literal: impl DoubleEndedIterator<Item = u8>) -> Option<&str> {
    literal.rev().try_fold(raw, |rest, expected| {
        split_last(rest).filter(|(byte, _)| *byte == expected).map(|(_, rest)| rest)
    })
}

/// What stands before and after the first `literal` that has something before it.
fn split_at_first<'a>(
    raw: &'a str,
    literal: &(impl Iterator<Item = u8> + Clone),
) -> Option<(&'a str, &'a str)> {
    let (_, mut rest) = split_first(raw)?;
    loop {
        if let Some(behind) = strip_prefix(rest, literal.clone()) {
            let before = raw.len().checked_sub(rest.len())?;
            return Some((raw.get(..before)?, behind));
        }
        (_, rest) = split_first(rest)?;
    }
}

impl fmt::Display for ParamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(literal) => f.write_str(&encode(literal)),
            Self::Pattern(pattern) => {
                f.write_str(&encode(&pattern.head))?;
                for parameter in &pattern.parameters {
                    write!(f, "{{{}}}{}", parameter.name, encode(&parameter.tail))?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn divide<'a>(template: &str, raw: &'a str) -> Option<Vec<&'a str>> {
        let Segment::Pattern(pattern) = Segment::parse(template).unwrap() else {
            panic!("{template} is a literal")
        };
        let mut parts = Vec::new();
        pattern
            .divide(raw, |_, part| {
                parts.push(part);
                true
            })
            .then_some(parts)
    }

    #[test]
    fn a_literal_compares_decoded() {
        let pets = Segment::parse("p%65ts").unwrap();
        assert!(pets.matches("pets") && pets.matches("%70ets") && !pets.matches("Pets"));
        assert!(Segment::parse("a%2Fb").unwrap().matches("a%2fb"));
    }

    #[test]
    fn each_parameter_but_the_last_takes_as_little_as_it_can() {
        assert_eq!(divide("{base}...{head}", "main...feature...x"), Some(vec!["main", "feature...x"]));
        assert_eq!(divide("{a}-{b}-{c}", "1-2-3-4"), Some(vec!["1", "2", "3-4"]));
        assert_eq!(divide("{a}-{b}", "--x"), Some(vec!["-", "x"]), "the first part is not empty");
    }

    #[test]
    fn affixes_are_found_through_escapes_and_parts_stay_encoded() {
        assert_eq!(divide("{name}.json", "a%2Eb%2ejson"), Some(vec!["a%2Eb"]));
        assert_eq!(divide("v{major}", "%76%31"), Some(vec!["%31"]));
        assert_eq!(divide("{a}/{b}".replace('/', "%2F").as_str(), "x%2fy"), Some(vec!["x", "y"]));
    }

    #[test]
    fn a_part_is_never_empty_and_never_a_dot_segment() {
        for (template, raw) in [("{a}", ""), ("{a}.json", ".json"), ("{a}-{b}", "x-"), ("{a}-{b}", "-x")] {
            assert_eq!(divide(template, raw), None, "{template} {raw}");
        }
        for (template, raw) in [("{a}", "%2e"), ("{a}-{b}", "..-x"), ("-{a}", "-..%2Fetc")] {
            assert_eq!(divide(template, raw), None, "{template} {raw}");
        }
    }

    #[test]
    fn many_parameters_cost_no_backtracking() {
        let template = "{a}-{b}-{c}-{d}-{e}-{f}-{g}-{h}.x";
        assert_eq!(divide(template, &"-".repeat(100_000)), None);
    }

    #[test]
    fn wrong_segments_are_refused() {
        let error = |text| Segment::parse(text).unwrap_err();
        for text in ["{", "}", "a}", "{a", "{a}}", "{{a}}", "{a{b}}"] {
            assert_eq!(error(text), PathError::Unbalanced(text.into()), "{text}");
        }
        assert_eq!(error("{}"), PathError::ParameterName(String::new()));
        assert_eq!(error("{a b}"), PathError::ParameterName("a b".into()));
        assert_eq!(error("{a}{b}"), PathError::TouchingParameters("{a}{b}".into()));
        assert_eq!(error("x{a*}"), PathError::RestNotLast("a".into()));
        assert_eq!(error("100%"), PathError::Character("100%".into()));
    }
}
