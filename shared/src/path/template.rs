//! Templates: the paths that a route declares.

use std::fmt;

use super::segment::{ParamName, Parameter};
use super::{BasePath, PathError, RequestPath, SEGMENTS_MAX, Segment, has_dot_segment};

/// The path of a route: segments from the left, and how it ends.
///
/// `path=/pets/{id}` must be met to its end, `path=/files/{rest*}` takes all that follows, and
/// `prefix=/static` takes `/static`, `/static/` and everything below, but not `/statics`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathTemplate {
    segments: Vec<Segment>,
    end: End,
}

/// What may follow the segments of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Nothing.
    Exact,
    /// `{rest*}`: the parameter takes one segment or more as they stand, slashes included, the first of
    /// them not empty.
    Rest(ParamName),
    /// Nothing, a trailing slash, or segments of which the first is not empty.
    Prefix,
}

/// Why a template does not take a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mismatch<'t> {
    /// The path has another shape.
    Shape,
    /// The shape is right, but the text of this parameter does not meet its constraint.
    Constraint(&'t ParamName),
}

impl PathTemplate {
    /// Reads the value of `path`.
    pub fn parse_path(text: &str) -> Result<Self, PathError> {
        let rest = text.rsplit_once('/').and_then(|(before, last)| {
            let name = last.strip_prefix('{')?.strip_suffix("*}")?;
            (!name.contains(['{', '}'])).then_some((before, name))
        });
        let Some((before, name)) = rest else {
            return Self { segments: split(text)?.collect::<Result<_, _>>()?, end: End::Exact }.distinct();
        };
        let segments =
            if before.is_empty() { Vec::new() } else { split(before)?.collect::<Result<_, _>>()? };
        if segments.last().is_some_and(is_empty) {
            return Err(PathError::EmptySegment(text.to_owned()));
        }
        Self { segments, end: End::Rest(ParamName::parse(name)?) }.distinct()
    }

    /// Reads the value of `prefix`; a trailing slash does not count, as in the Gateway API.
    pub fn parse_prefix(text: &str) -> Result<Self, PathError> {
        let mut segments = split(text)?.collect::<Result<Vec<_>, _>>()?;
        segments.pop_if(|last| is_empty(last));
        Self { segments, end: End::Prefix }.distinct()
    }

    /// The prefix that takes every path.
    pub(crate) fn everything() -> Self {
        Self { segments: Vec::new(), end: End::Prefix }
    }

    /// A path of these segments.
    pub(super) fn exact(segments: Vec<Segment>) -> Self {
        Self { segments, end: End::Exact }
    }

    /// Refuses a parameter that stands twice.
    fn distinct(self) -> Result<Self, PathError> {
        let mut names: Vec<&ParamName> = Vec::new();
        for name in self.names() {
            if names.iter().any(|before| before.is(name.as_str())) {
                return Err(PathError::DuplicateParameter(name.to_string()));
            }
            names.push(name);
        }
        Ok(self)
    }

    /// The template with `base` in front of it.
    pub(crate) fn under(&self, base: &BasePath) -> Self {
        let base = base.segments().iter().cloned().map(Segment::Literal);
        Self { segments: base.chain(self.segments.iter().cloned()).collect(), end: self.end.clone() }
    }

    /// Its segments, without what [`End`] takes.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// How it ends.
    pub fn end(&self) -> &End {
        &self.end
    }

    /// The parameters that take one segment or a part of it.
    pub fn parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.segments.iter().flat_map(|segment| match segment {
            Segment::Literal(_) => &[] as &[_],
            Segment::Pattern(pattern) => pattern.parameters(),
        })
    }

    /// The same ones, to be constrained.
    pub(crate) fn parameters_mut(&mut self) -> impl Iterator<Item = &mut Parameter> {
        self.segments.iter_mut().flat_map(|segment| match segment {
            Segment::Literal(_) => &mut [] as &mut [_],
            Segment::Pattern(pattern) => pattern.parameters_mut(),
        })
    }

    /// The names of all parameters, from left to right.
    pub fn names(&self) -> impl Iterator<Item = &ParamName> {
        let rest = match &self.end {
            End::Rest(name) => Some(name),
            End::Exact | End::Prefix => None,
        };
        self.parameters().map(Parameter::name).chain(rest)
    }

    /// Whether `path` is meant, and if not, why.
    pub fn check(&self, path: &RequestPath<'_>) -> Result<(), Mismatch<'_>> {
        let mut unmet = None;
        let fits = self.read(path, |parameter, part| {
            if unmet.is_none() && !parameter.accepts(part) {
                unmet = Some(parameter.name());
            }
        });
        match (fits, unmet) {
            (false, _) => Err(Mismatch::Shape),
            (true, Some(name)) => Err(Mismatch::Constraint(name)),
            (true, None) => Ok(()),
        }
    }

    /// Gives the text of each parameter to `take`; whether the shape is right.
    fn read<'t, 'p>(&'t self, path: &RequestPath<'p>, mut take: impl FnMut(&'t Parameter, &'p str)) -> bool {
        let mut rest = path.segments();
        for segment in &self.segments {
            let Some((part, after)) = rest.split_first() else { return false };
            rest = after;
            let right = match segment {
                Segment::Literal(_) => segment.matches(part),
                Segment::Pattern(pattern) => pattern.divide(part, |parameter, text| {
                    take(parameter, text);
                    true
                }),
            };
            if !right {
                return false;
            }
        }
        match self.end {
            End::Exact => rest.is_end(),
            End::Rest(_) => rest.fits_rest(),
            End::Prefix => rest.fits_prefix(),
        }
    }
}

/// The segments of a declared path, of which only the last may be empty.
pub(super) fn split(text: &str) -> Result<impl Iterator<Item = Result<Segment, PathError>>, PathError> {
    let inner = text.strip_prefix('/').ok_or_else(|| PathError::NotAbsolute(text.to_owned()))?;
    if let Some(char) = inner.chars().find(|char| matches!(char, '?' | '#')) {
        return Err(PathError::NotOnlyPath(text.to_owned(), char));
    }
    if inner.contains("//") || inner.starts_with('/') {
        return Err(PathError::EmptySegment(text.to_owned()));
    }
    if inner.split('/').count() > SEGMENTS_MAX {
        return Err(PathError::TooManySegments);
    }
    Ok(inner.split('/').map(move |part| {
        let segment = Segment::parse(part)?;
        if has_dot_segment(&segment.sample()) {
            return Err(PathError::DotSegment(text.to_owned()));
        }
        Ok(segment)
    }))
}

fn is_empty(segment: &Segment) -> bool {
    matches!(segment, Segment::Literal(literal) if literal.is_empty())
}

/// The canonical text; it does not tell a path from a prefix.
impl fmt::Display for PathTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in &self.segments {
            write!(f, "/{segment}")?;
        }
        match &self.end {
            End::Rest(name) => write!(f, "/{{{name}*}}"),
            End::Prefix if self.segments.is_empty() => f.write_str("/"),
            End::Exact | End::Prefix => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::Target;

    fn takes(template: &PathTemplate, path: &str) -> bool {
        matches!(Target::parse("GET", path), Ok(Target::Origin { path, .. }) if template.check(&path).is_ok())
    }

    fn path(text: &str) -> PathTemplate {
        PathTemplate::parse_path(text).unwrap()
    }

    fn prefix(text: &str) -> PathTemplate {
        PathTemplate::parse_prefix(text).unwrap()
    }

    #[test]
    fn a_trailing_slash_makes_another_path() {
        assert!(takes(&path("/pets"), "/pets") && !takes(&path("/pets"), "/pets/"));
        assert!(takes(&path("/pets/"), "/pets/") && !takes(&path("/pets/"), "/pets"));
        assert!(takes(&path("/"), "/") && !takes(&path("/"), "//"));
    }

    #[test]
    fn a_parameter_takes_one_segment_that_is_not_empty() {
        let pet = path("/pets/{id}");
        assert!(takes(&pet, "/pets/1") && takes(&pet, "/pets/a%2Fb"));
        for other in ["/pets", "/pets/", "/pets/1/", "/pets/1/2", "/pets//", "/pets//1"] {
            assert!(!takes(&pet, other), "{other}");
        }
    }

    #[test]
    fn a_rest_takes_one_segment_or_more() {
        let files = path("/files/{rest*}");
        for below in ["/files/a", "/files/a/b", "/files/a/", "/files/a//b"] {
            assert!(takes(&files, below), "{below}");
        }
        for other in ["/files", "/files/", "/files//a", "/file/a"] {
            assert!(!takes(&files, other), "{other}");
        }
        assert!(takes(&path("/{rest*}"), "/a") && !takes(&path("/{rest*}"), "/"));
    }

    #[test]
    fn a_prefix_ends_on_a_segment_border() {
        let files = prefix("/static");
        for below in ["/static", "/static/", "/static/x", "/static/x/", "/static/x//y"] {
            assert!(takes(&files, below), "{below}");
        }
        for other in ["/statics", "/stati", "/static//", "/static//x", "/"] {
            assert!(!takes(&files, other), "{other}");
        }
        assert_eq!(prefix("/static/"), files, "a trailing slash does not count");
        assert!(takes(&prefix("/"), "/") && takes(&prefix("/"), "/a"));
        assert!(takes(&prefix("/users/{id}"), "/users/7/x"));
    }

    #[test]
    fn a_base_stands_in_front_on_a_segment_border() {
        let template = prefix("/").under(&BasePath::parse("/v2").unwrap());
        assert!(takes(&template, "/v2") && takes(&template, "/v2/x") && !takes(&template, "/v22"));
    }

    #[test]
    fn a_template_prints_what_it_reads() {
        for text in ["/", "/pets/", "/{a}.json/{b}-{c}", "/x/{rest*}", "/{rest*}", "/caf%C3%A9", "/a%2Fb"] {
            assert_eq!(path(text).to_string(), text);
        }
        for text in ["/", "/static", "/u/{id}"] {
            assert_eq!(prefix(text).to_string(), text);
        }
    }

    #[test]
    fn wrong_templates_are_refused() {
        let refused = |text: &str, error: PathError| {
            assert_eq!(PathTemplate::parse_path(text), Err(error));
        };
        refused("", PathError::NotAbsolute(String::new()));
        refused("pets", PathError::NotAbsolute("pets".into()));
        refused("{rest*}", PathError::NotAbsolute("{rest*}".into()));
        refused("/a?b", PathError::NotOnlyPath("/a?b".into(), '?'));
        for empty in ["//", "/a//b", "/a//", "//a", "/a//{rest*}", "//{rest*}"] {
            refused(empty, PathError::EmptySegment(empty.into()));
        }
        for dots in ["/.", "/a/..", "/%2e%2E/a", "/..;x", "/{a}%2F.."] {
            refused(dots, PathError::DotSegment(dots.into()));
        }
        refused("/{a}/{A}", PathError::DuplicateParameter("A".into()));
        refused("/{rest*}/a", PathError::RestNotLast("rest".into()));
        refused("/x{rest*}", PathError::RestNotLast("rest".into()));
        refused(&"/a".repeat(SEGMENTS_MAX + 1), PathError::TooManySegments);
        assert_eq!(PathTemplate::parse_prefix("/{rest*}"), Err(PathError::RestNotLast("rest".into())));
        assert_eq!(PathTemplate::parse_prefix("/a//"), Err(PathError::EmptySegment("/a//".into())));
    }
}
