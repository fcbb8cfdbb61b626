//! Random groups and requests over alphabets so small that they collide all the time.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use smsvc_core::decide::Headers;
use smsvc_core::group::{Group, Member};
use smsvc_core::host::HostPattern;
use smsvc_core::name::{Name, ServiceName};
use smsvc_core::path::BasePath;
use smsvc_core::route::Route;
use smsvc_core::settings::{Settings, Statement};
use smsvc_core::spec::Spec;

const HOSTS: [&str; 5] = ["a.example", "b.a.example", "*.example", "*.a.example", "[::1]"];
const REQUEST_HOSTS: [&str; 7] =
    ["a.example", "A.EXAMPLE.:80", "b.a.example", "c.b.a.example", "[::1]:8080", "other", ""];
const BASES: [&str; 4] = ["", "", "/a", "/v1"];
/// `$` stands for a parameter, whose name is chosen later.
const SEGMENTS: [&str; 12] = ["a", "a", "ab", "a%2Fb", "%C3%A9", "$", "$", "$", "$.js", "a$", "$b", "$-$"];
const ENDS: [&str; 8] = ["", "", "", "", "/", "/*", "prefix", "prefix"];
const CONSTRAINTS: [&str; 8] = ["", "", "", "", "int", "slug", "one-of(a,b)", "len(1,2)"];
const METHODS: [&str; 10] =
    ["*", "*", "GET", "GET", "GET", "POST", "GET,POST", "GET,HEAD", "HEAD", "OPTIONS"];
const TESTS: [&str; 4] = ["1", "2", "*", "!"];
pub(crate) const SETTINGS: [&[(&str, &str)]; 8] = [
    &[],
    &[],
    &[("slash", "ignore"), ("version.by", "path"), ("version.default", "2")],
    &[("slash", "redirect"), ("errors", "plain"), ("version.by", "header"), ("version.name", "x-a")],
    &[("auto", "none"), ("version.by", "query"), ("version.name", "q"), ("version.default", "1")],
    &[("auto", "head"), ("version.by", "media"), ("version.default", "1")],
    &[("cors.origins", "https://a.example"), ("cors.credentials", "true")],
    &[("limit.uri", "12"), ("limit.query", "1"), ("limit.headers", "2"), ("slash", "ignore")],
];
/// Fields that are sound on every route, more of them than one at a time.
const EXTRAS: [&[(&str, &str)]; 14] = [
    &[],
    &[],
    &[],
    &[("version", "1")],
    &[("version", "1-2")],
    &[("version", "2-3"), ("consumes", "a/b")],
    &[("consumes", "a/b,a/c")],
    &[("produces", "a/*")],
    &[("produces", "a/b"), ("deprecated", "true")],
    &[("limit.rate", "5/s")],
    &[("response.header.set.x-b", "1")],
    &[("to", "deny"), ("deny.status", "410")],
    &[("to", "redirect"), ("redirect.location", "/new")],
    &[("to", "static"), ("static.body", "hello"), ("response.header.set.x-b", "1")],
];
/// Those that templates rarely take come once.
const PARTS: [&str; 26] = [
    "v1", "v2", "a", "a", "a", "a", "a", "ab", "ab", "%61", "a-b", "a-b", "acb", "a.js", "a%2fb", "%c3%a9",
    "1", "1-2-3", "a--b", "x.y", "b", "-", "a%2Eb", "%C3", "", "..",
];

/// A name for each `$` of a path, as `p0`, `p1` … or under another word.
struct Names {
    word: &'static str,
    given: Vec<String>,
}

impl Names {
    fn fill(&mut self, text: &str) -> String {
        let mut filled = String::new();
        for char in text.chars() {
            if char == '$' {
                let name = format!("{}{}", self.word, self.given.len());
                filled.extend(["{", &name, "}"]);
                self.given.push(name);
            } else {
                filled.push(char);
            }
        }
        filled
    }
}

/// Conditions on some of `names`, mostly on none.
fn few(
    names: impl Strategy<Value = &'static str>,
) -> impl Strategy<Value = BTreeMap<&'static str, &'static str>> {
    weighted(0.2, btree_map(names, select(&TESTS[..]), 1..3)).prop_map(Option::unwrap_or_default)
}

/// The fields of a route, all of them sound but perhaps the rewrite.
fn fields() -> impl Strategy<Value = Vec<(String, String)>> {
    let path = (vec(select(&SEGMENTS[..]), 0..3), select(&ENDS[..]), select(&["p", "other"][..]));
    let constraints = vec(select(&CONSTRAINTS[..]), 8);
    let headers = few(select(&["x-a", "x-b"][..]));
    let query = few(select(&["q", "Q", "r[]"][..]));
    let rewrite = of((any::<bool>(), vec(select(&["/", "x", "$", ".", "%2F"][..]), 0..5)));
    (path, select(&METHODS[..]), constraints, headers, query, rewrite).prop_map(
        |((segments, end, word), methods, constraints, headers, query, rewrite)| {
            let mut names = Names { word, given: Vec::new() };
            let mut path: String =
                segments.iter().flat_map(|segment| ["/".to_owned(), names.fill(segment)]).collect();
            path += match end {
                "/*" => "/{rest*}",
                _ if path.is_empty() => "/",
                "prefix" => "",
                end => end,
            };
            let mut fields = vec![(if end == "prefix" { "prefix" } else { "path" }.to_owned(), path)];
            fields.push(("methods".to_owned(), methods.to_owned()));
            let constrained =
                names.given.iter().zip(constraints).filter(|(_, constraint)| !constraint.is_empty());
            fields.extend(
                constrained.map(|(name, constraint)| (format!("param.{name}"), constraint.to_owned())),
            );
            fields
                .extend(headers.into_iter().map(|(name, test)| (format!("header.{name}"), test.to_owned())));
            fields.extend(query.into_iter().map(|(name, test)| (format!("query.{name}"), test.to_owned())));
            if let Some((prefix, pieces)) = rewrite {
                names.given.extend((end == "/*").then(|| "rest".to_owned()));
                let mut used = names.given.iter().cycle();
                let fill = |piece: &str| match (piece, used.next()) {
                    ("$", Some(name)) => format!("{{{name}}}"),
                    ("$", None) => String::new(),
                    (text, _) => text.to_owned(),
                };
                let kind = if end == "prefix" && prefix { "rewrite.prefix" } else { "rewrite.path" };
                fields.push((
                    kind.to_owned(),
                    format!("/{}", pieces.into_iter().map(fill).collect::<String>()),
                ));
            }
            fields
        },
    )
}

fn settings(pairs: &[(&str, &str)]) -> Settings {
    let mut stated = Statement::default();
    for (key, value) in pairs {
        stated.set(key, value).unwrap().unwrap();
    }
    Settings::new(stated).unwrap()
}

/// A route named `r`.
pub(crate) fn route() -> impl Strategy<Value = Route> {
    (fields(), select(&EXTRAS[..])).prop_map(|(mut fields, extras)| {
        fields.extend(extras.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())));
        made("r", &fields).unwrap_or_else(|| {
            // The rewrite holds `//` or a dot segment, or the route redirects.
            fields.retain(|(field, _)| !field.starts_with("rewrite."));
            made("r", &fields).expect("all but the rewrite is sound")
        })
    })
}

fn made(name: &str, fields: &[(String, String)]) -> Option<Route> {
    let fields = fields.iter().map(|(field, value)| (field.as_str(), value.as_str()));
    Route::from_fields(Name::parse(name).unwrap(), fields).ok()
}

/// Up to three groups with up to three services each.
pub(crate) fn spec() -> impl Strategy<Value = Spec> {
    let group = (
        weighted(0.4, subsequence(&HOSTS[..], 1..=2)).prop_map(Option::unwrap_or_default),
        select(&BASES[..]),
        select(&SETTINGS[..]).prop_map(settings),
        vec(member(), 1..4),
    );
    let group = group.prop_map(|(hosts, base, settings, services)| Group {
        name: Name::parse("g").unwrap(),
        hosts: hosts.into_iter().map(|host| HostPattern::parse(host).unwrap()).collect(),
        base: BasePath::parse(base).unwrap(),
        settings,
        services,
    });
    vec(group, 0..4).prop_map(|mut groups| {
        for (index, group) in groups.iter_mut().enumerate() {
            group.name = group.name.numbered(u32::try_from(index).unwrap());
            for (number, member) in group.services.iter_mut().enumerate() {
                member.service = ServiceName::parse(&format!("s{index}_{number}")).unwrap();
            }
        }
        Spec { groups }
    })
}

/// A service with numbered routes.
fn member() -> impl Strategy<Value = Member> {
    (0_u64..3, vec(route(), 1..8)).prop_map(|(age, routes)| {
        let numbered = |(index, route): (usize, &Route)| made(&format!("r{index}"), &route.fields()).unwrap();
        Member {
            service: ServiceName::parse("s").unwrap(),
            age,
            routes: routes.iter().enumerate().map(numbered).collect(),
        }
    })
}

/// What a request is made of.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: &'static str,
    pub(crate) host: &'static str,
    pub(crate) uri: String,
    pub(crate) headers: Fields,
}

/// Headers as pairs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields(pub(crate) Vec<(String, String)>);

impl Headers for Fields {
    fn values(&self, name: &str, show: &mut dyn FnMut(&str)) {
        self.0.as_slice().values(name, show);
    }

    fn names(&self, show: &mut dyn FnMut(&str)) {
        self.0.as_slice().names(show);
    }
}

/// A request that is mostly well formed and often meant for something.
pub(crate) fn asked() -> impl Strategy<Value = Asked> {
    let path = (select(&["", "", "/a", "/v1"][..]), vec(select(&PARTS[..]), 0..4));
    let query = select(&["", "?", "?q=1", "?Q=2&q=2", "?r%5B%5D=1&q", "?q=%31+"][..]);
    let headers = vec(
        prop_oneof![
            (select(&["x-a", "x-b"][..]), select(&["1", "2"][..])),
            (
                select(&["accept", "content-type"][..]),
                select(&["a/b", "a/c;q=0.5, a/b;q=0.1", "c/d", "a/b;version=2"][..])
            ),
            (select(&["origin", "content-length"][..]), select(&["https://a.example", "7"][..])),
            (Just("access-control-request-method"), select(&["GET", "PUT"][..])),
        ],
        0..4,
    );
    let method =
        select(&["GET", "GET", "GET", "GET", "HEAD", "HEAD", "POST", "OPTIONS", "PUT", "get", "CONNECT"][..]);
    (method, select(&REQUEST_HOSTS[..]), path, query, headers).prop_map(
        |(method, host, (base, parts), query, headers)| {
            let path: String = parts.iter().flat_map(|part| ["/", part]).collect();
            let path =
                if base.is_empty() && path.is_empty() { "/".to_owned() } else { format!("{base}{path}") };
            let headers =
                headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            Asked { method, host, uri: path + query, headers: Fields(headers) }
        },
    )
}
