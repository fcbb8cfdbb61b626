//! Routes whose paths overlap in ways that surprise: W401 and W402.

use std::collections::BTreeSet;

use smsvc_core::constraint::Constraint;
use smsvc_core::group::Group;
use smsvc_core::path::{End, Segment};
use smsvc_core::route::Route;

use crate::finding::Finding;

/// How many pairs of one route are told: the first ones make the point.
const TOLD: usize = 1;

/// The findings of one group.
pub(super) fn findings(group: &Group) -> Vec<Finding> {
    let all: Vec<(&str, &Route)> = group
        .services
        .iter()
        .flat_map(|member| member.routes.iter().map(|route| (member.service.as_str(), route)))
        .collect();
    let mut found = Vec::new();
    for (index, (service, route)) in all.iter().enumerate() {
        let rivals = all.iter().skip(index + 1).filter(|(_, other)| ambiguous(route, other));
        for (rival, other) in rivals.take(TOLD) {
            let text = format!(
                "{} and {} both take some paths, and neither is the more specific one in every segment: the leftmost literal decides",
                label(service, route),
                label(rival, other)
            );
            found.push(Finding::warning("W401", text).of_service(*service).of_label(*rival, key(other)).of_label(*service, key(route)).with_hint(
                "docker smsvc routes test METHOD URL says which one answers; a literal or a constraint in one of them settles it",
            ));
        }
        let others: Vec<&Route> =
            all.iter().filter(|(_, other)| !std::ptr::eq(*other, *route)).map(|(_, it)| *it).collect();
        if let Some(by) = shadow(route, &others) {
            let text = format!("{} is never reached: {by}", label(service, route));
            found.push(
                Finding::warning("W402", text)
                    .of_service(*service)
                    .of_label(*service, key(route))
                    .with_hint("remove it, or narrow the others"),
            );
        }
    }
    found
}

fn label(service: &str, route: &Route) -> String {
    format!("service {service} ({}={})", key(route), route.path())
}

/// The label that says what a route takes.
fn key(route: &Route) -> String {
    let field = if *route.path().end() == End::Prefix { "prefix" } else { "path" };
    format!("smsvc.route.{}.{field}", route.name())
}

/// Whether two exact paths have a path in common and each is more specific than the other somewhere.
fn ambiguous(one: &Route, two: &Route) -> bool {
    let (first, second) = (one.path(), two.path());
    if *first.end() != End::Exact
        || *second.end() != End::Exact
        || first.segments().len() != second.segments().len()
        || !share_a_method(one, two)
        || one.version().zip(two.version()).is_some_and(|(one, two)| !one.overlaps(two))
    {
        return false;
    }
    let (mut ahead, mut behind) = (false, false);
    for (left, right) in first.segments().iter().zip(second.segments()) {
        match (left, right) {
            (Segment::Literal(left), Segment::Literal(right)) if left != right => return false,
            (Segment::Literal(text), Segment::Pattern(_)) if right.matches(text) => ahead = true,
            (Segment::Pattern(_), Segment::Literal(text)) if left.matches(text) => behind = true,
            (Segment::Literal(_), Segment::Pattern(_)) | (Segment::Pattern(_), Segment::Literal(_)) => {
                return false;
            }
            _ => {}
        }
    }
    ahead && behind
}

/// Whether a request exists whose method both take.
fn share_a_method(one: &Route, two: &Route) -> bool {
    let takes = |route: &Route, method: &str| route.methods().fit(method).is_some();
    one.methods().is_any()
        || two.methods().is_any()
        || one.methods().iter().any(|method| takes(two, method.as_str()))
        || two.methods().iter().any(|method| takes(one, method.as_str()))
}

/// Whether other routes take every request that a route could take, all of them more specific: then why.
fn shadow(route: &Route, others: &[&Route]) -> Option<String> {
    let unconditional = |other: &&&Route| {
        other.headers().is_empty()
            && other.query().is_empty()
            && other.version() == route.version()
            && other.consumes().is_any()
            && other.produces().is_any()
            && covers_methods(other, route)
    };
    let rivals: Vec<&Route> = others.iter().filter(unconditional).copied().collect();
    match route.path().end() {
        End::Prefix => prefix_shadow(route, &rivals),
        _ => choice_shadow(route, &rivals),
    }
}

/// Whether the other route takes all methods of this one, each for as good a reason.
fn covers_methods(other: &Route, route: &Route) -> bool {
    other.methods().is_any()
        || (!route.methods().is_any()
            && route.methods().iter().all(|method| other.methods().fit(method.as_str()).is_some()))
}

/// A prefix is shadowed by the same path, the same with a slash, and a rest below it.
fn prefix_shadow(route: &Route, rivals: &[&Route]) -> Option<String> {
    let segments = route.path().segments();
    let exact = |slash: bool| {
        rivals.iter().find(|rival| {
            let rival = rival.path();
            let (body, tail) = rival.segments().split_at_checked(segments.len()).unwrap_or((&[], &[]));
            let tail_fits = if slash {
                matches!(tail, [Segment::Literal(text)] if text.is_empty())
            } else {
                tail.is_empty()
            };
            *rival.end() == End::Exact && body == segments && tail_fits
        })
    };
    let rest = rivals
        .iter()
        .find(|rival| matches!(rival.path().end(), End::Rest(_)) && rival.path().segments() == segments)?;
    // The prefix of the root takes no empty path: there is none.
    let all = [if segments.is_empty() { None } else { Some(exact(false)?) }, Some(exact(true)?), Some(rest)];
    let names: Vec<String> = all.into_iter().flatten().map(|rival| rival.name().to_string()).collect();
    Some(format!("the routes {} take all of it", names.join(", ")))
}

/// A parameter with few values is shadowed by literals for each of them.
fn choice_shadow(route: &Route, rivals: &[&Route]) -> Option<String> {
    let segments = route.path().segments();
    let (at, values) = segments.iter().enumerate().find_map(|(at, segment)| {
        let Segment::Pattern(pattern) = segment else { return None };
        match pattern.parameters() {
            [only] if segment.to_string().starts_with('{') && segment.to_string().ends_with('}') => {
                only.constraint().and_then(Constraint::choices).map(|values| (at, values))
            }
            _ => None,
        }
    })?;
    let mut names = BTreeSet::new();
    for value in values {
        let rival = rivals.iter().find(|rival| {
            let other = rival.path();
            other.end() == route.path().end()
                && other.segments().len() == segments.len()
                && other.segments().iter().zip(segments).enumerate().all(|(index, (other, own))| {
                    if index == at { *other == Segment::Literal(value.clone()) } else { other == own }
                })
        })?;
        names.insert(rival.name().to_string());
    }
    Some(format!(
        "the routes {} take every value of its parameter",
        names.into_iter().collect::<Vec<_>>().join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::super::{codes, lint, subject};

    fn found(routes: &[(&str, &str)]) -> Vec<&'static str> {
        let mut labels = vec![("smsvc.group", "g"), ("smsvc.port", "80")];
        labels.extend(routes);
        codes(&[subject("one", &labels)])
    }

    #[test]
    fn templates_that_cross_are_told_once() {
        let (me, book) = (("smsvc.route.me.path", "/{a}/me"), ("smsvc.route.book.path", "/books/{id}"));
        assert_eq!(found(&[me, book]), ["W401"]);
        assert_eq!(
            found(&[me, book, ("smsvc.route.book.param.id", "int")]),
            [""; 0],
            "a book is no number called me"
        );
        let apart = [me, book, ("smsvc.route.me.methods", "GET"), ("smsvc.route.book.methods", "PUT")];
        assert_eq!(found(&apart), [""; 0]);
        assert_eq!(
            found(&[me, ("smsvc.route.all.path", "/{a}/{b}")]),
            [""; 0],
            "one is more specific throughout"
        );
    }

    #[test]
    fn a_finding_names_both_services_and_labels() {
        let of = |name: &str, label: &str, path: &str| {
            subject(name, &[("smsvc.group", "g"), ("smsvc.port", "80"), (label, path)])
        };
        let both =
            [of("one", "smsvc.route.me.path", "/{a}/me"), of("two", "smsvc.route.book.path", "/books/{id}")];
        let text = lint(&both)[0].to_string();
        for part in ["one", "two", "smsvc.route.me.path=/{a}/me", "smsvc.route.book.path=/books/{id}"] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn a_route_that_others_cover_is_told() {
        let choice = [("smsvc.route.x.path", "/a/{x}"), ("smsvc.route.x.param.x", "one-of(b,c)")];
        let b = ("smsvc.route.b.path", "/a/b");
        let c = ("smsvc.route.c.path", "/a/c");
        assert_eq!(found(&[choice[0], choice[1], b, c]), ["W402"]);
        assert_eq!(found(&[choice[0], choice[1], b]), [""; 0]);
        assert_eq!(found(&[choice[0], choice[1], b, c, ("smsvc.route.c.header.x", "*")]), [""; 0]);
        let prefix = ("smsvc.route.p.prefix", "/a");
        let cover =
            [("smsvc.route.e.path", "/a"), ("smsvc.route.s.path", "/a/"), ("smsvc.route.r.path", "/a/{r*}")];
        assert_eq!(found(&[prefix, cover[0], cover[1], cover[2]]), ["W402"]);
        assert_eq!(found(&[prefix, cover[0], cover[2]]), [""; 0]);
    }
}
