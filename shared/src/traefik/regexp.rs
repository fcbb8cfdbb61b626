//! Paths as Go's regular expressions (RE2 syntax), for Traefik's matcher `PathRegexp`.
//!
//! Traefik compares a path that is decoded but for the reserved characters of RFC 3986, section 2.2, which stay as they
//! came. Go's expressions know no look-ahead, so that two things of a template cannot be said: how several parameters
//! divide one segment where that is judged, and how many characters a text has.

use std::fmt;

use super::Inexact;
use crate::constraint::Constraint;
use crate::path::{End, Parameter, PathTemplate, Pattern, Segment, encode, has_dot_segment};

/// How well an expression has to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// It takes what the template takes, and nothing else.
    Exact,
    /// It takes what the template takes, and perhaps more: the plugin looks again.
    Wide,
}

/// An expression for the paths of a template, without the `^` in front. With `loose`, a slash at the end does not count.
pub(super) fn of_template(template: &PathTemplate, loose: bool, fit: Fit) -> Result<String, Inexact> {
    let mut segments = template.segments();
    let loose = loose && template.end() == &End::Exact;
    if loose
        && let [before @ .., Segment::Literal(last)] = segments
        && last.is_empty()
        && !before.is_empty()
    {
        segments = before;
    }
    let mut text = String::new();
    for segment in segments {
        text.push('/');
        match segment {
            Segment::Literal(literal) => text.push_str(&both_spellings(literal)),
            Segment::Pattern(pattern) => text.push_str(&of_pattern(pattern, fit)?),
        }
    }
    text.push_str(match template.end() {
        End::Exact if loose && !text.ends_with('/') => "/?$",
        End::Exact => "$",
        End::Rest(_) => "/[^/]",
        End::Prefix => "(?:/?$|/[^/])",
    });
    Ok(text)
}

/// A segment with parameters.
fn of_pattern(pattern: &Pattern, fit: Fit) -> Result<String, Inexact> {
    let several = pattern.parameters().len() > 1;
    if several && fit == Fit::Exact {
        return Err(Inexact::SeveralParameters);
    }
    let mut literals = pattern.literals();
    let mut text = literals.next().map(both_spellings).unwrap_or_default();
    let whole = pattern.literals().all(str::is_empty);
    for (parameter, tail) in pattern.parameters().iter().zip(literals) {
        // Of several parameters none is judged by itself: the division is the plugin's.
        let part = if several { ANYTHING.to_owned() } else { of_parameter(parameter, whole, fit)? };
        text.push_str(&part);
        text.push_str(&both_spellings(tail));
    }
    Ok(text)
}

/// Some text inside one segment.
const ANYTHING: &str = "[^/]+";

/// The text of a parameter, which may be the `whole` segment.
fn of_parameter(parameter: &Parameter, whole: bool, fit: Fit) -> Result<String, Inexact> {
    let Some(constraint) = parameter.constraint() else {
        // Dot segments have been refused before where they are a whole segment.
        return Ok(if whole || fit == Fit::Wide { ANYTHING.to_owned() } else { no_dot_segment() });
    };
    Ok(match constraint {
        Constraint::Uint => "[0-9]+".to_owned(),
        Constraint::Int => "-?[0-9]+".to_owned(),
        Constraint::Uuid => "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}".to_owned(),
        Constraint::Slug => "[a-z0-9]+(?:-[a-z0-9]+)*".to_owned(),
        Constraint::Date => date(),
        Constraint::Len { .. } if fit == Fit::Exact => return Err(Inexact::Length),
        Constraint::Len { .. } => ANYTHING.to_owned(),
        Constraint::OneOf(texts) => {
            let texts = texts.iter().filter(|text| !has_dot_segment(&encode(text)));
            let texts: Vec<String> = texts.map(|text| both_spellings(text)).collect();
            // None is left where all are dot segments; then nothing is taken.
            if texts.is_empty() {
                r"[^\x00-\x{10FFFF}]".to_owned()
            } else {
                format!("(?:{})", texts.join("|"))
            }
        }
    })
}

/// A day that exists, as [`Constraint::Date`] has it.
fn date() -> String {
    let leap = "(?:0[48]|[2468][048]|[13579][26])";
    let century = "(?:[02468][048]|[13579][26])";
    let common = "[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|\
                  02-(?:0[1-9]|1[0-9]|2[0-8]))";
    format!("(?:{common}|(?:[0-9]{{2}}{leap}|{century}00)-02-29)")
}

/// Some text in which no server sees a dot segment: none of its parts between slashes and backslashes, encoded or not,
/// is one or two dots, perhaps with `;` and anything behind (see [`has_dot_segment`]).
fn no_dot_segment() -> String {
    let escape = "%(?:[013-9A-F][0-9A-F]|2[0-9A-E]|3[0-9AC-F])";
    let other = format!(r"(?:[^/%;\\.]|{escape})");
    let any = format!(r"(?:[^/%;\\]|{escape})");
    let head = format!(r"(?:{other}{any}*|\.{other}{any}*|\.\.{any}+)");
    let parameters = format!("(?:;|%3B)(?:{any}|;|%3B)*");
    let separator = r"(?:\\|%2F)";
    let part = format!("(?:{head}(?:{parameters})?|{parameters})");
    format!("(?:{part}(?:{separator}{part}?)*|(?:{separator}{part}?)+)")
}

impl fmt::Display for Inexact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SeveralParameters => "has several parameters in one segment",
            Self::Length => "has a parameter with len(…)",
            Self::Query => "has a condition on the query",
            Self::Version => "is for a version that a header, the query or a media type tells",
            Self::MediaType => "has consumes or produces",
            Self::LooseSlash => {
                "differs from the other by the slash at the end only, which smsvc.slash=ignore passes over"
            }
        })
    }
}

/// The characters that Traefik leaves encoded where they came encoded (`pkg/server/router`, `withRoutingPath`).
pub(super) const fn is_reserved(char: char) -> bool {
    matches!(
        char,
        ':' | '/'
            | '?'
            | '#'
            | '['
            | ']'
            | '@'
            | '!'
            | '$'
            | '&'
            | '\''
            | '('
            | ')'
            | '*'
            | '+'
            | ','
            | ';'
            | '='
            | '%'
    )
}

/// A regular expression for a segment, whichever of its reserved characters came encoded.
pub(super) fn both_spellings(segment: &str) -> String {
    let spellings = |char: char| {
        let plain = quote(&char.to_string());
        let encoded = format!("%{:02X}", u32::from(char));
        match char {
            // These can only have come encoded: plain, they end the segment or are no character of a path.
            '/' | '?' | '#' | '%' => encoded,
            _ if is_reserved(char) => format!("(?:{plain}|{encoded})"),
            _ => plain,
        }
    };
    segment.chars().map(spellings).collect()
}

/// Text that stands for itself in a regular expression (Go, RE2 syntax).
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::new();
    for char in text.chars() {
        if !char.is_ascii() || char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '~' | '/') {
            quoted.push(char);
        } else {
            quoted.push('\\');
            quoted.push(char);
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> PathTemplate {
        match text.strip_suffix("/**") {
            Some(prefix) => PathTemplate::parse_prefix(prefix).unwrap(),
            None => PathTemplate::parse_path(text).unwrap(),
        }
    }

    fn exact(text: &str) -> String {
        of_template(&path(text), false, Fit::Exact).unwrap()
    }

    #[test]
    fn each_kind_of_segment_and_end_has_its_expression() {
        assert_eq!(exact("/v2/pets/{id}"), "/v2/pets/[^/]+$");
        assert_eq!(exact("/files/{rest*}"), "/files/[^/]");
        assert_eq!(exact("/static/**"), "/static(?:/?$|/[^/])");
        assert_eq!(exact("/"), "/$");
        assert_eq!(exact("/a:b/"), r"/a(?:\:|%3A)b/$");
    }

    #[test]
    fn a_loose_slash_may_be_there_or_not() {
        let loose = |text: &str| of_template(&path(text), true, Fit::Wide).unwrap();
        assert_eq!([loose("/a"), loose("/a/")], ["/a/?$", "/a/?$"]);
        assert_eq!([loose("/"), loose("/a/{rest*}")], ["/$", "/a/[^/]"]);
    }

    #[test]
    fn what_no_expression_can_say_is_told() {
        let wrong = |template: &PathTemplate| of_template(template, false, Fit::Exact);
        assert_eq!(wrong(&path("/{a}-{b}")), Err(Inexact::SeveralParameters));
        let mut long = path("/{a}");
        for parameter in long.parameters_mut() {
            parameter.constrain(Constraint::parse("len(1,3)").unwrap());
        }
        assert_eq!(wrong(&long), Err(Inexact::Length));
        assert_eq!(of_template(&long, false, Fit::Wide).unwrap(), "/[^/]+$");
    }
}
