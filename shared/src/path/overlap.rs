//! Overlap: whether a path exists that two templates may both take.
//!
//! The answer is safe to the side of yes: constraints and the divisions of a segment are compared only where that is
//! simple, and a no is certain.

use super::{End, PathTemplate, Pattern, Segment, encode};
use crate::constraint::Constraint;

impl PathTemplate {
    /// Whether there may be a path that both take.
    pub(crate) fn may_overlap(&self, other: &Self) -> bool {
        let shared = self.segments().len().min(other.segments().len());
        let (mine, my_rest) = self.segments().split_at(shared);
        let (theirs, their_rest) = other.segments().split_at(shared);
        mine.iter().zip(theirs).all(|(one, two)| one.may_overlap(two))
            && match (my_rest.first(), their_rest.first()) {
                (None, None) => self.end().meets(other.end()),
                (None, Some(next)) => self.end().may_take(next),
                (Some(next), _) => other.end().may_take(next),
            }
    }

    /// The template that takes the same paths with the other slash at their end; `None` where there is none, or where
    /// the template takes both.
    pub(crate) fn with_other_slash(&self) -> Option<Self> {
        if *self.end() != End::Exact {
            return None;
        }
        let mut segments = self.segments().to_vec();
        if segments.pop_if(|last| matches!(last, Segment::Literal(text) if text.is_empty())).is_none() {
            segments.push(Segment::Literal(String::new()));
        }
        (!segments.is_empty()).then(|| Self::exact(segments))
    }
}

impl Segment {
    fn may_overlap(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Literal(one), Self::Literal(two)) => one == two,
            (Self::Literal(literal), Self::Pattern(pattern))
            | (Self::Pattern(pattern), Self::Literal(literal)) => pattern.matches(&encode(literal)),
            (Self::Pattern(one), Self::Pattern(two)) => one.may_overlap(two),
        }
    }
}

impl Pattern {
    fn may_overlap(&self, other: &Self) -> bool {
        let (my_head, my_tail) = self.ends();
        let (their_head, their_tail) = other.ends();
        let heads = my_head.starts_with(their_head) || their_head.starts_with(my_head);
        let tails = my_tail.ends_with(their_tail) || their_tail.ends_with(my_tail);
        let whole = match (self.whole(), other.whole()) {
            (Some(one), Some(two)) => !one.excludes(two),
            _ => true,
        };
        heads && tails && whole
    }

    /// The literal text before the first parameter, and that behind the last.
    fn ends(&self) -> (&str, &str) {
        let mut literals = self.literals();
        (literals.next().unwrap_or_default(), literals.last().unwrap_or_default())
    }

    /// The constraint of a parameter that is the whole segment.
    fn whole(&self) -> Option<&Constraint> {
        let ([parameter], ("", "")) = (self.parameters(), self.ends()) else { return None };
        parameter.constraint()
    }
}

impl End {
    /// Whether the segments that this takes may go on with `next`.
    fn may_take(&self, next: &Segment) -> bool {
        match self {
            Self::Exact => false,
            Self::Rest(_) => *next != Segment::Literal(String::new()),
            Self::Prefix => true,
        }
    }

    /// Whether something follows, or nothing, that both take.
    fn meets(&self, other: &Self) -> bool {
        !matches!((self, other), (Self::Exact, Self::Rest(_)) | (Self::Rest(_), Self::Exact))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::path::{RequestPath, Target};

    fn path(text: &str) -> PathTemplate {
        match text.strip_suffix("/**") {
            Some(prefix) => PathTemplate::parse_prefix(if prefix.is_empty() { "/" } else { prefix }).unwrap(),
            None => PathTemplate::parse_path(text).unwrap(),
        }
    }

    #[test]
    fn what_no_path_fits_does_not_overlap() {
        for (one, two) in [
            ("/a", "/b"),
            ("/a", "/a/"),
            ("/a/{x}", "/a"),
            ("/a/{x}", "/a/"),
            ("/{x}.json", "/{x}.xml"),
            ("/a/{rest*}", "/a/"),
            ("/a/**", "/b/{x}"),
        ] {
            assert!(!path(one).may_overlap(&path(two)) && !path(two).may_overlap(&path(one)), "{one} {two}");
        }
    }

    #[test]
    fn the_other_slash_is_another_template() {
        let other = |text: &str| path(text).with_other_slash().map(|it| it.to_string());
        assert_eq!(other("/a").as_deref(), Some("/a/"));
        assert_eq!(other("/a/{x}/").as_deref(), Some("/a/{x}"));
        assert_eq!((other("/"), other("/a/{rest*}"), other("/a/**")), (None, None, None));
    }

    fn template() -> impl Strategy<Value = String> {
        let segment = prop::sample::select(vec!["a", "b", "{p}", "{p}.js", "a{p}", "{p}-{q}", "a.js"]);
        let end = prop::sample::select(vec!["", "", "/", "/{rest*}", "/**"]);
        (prop::collection::vec(segment, 0..3), end).prop_map(|(segments, end)| {
            // Names of parameters stand once in a template.
            let named = segments.iter().enumerate().map(|(at, text)| {
                format!(
                    "/{}",
                    text.replace("{p}", &format!("{{p{at}}}")).replace("{q}", &format!("{{q{at}}}"))
                )
            });
            let text = named.collect::<String>() + end;
            if text.is_empty() { "/".to_owned() } else { text }
        })
    }

    proptest! {
        #[test]
        fn templates_that_take_one_path_overlap(
            one in template(),
            two in template(),
            asked in prop::collection::vec(prop::sample::select(vec!["a", "b", "x.js", "a.js", "a-b", "ab", ""]), 1..5),
        ) {
            let asked = format!("/{}", asked.join("/"));
            let Ok(Target::Origin { path: asked, .. }) = Target::parse("GET", &asked) else { return Ok(()) };
            let takes = |template: &PathTemplate, asked: &RequestPath<'_>| template.check(asked).is_ok();
            let (one, two) = (path(&one), path(&two));
            if takes(&one, &asked) && takes(&two, &asked) {
                prop_assert!(one.may_overlap(&two) && two.may_overlap(&one), "{one} {two}");
            }
        }
    }
}
