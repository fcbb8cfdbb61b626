//! Router rules in Traefik's language (v3 syntax).
//!
//! Every value stands in a Go string literal, so that no text of a label can end it: in backquotes where it is made of
//! harmless characters, else in double quotes with escapes.

use std::collections::BTreeSet;

use crate::decide::SERVICE_HEADER;
use crate::group::Group;
use crate::host::HostPattern;
use crate::path::BasePath;

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

/// What one group wants; nothing where it wants everything.
fn of_group(group: &Group) -> Option<String> {
    let mut hosts: Vec<String> = group.hosts.iter().map(host).collect();
    hosts.sort();
    let hosts = match hosts.as_slice() {
        [] => None,
        [host] => Some(host.clone()),
        several => Some(format!("({})", several.join(" || "))),
    };
    match (hosts, base(&group.base)) {
        (Some(hosts), Some(base)) => Some(format!("{hosts} && {base}")),
        (hosts, base) => hosts.or(base),
    }
}

/// Traefik's own `*` stands for one label only, ours for one or more.
fn host(pattern: &HostPattern) -> String {
    if let Some(suffix) = pattern.wildcard() {
        return format!("HostRegexp({})", literal(&format!("^.+\\.{}\\.?$", quote_regexp(suffix))));
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

/// The characters that Traefik leaves encoded where they came encoded (`pkg/server/router`, `withRoutingPath`).
const fn is_reserved(char: char) -> bool {
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
fn both_spellings(segment: &str) -> String {
    let spellings = |char: char| {
        let plain = quote_regexp(&char.to_string());
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
fn quote_regexp(text: &str) -> String {
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

/// A Go string literal of this text.
fn literal(text: &str) -> String {
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
            settings: crate::settings::Settings::default(),
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
