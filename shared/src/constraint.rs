//! Constraints: what the text of a path parameter must look like. One that fails is no match.

use std::collections::BTreeSet;
use std::fmt;

use crate::date::Day;

/// What the decoded text of a parameter must be.
///
/// The order is that of precedence: the narrower first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Constraint {
    /// `one-of(a,b)`: one of these texts; never none, none of them empty or with white space at an end.
    #[non_exhaustive]
    OneOf(BTreeSet<String>),
    /// `uuid`: 8-4-4-4-12 hexadecimal digits in any case (RFC 9562, section 4).
    Uuid,
    /// `date`: a day that exists, as `2026-08-01` (RFC 3339, `full-date`).
    Date,
    /// `uint`: decimal digits.
    Uint,
    /// `int`: decimal digits, perhaps after a `-`.
    Int,
    /// `slug`: words of `a-z` and `0-9` with one `-` between them.
    Slug,
    /// `len(1,40)`: so many characters, both numbers included.
    #[non_exhaustive]
    Len {
        /// At least so many; 1 or more.
        min: u32,
        /// At most so many.
        max: u32,
    },
}

/// A [`Constraint`] other than `one-of`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Check {
    Uuid,
    Date,
    Uint,
    Int,
    Slug,
    Len(usize, usize),
}

/// A text that is no constraint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a constraint: use int, uint, uuid, date, slug, len(1,40) or one-of(a,b)")]
pub struct ConstraintError(pub String);

impl Constraint {
    /// Reads a constraint. In `one-of`, a backslash makes a comma or a backslash literal.
    pub fn parse(text: &str) -> Result<Self, ConstraintError> {
        let word = text.trim();
        match word {
            "uuid" => Some(Self::Uuid),
            "date" => Some(Self::Date),
            "uint" => Some(Self::Uint),
            "int" => Some(Self::Int),
            "slug" => Some(Self::Slug),
            _ => match word.strip_suffix(')').and_then(|word| word.split_once('(')) {
                Some(("len", bounds)) => len(bounds),
                Some(("one-of", list)) => one_of(list),
                _ => None,
            },
        }
        .ok_or_else(|| ConstraintError(text.to_owned()))
    }

    /// The texts of `one-of`.
    pub fn choices(&self) -> Option<&BTreeSet<String>> {
        if let Self::OneOf(texts) = self { Some(texts) } else { None }
    }

    /// Whether `text`, decoded, is as it must be.
    pub fn accepts(&self, text: &str) -> bool {
        let check = match self {
            Self::OneOf(texts) => return texts.contains(text),
            Self::Uuid => Check::Uuid,
            Self::Date => Check::Date,
            Self::Uint => Check::Uint,
            Self::Int => Check::Int,
            Self::Slug => Check::Slug,
            Self::Len { min, max } => {
                let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
                Check::Len(number(*min), number(*max))
            }
        };
        check.accepts(text)
    }

    /// Whether certainly no text is as both say.
    pub(crate) fn excludes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::OneOf(texts), other) | (other, Self::OneOf(texts)) => {
                !texts.iter().any(|text| other.accepts(text))
            }
            (Self::Uuid, Self::Date | Self::Uint | Self::Int)
            | (Self::Date | Self::Uint | Self::Int, Self::Uuid)
            | (Self::Date, Self::Uint | Self::Int)
            | (Self::Uint | Self::Int, Self::Date) => true,
            _ => false,
        }
    }
}

impl Check {
    /// Whether `text`, decoded, is as it must be.
    pub(crate) fn accepts(self, text: &str) -> bool {
        match self {
            Self::Uuid => is_uuid(text),
            Self::Date => Day::parse(text).is_some(),
            Self::Uint => is_digits(text),
            Self::Int => is_digits(text.strip_prefix('-').unwrap_or(text)),
            Self::Slug => text.split('-').all(is_slug_word),
            Self::Len(min, max) => (min..=max).contains(&text.chars().count()),
        }
    }
}

fn len(bounds: &str) -> Option<Constraint> {
    let (min, max) = bounds.split_once(',')?;
    let number = |text: &str| is_digits(text.trim()).then(|| text.trim().parse::<u32>().ok()).flatten();
    let (min, max) = (number(min)?, number(max)?);
    (1 <= min && min <= max).then_some(Constraint::Len { min, max })
}

fn one_of(list: &str) -> Option<Constraint> {
    let mut texts = BTreeSet::new();
    let mut text = String::new();
    let mut chars = list.chars();
    loop {
        match chars.next() {
            Some('\\') => text.push(chars.next().filter(|char| matches!(char, ',' | '\\'))?),
            Some(char) if char != ',' => text.push(char),
            end => {
                let text = std::mem::take(&mut text);
                if text.trim().is_empty()
                    || text.contains(char::is_control)
                    || !texts.insert(text.trim().to_owned())
                {
                    return None;
                }
                if end.is_none() {
                    return Some(Constraint::OneOf(texts));
                }
            }
        }
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_slug_word(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

fn is_uuid(text: &str) -> bool {
    let hex = |group: &str| group.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && text.split('-').all(hex)
}

/// The canonical text, which [`Constraint::parse`] reads back.
impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneOf(texts) => {
                let escaped: Vec<String> =
                    texts.iter().map(|text| text.replace('\\', r"\\").replace(',', r"\,")).collect();
                write!(f, "one-of({})", escaped.join(","))
            }
            Self::Uuid => f.write_str("uuid"),
            Self::Date => f.write_str("date"),
            Self::Uint => f.write_str("uint"),
            Self::Int => f.write_str("int"),
            Self::Slug => f.write_str("slug"),
            Self::Len { min, max } => write!(f, "len({min},{max})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(constraint: &str, good: &[&str], bad: &[&str]) {
        let parsed = Constraint::parse(constraint).unwrap();
        for text in good {
            assert!(parsed.accepts(text), "{constraint} takes {text:?}");
        }
        for text in bad {
            assert!(!parsed.accepts(text), "{constraint} refuses {text:?}");
        }
    }

    #[test]
    fn each_constraint_takes_what_it_says() {
        check("int", &["0", "-7", "007", "99999999999999999999"], &["", "-", "+1", "1.0", "--1", "٣"]);
        check("uint", &["0", "42"], &["-1", "", "1 "]);
        check("slug", &["a", "a-b-2"], &["", "-a", "a-", "a--b", "A", "a_b"]);
        check("len(2,3)", &["ab", "äöü"], &["a", "abcd"]);
        check("one-of(cat,dog)", &["cat", "dog"], &["Cat", "cow", "cat,dog"]);
        check(
            "uuid",
            &["123e4567-e89b-12d3-a456-426614174000", "123E4567-E89B-12D3-A456-426614174000"],
            &["123e4567e89b12d3a456426614174000", "123e4567-e89b-12d3-a456-42661417400g", "----"],
        );
    }

    #[test]
    fn a_date_is_a_day_that_exists() {
        check(
            "date",
            &["2026-08-01", "2024-02-29", "2000-02-29"],
            &[
                "2026-02-29",
                "1900-02-29",
                "2026-13-01",
                "2026-00-10",
                "2026-04-31",
                "2026-4-1",
                "2026-08-01T00",
                "26-08-01-1",
            ],
        );
    }

    #[test]
    fn a_comma_in_one_of_is_escaped() {
        check(r"one-of(a\,b, c\\)", &["a,b", r"c\"], &["a", "b", r" c\"]);
    }

    #[test]
    fn a_constraint_prints_what_it_reads() {
        for text in ["int", "uint", "uuid", "date", "slug", "len(1,40)", r"one-of(a\,b,c\\,d)"] {
            assert_eq!(Constraint::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn wrong_constraints_are_refused() {
        for text in [
            "",
            "Int",
            "len",
            "len()",
            "len(0,1)",
            "len(2,1)",
            "len(1)",
            "len(+1,2)",
            "one-of()",
            "one-of(a,)",
            "one-of(a,a)",
            r"one-of(a\b)",
            "int()",
            "regex(a)",
        ] {
            assert_eq!(Constraint::parse(text), Err(ConstraintError(text.into())));
        }
    }
}
