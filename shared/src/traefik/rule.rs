//! Router rules in Traefik's language (v3 syntax).
//!
//! Every value stands in a Go string literal, so that no text of a label can end it: in backquotes where it is made of
//! harmless characters, else in double quotes with escapes.

use std::collections::{BTreeMap, BTreeSet};

use super::place::{Claim, Place};
use super::regexp::{self, Fit, both_spellings, is_reserved, quote};
use crate::condition::Test;
use crate::decide::SERVICE_HEADER;
use crate::group::Group;
use crate::host::HostPattern;
use crate::path::{BasePath, End, PathTemplate, Segment};
use crate::settings::{Settings, Slash};
use crate::version::VersionBy;

/// The rule of the parent router: what any of the groups may want. Nothing without groups.
///
/// Where a group has neither host nor base path, it wants everything, and the rule is `PathPrefix` of the root alone.
/// It is the shortest rule there is, and Traefik prefers the longer: such a group does not take requests away from
/// other routers of the entry point.
pub(super) fn parent<'g>(groups: impl IntoIterator<Item = &'g Group>) -> Option<String> {
    let wanted: BTreeSet<Option<String>> = groups.into_iter().map(of_group).collect();
    if wanted.is_empty() {
        return None;
    }
    let wanted: Option<Vec<String>> = wanted.into_iter().collect();
    Some(wanted.map_or_else(|| "PathPrefix(`/`)".to_owned(), |wanted| wanted.join(" || ")))
}

/// The rule of a child router, by what it is found by.
pub(super) fn child(router: &str) -> String {
    format!("Header({}, {})", literal(SERVICE_HEADER), literal(router))
}

/// The rule of a router for some claims of a group, below a parent that has its hosts or by itself.
///
/// Claims that ask the same of method and headers share an expression, whose alternatives are sorted: Go takes what
/// they start with alike together, so that it matters little how many there are.
pub(super) fn claims(group: &Group, claims: &[Claim<'_, '_>]) -> String {
    let mut paths: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (place, methods) in places(claims) {
        let preflights = group.settings.cors().is_some()
            && methods.as_ref().is_none_or(|methods| methods.contains("OPTIONS"));
        let preflights = preflights.then(|| {
            let preflight = ["Origin", "Access-Control-Request-Method"].map(present_header).join(" && ");
            format!("!(Method(`OPTIONS`) && {preflight})")
        });
        let conditions = of_methods(methods.as_ref()).into_iter().chain(of_headers(place)).chain(preflights);
        paths.entry(joined(conditions)).or_default().insert(path(group, place));
    }
    let alternatives: Vec<String> = paths
        .iter()
        .map(|(conditions, paths)| {
            let paths = paths.iter().map(String::as_str).collect::<Vec<_>>();
            let expression = match paths.as_slice() {
                [one] => format!("^{one}"),
                several => format!("^(?:{})", several.join("|")),
            };
            format!("{conditions}PathRegexp({})", literal(&expression))
        })
        .collect();
    let alternatives = match alternatives.as_slice() {
        [one] => one.clone(),
        several => format!("({})", several.join(" || ")),
    };
    match hosts(group) {
        Some(hosts) => format!("{hosts} && {alternatives}"),
        None => alternatives,
    }
}

/// The rule of a child router that is one route, below a parent that has hosts and base: all that Traefik can say of it.
pub(super) fn native(group: &Group, claims: &[Claim<'_, '_>]) -> String {
    let rules = places(claims).into_iter().map(|(place, methods)| {
        let query = place.route.query().iter().map(|(name, test)| {
            let present = || format!("QueryRegexp({}, {})", literal(name.as_str()), literal(".*"));
            match test {
                Test::Equals(text) => {
                    format!("Query({}, {})", literal(name.as_str()), literal(text.as_str()))
                }
                Test::Present => present(),
                Test::Absent => format!("!{}", present()),
            }
        });
        let conditions = of_methods(methods.as_ref())
            .into_iter()
            .chain(of_headers(place))
            .chain(query)
            .chain(version(&group.settings, place));
        let loose = group.settings.slash() == Slash::Ignore;
        let literal_path = (!loose).then(|| plain(&place.path)).flatten();
        let path = literal_path.map_or_else(
            || format!("PathRegexp({})", literal(&format!("^{}", path(group, place)))),
            |plain| format!("Path({})", literal(&plain)),
        );
        format!("{}{path}", joined(conditions))
    });
    rules.collect::<Vec<_>>().join(" || ")
}

/// The places of some claims, each with all its methods; `None` for any.
fn places<'p, 'g>(claims: &[Claim<'p, 'g>]) -> Vec<(&'p Place<'g>, Option<BTreeSet<&'p str>>)> {
    let mut places: Vec<(&Place<'_>, Option<BTreeSet<&str>>)> = Vec::new();
    for claim in claims {
        match places.iter_mut().find(|(place, _)| std::ptr::eq(*place, claim.place)) {
            Some((_, Some(methods))) => methods.extend(claim.methods().into_iter().flatten()),
            Some(_) => {}
            None => places.push((claim.place, claim.methods())),
        }
    }
    places
}

/// The version that a place is for, where a header or the query tells it; `None` where Traefik cannot.
///
/// It is read as the plugin reads it, but from any value and not from the first.
pub(super) fn version(settings: &Settings, place: &Place<'_>) -> Option<String> {
    let (range, versioning) = (place.version?, settings.versioning()?);
    // As many zeros may stand in front as make four digits.
    let spellings = range.versions().map(|version| {
        let digits = version.to_string();
        format!("0{{0,{}}}{digits}", 4_usize.saturating_sub(digits.len()))
    });
    let expression = format!(r"^\s*[vV]*(?:{})\s*$", spellings.collect::<Vec<_>>().join("|"));
    let (name, matcher) = match versioning.by() {
        VersionBy::Header => (versioning.name()?, "HeaderRegexp"),
        VersionBy::Query => (versioning.name()?, "QueryRegexp"),
        VersionBy::Path | VersionBy::Media => return None,
    };
    let named = format!("{matcher}({}, {})", literal(name), literal(&expression));
    let usual = versioning.default().is_some_and(|version| range.versions().contains(&version));
    let absent = format!("!{matcher}({}, {})", literal(name), literal(".*"));
    Some(if usual { format!("({named} || {absent})") } else { named })
}

/// The text of a path of literals that Traefik always has decoded.
fn plain(path: &PathTemplate) -> Option<String> {
    if path.end() != &End::Exact {
        return None;
    }
    let segments = path.segments().iter().map(|segment| match segment {
        Segment::Literal(literal) if !literal.contains(is_reserved) => Some(format!("/{literal}")),
        _ => None,
    });
    segments.collect()
}

/// An expression for the paths of a place: exact where it can be, since another service may be there.
fn path(group: &Group, place: &Place<'_>) -> String {
    let loose = group.settings.slash() == Slash::Ignore;
    let exact = regexp::of_template(&place.path, loose, Fit::Exact);
    exact.or_else(|_| regexp::of_template(&place.path, loose, Fit::Wide)).unwrap_or_default()
}

/// The condition on the method; nothing for any.
fn of_methods(methods: Option<&BTreeSet<&str>>) -> Option<String> {
    let methods: Vec<String> = methods?.iter().map(|method| format!("Method({})", literal(method))).collect();
    Some(if let [one] = methods.as_slice() { one.clone() } else { format!("({})", methods.join(" || ")) })
}

fn of_headers(place: &Place<'_>) -> impl Iterator<Item = String> {
    place.route.headers().iter().map(|(name, test)| match test {
        Test::Equals(text) => format!("Header({}, {})", literal(name.as_str()), literal(text.as_str())),
        Test::Present => present_header(name.as_str()),
        Test::Absent => format!("!{}", present_header(name.as_str())),
    })
}

fn present_header(name: &str) -> String {
    format!("HeaderRegexp({}, {})", literal(name), literal(".*"))
}

/// Conditions in front of another.
fn joined(conditions: impl Iterator<Item = String>) -> String {
    conditions.map(|condition| condition + " && ").collect()
}

/// The hosts of a group; nothing for any.
fn hosts(group: &Group) -> Option<String> {
    let mut hosts: Vec<String> = group.hosts.iter().map(host).collect();
    hosts.sort();
    match hosts.as_slice() {
        [] => None,
        [host] => Some(host.clone()),
        several => Some(format!("({})", several.join(" || "))),
    }
}

/// What one group wants; nothing where it wants everything.
fn of_group(group: &Group) -> Option<String> {
    match (hosts(group), base(&group.base)) {
        (Some(hosts), Some(base)) => Some(format!("{hosts} && {base}")),
        (hosts, base) => hosts.or(base),
    }
}

/// Traefik's own `*` stands for one label only, ours for one or more.
fn host(pattern: &HostPattern) -> String {
    if let Some(suffix) = pattern.wildcard() {
        return format!("HostRegexp({})", literal(&format!("^.+\\.{}\\.?$", quote(suffix))));
    }
    // Traefik compares an IPv6 address without its brackets.
    let exact = pattern.exact().unwrap_or_default();
    let bare = exact.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(exact);
    format!("Host({})", literal(bare))
}

/// The base path itself and everything below it; nothing for an empty one.
///
/// Traefik decodes a path before it compares, but leaves the reserved characters of RFC 3986, section 2.2, as they
/// came. A base path that has some therefore takes a regular expression with both spellings.
fn base(base: &BasePath) -> Option<String> {
    if base.is_empty() {
        return None;
    }
    if base.segments().iter().any(|segment| segment.contains(is_reserved)) {
        let segments: Vec<String> = base.segments().iter().map(|segment| both_spellings(segment)).collect();
        return Some(format!("PathRegexp({})", literal(&format!("^/{}(?:/|$)", segments.join("/")))));
    }
    let path = format!("/{}", base.segments().join("/"));
    Some(format!("(Path({}) || PathPrefix({}))", literal(&path), literal(&format!("{path}/"))))
}

/// A Go string literal of this text.
pub(super) fn literal(text: &str) -> String {
    if text.chars().all(|char| char.is_ascii_graphic() && char != '`') {
        return format!("`{text}`");
    }
    let escaped = |char: char| match char {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '/' | '-' | '_' | '.' | '~' => char.to_string(),
        _ => format!("\\U{:08x}", u32::from(char)),
    };
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::name::Name;

    fn group(hosts: &[&str], base: &str) -> Group {
        Group {
            name: Name::parse("g").unwrap(),
            hosts: hosts.iter().map(|host| HostPattern::parse(host).unwrap()).collect(),
            base: BasePath::parse(base).unwrap(),
            settings: Settings::default(),
            services: vec![],
        }
    }

    fn rule(hosts: &[&str], base: &str) -> String {
        parent(&[group(hosts, base)]).unwrap()
    }

    #[test]
    fn a_group_wants_its_hosts_and_its_base_path() {
        assert_eq!(
            rule(&["b.example.com", "*.a.example.com"], "/v2"),
            r"(Host(`b.example.com`) || HostRegexp(`^.+\.a\.example\.com\.?$`)) && (Path(`/v2`) || PathPrefix(`/v2/`))"
        );
    }

    #[test]
    fn what_a_group_does_not_say_does_not_matter() {
        assert_eq!(rule(&[], "/v2"), "(Path(`/v2`) || PathPrefix(`/v2/`))");
        assert_eq!(rule(&["a.example.com"], ""), "Host(`a.example.com`)");
        assert_eq!(rule(&[], ""), "PathPrefix(`/`)");
    }

    #[test]
    fn groups_are_united_and_equal_ones_stand_once() {
        let groups = [group(&["b"], ""), group(&["a"], "/x"), group(&["b"], "")];
        assert_eq!(parent(&groups).unwrap(), "Host(`a`) && (Path(`/x`) || PathPrefix(`/x/`)) || Host(`b`)");
        assert_eq!(parent(&[]), None);
    }

    #[test]
    fn a_group_that_wants_everything_makes_the_rule_the_shortest() {
        assert_eq!(parent(&[group(&["a"], "/x"), group(&[], "")]).unwrap(), "PathPrefix(`/`)");
    }

    #[test]
    fn an_ipv6_host_stands_without_brackets() {
        assert_eq!(rule(&["[::1]"], ""), "Host(`::1`)");
    }

    #[test]
    fn reserved_characters_of_a_base_path_are_matched_in_both_spellings() {
        assert_eq!(rule(&[], "/a:b"), r"PathRegexp(`^/a(?:\:|%3A)b(?:/|$)`)");
        assert_eq!(rule(&[], "/a%2Fb"), "PathRegexp(`^/a%2Fb(?:/|$)`)");
    }

    #[test]
    fn other_characters_stand_decoded() {
        assert_eq!(rule(&[], "/a%60b"), r#"(Path("/a\U00000060b") || PathPrefix("/a\U00000060b/"))"#);
        assert_eq!(rule(&[], "/caf%C3%A9"), r#"(Path("/caf\U000000e9") || PathPrefix("/caf\U000000e9/"))"#);
    }

    /// The rule without its string literals, read as Go reads them.
    fn skeleton(rule: &str) -> String {
        let mut skeleton = String::new();
        let mut chars = rule.chars();
        while let Some(char) = chars.next() {
            match char {
                '`' => assert!(chars.by_ref().any(|char| char == '`'), "open literal"),
                '"' => loop {
                    match chars.next().expect("open literal") {
                        '"' => break,
                        '\\' => {
                            chars.next();
                        }
                        _ => {}
                    }
                },
                other => skeleton.push(other),
            }
        }
        skeleton
    }

    proptest! {
        #[test]
        fn no_text_of_a_label_gets_out_of_its_literal(
            hosts in prop::collection::vec("[a-z`\"\\\\)(|&*. \\[\\]:-]{0,12}|\\PC{0,8}", 0..3),
            base in "(/([a-z`\"'\\\\()|&:;,.$^*+é-]|%[2-7][0-9A-F]){1,6}){0,3}",
        ) {
            let hosts: Vec<HostPattern> = hosts.iter().filter_map(|host| HostPattern::parse(host).ok()).collect();
            let Ok(base) = BasePath::parse(&base) else { return Ok(()) };
            let group = Group { hosts, base, ..group(&[], "") };
            let skeleton = skeleton(&parent(&[group]).unwrap());
            for word in skeleton.split(|char: char| !char.is_ascii_alphabetic()).filter(|word| !word.is_empty()) {
                prop_assert!(
                    ["Host", "HostRegexp", "Path", "PathPrefix", "PathRegexp"].contains(&word),
                    "{}", skeleton
                );
            }
            prop_assert!(skeleton.chars().all(|c| c.is_ascii_alphabetic() || " ()|&".contains(c)), "{}", skeleton);
        }
    }
}
