//! Shapes: what of a template is left without the names of its parameters, in the order of precedence.
//!
//! Two templates of the same shape take the same paths, and of two templates that both take a path the one
//! with the lesser shape outranks the other. The order is lexicographic: the leftmost difference decides.

use std::cmp::Reverse;

use super::{End, Parameter, PathTemplate, Pattern, Segment};
use crate::constraint::Constraint;

/// The shape of a template.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shape(Vec<Step>);

/// The shape of one segment, or of the end. A segment outranks every end, which makes the template with more
/// segments outrank the one that it continues.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Step {
    Literal(String),
    Pattern(PatternShape),
    Exact,
    Rest,
    Prefix,
}

/// The shape of a segment with parameters: more literal text outranks less, then more constrained parameters
/// do, then narrower constraints. The literal text itself stands last, so that only equal shapes are equal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PatternShape {
    characters: Reverse<usize>,
    constrained: Reverse<usize>,
    takes: Vec<Takes>,
    literals: Vec<String>,
}

/// What a parameter takes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Takes {
    Only(Constraint),
    Anything,
}

impl From<&PathTemplate> for Shape {
    fn from(template: &PathTemplate) -> Self {
        let segments = template.segments().iter().map(|segment| match segment {
            Segment::Literal(literal) => Step::Literal(literal.clone()),
            Segment::Pattern(pattern) => Step::Pattern(PatternShape::from(pattern)),
        });
        let end = match template.end() {
            End::Exact => Step::Exact,
            End::Rest(_) => Step::Rest,
            End::Prefix => Step::Prefix,
        };
        Self(segments.chain([end]).collect())
    }
}

impl From<&Pattern> for PatternShape {
    fn from(pattern: &Pattern) -> Self {
        let parameters = pattern.parameters();
        let constraints = parameters.iter().map(Parameter::constraint);
        let takes: Vec<Takes> =
            constraints.map(|it| it.cloned().map_or(Takes::Anything, Takes::Only)).collect();
        Self {
            characters: Reverse(pattern.literals().map(|literal| literal.chars().count()).sum()),
            constrained: Reverse(takes.iter().filter(|takes| **takes != Takes::Anything).count()),
            takes,
            literals: pattern.literals().map(str::to_owned).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path, or with a `*` behind it a prefix; `{x:int}` stands for a constrained parameter.
    fn shape(text: &str) -> Shape {
        let mut parts = text.split('{');
        let mut plain = parts.next().unwrap().to_owned();
        let mut constraints = Vec::new();
        for part in parts {
            let (parameter, tail) = part.split_once('}').unwrap();
            let (name, constraint) = parameter.split_once(':').unwrap_or((parameter, ""));
            plain.extend(["{", name, "}", tail]);
            constraints.push(constraint);
        }
        let mut template = match plain.strip_suffix('*') {
            Some(prefix) => PathTemplate::parse_prefix(prefix).unwrap(),
            None => PathTemplate::parse_path(&plain).unwrap(),
        };
        for (parameter, constraint) in template.parameters_mut().zip(constraints) {
            if !constraint.is_empty() {
                parameter.constrain(Constraint::parse(constraint).unwrap());
            }
        }
        Shape::from(&template)
    }

    fn assert_best_first(texts: &[&str]) {
        for pair in texts.windows(2) {
            assert!(shape(pair[0]) < shape(pair[1]), "{} outranks {}", pair[0], pair[1]);
        }
    }

    #[test]
    fn a_segment_ranks_by_literal_text_then_by_constraints() {
        assert_best_first(&[
            "/x.json",
            "/{x}.json",
            "/{x:int}.js",
            "/{x}.js",
            "/{x:one-of(a,b)}",
            "/{x:uuid}",
            "/{x:date}",
            "/{x:uint}",
            "/{x:int}",
            "/{x:slug}",
            "/{x:len(1,40)}",
            "/{x}",
        ]);
    }

    #[test]
    fn literal_text_is_counted_in_characters_and_decoded() {
        assert_best_first(&["/{x}.js", "/{x}%C3%A9%C3%A9"]);
    }

    #[test]
    fn more_constrained_parameters_outrank_fewer() {
        assert_best_first(&["/{x:slug}-{y:slug}", "/{x:uuid}-{y}", "/{x}-{y:uuid}", "/{x}-{y}"]);
        assert_best_first(&["/b{x:int}", "/{x:slug}b"]);
    }

    #[test]
    fn the_leftmost_difference_decides() {
        assert_best_first(&["/a/{x}", "/{x}/a"]);
        assert_best_first(&["/a/{x}/{y}", "/{x}/b/c"]);
    }

    #[test]
    fn more_segments_outrank_every_end_and_an_exact_end_a_rest_and_that_a_prefix() {
        assert_best_first(&["/a/b", "/a/{x}", "/a", "/a/{x*}", "/a*", "/{x*}", "/*"]);
        assert_best_first(&["/a/", "/a*"]);
    }

    #[test]
    fn names_are_no_part_of_a_shape_and_all_else_is() {
        assert_eq!(shape("/a/{x}.js/{rest*}"), shape("/a/{y}.js/{all*}"));
        for (one, two) in
            [("/{x}.js", "/{x}.ts"), ("/{x:int}", "/{x:uint}"), ("/a", "/a/"), ("/ab{x}", "/a{x}b")]
        {
            assert_ne!(shape(one), shape(two));
        }
    }
}
