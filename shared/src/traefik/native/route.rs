//! What Traefik's own middlewares do for a route that is forwarded.

use serde_json::{Map, Value, json};

use super::Unsaid;
use crate::group::Group;
use crate::path::{End, Parameter, PathTemplate, Segment};
use crate::rewrite::Rewrite;
use crate::traefik::child;
use crate::traefik::place::Place;
use crate::traefik::regexp::is_reserved;

/// What of the route, beside the requests that it takes, Traefik has no word for.
pub(super) fn unsaid(place: &Place<'_>) -> Option<Unsaid> {
    let Some(forwarding) = place.route.action().forwarding() else { return Some(Unsaid::Answer) };
    if forwarding.rewrite.is_some() && rewrite(place).is_none() {
        return Some(Unsaid::Path);
    }
    if !forwarding.query.is_none() {
        return Some(Unsaid::Query);
    }
    let added = !forwarding.request.add.is_empty() || !place.route.response().add.is_empty();
    if added || place.route.life().headers().next().is_some() {
        return Some(Unsaid::AddedHeader);
    }
    forwarding.cache.is_needed().then_some(Unsaid::Cache)
}

/// The chain of a route, by the last word of each name.
pub(super) fn middlewares(group: &Group, place: &Place<'_>) -> Vec<(&'static str, Value)> {
    let mut chain = child::of_route(place.route);
    chain.extend(child::body_limit(group).map(|limit| ("body", limit)));
    if let Some(forwarding) = place.route.action().forwarding() {
        let changes = &forwarding.request;
        if !changes.is_empty() {
            let headers: Map<String, Value> = child::changed(changes);
            chain.push(("request", json!({"headers": {"customRequestHeaders": headers}})));
        }
        chain.extend(rewrite(place).map(|rewrite| ("rewrite", rewrite)));
    }
    chain
}

/// The middleware for the rewrite of the path, if there is one and Traefik has the words.
fn rewrite(place: &Place<'_>) -> Option<Value> {
    match place.route.rewrite()? {
        Rewrite::Path(path) => {
            let names: Vec<_> = path.names().collect();
            let mut captured = Vec::new();
            let mut expression = "^".to_owned();
            // The rule has matched already, so that only the parts need be found, in a path that is still encoded.
            // A slash at the end is in the end of the expression.
            let is_slash = |segment: &&Segment| matches!(segment, Segment::Literal(text) if text.is_empty());
            for segment in place.path.segments().iter().filter(|segment| !is_slash(segment)) {
                expression.push('/');
                match segment {
                    Segment::Pattern(pattern) => {
                        let whole = pattern.literals().all(str::is_empty);
                        let used: Vec<_> = pattern
                            .parameters()
                            .iter()
                            .map(Parameter::name)
                            .filter(|it| names.contains(it))
                            .collect();
                        match used.as_slice() {
                            [] => expression.push_str("[^/]+"),
                            [name] if whole => {
                                captured.push((*name).clone());
                                expression.push_str("([^/]+)");
                            }
                            _ => return None,
                        }
                    }
                    Segment::Literal(_) => expression.push_str("[^/]+"),
                }
            }
            if let End::Rest(name) = place.path.end() {
                captured.push(name.clone());
                expression.push_str("/(.*)");
            } else {
                expression.push_str(if *place.path.end() == End::Prefix { ".*" } else { "/?" });
            }
            expression.push('$');
            let replacement = path.with(|name| {
                let at = captured.iter().position(|known| known == name)?;
                Some(format!("${{{}}}", at.saturating_add(1)))
            })?;
            Some(json!({"replacePathRegex": {"regex": expression, "replacement": replacement}}))
        }
        Rewrite::Prefix(prefix) => {
            (prefix.to_string() == "/").then_some(())?;
            let prefix = plain(&place.path)?;
            Some(json!({"stripPrefix": {"prefixes": [prefix]}}))
        }
    }
}

/// The text of a template of plain literals.
fn plain(path: &PathTemplate) -> Option<String> {
    let mut text = String::new();
    for segment in path.segments() {
        let Segment::Literal(literal) = segment else { return None };
        if !literal.is_ascii() || literal.contains(is_reserved) {
            return None;
        }
        text.push('/');
        text.push_str(literal);
    }
    (!text.is_empty()).then_some(text)
}
