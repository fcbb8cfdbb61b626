//! The vocabulary: every key that a `smsvc.*` label can have, with what it means and what its value looks like.
//!
//! [`parse`](super::parse()) takes no key that does not stand here, and the schema for editors is made of it, so that both
//! know the same ones. What a value means is judged by the type that reads it; the shape told here is never narrower.

/// A key, without `smsvc.` in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) scope: Scope,
    /// In lower case; it ends with a dot where a name follows.
    pub(super) field: &'static str,
    pub(super) named: Option<Named>,
    pub(super) shape: Shape,
    pub(super) about: &'static str,
}

/// Where a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// `smsvc.<field>`: of the service, or of its group.
    Service,
    /// `smsvc.route.<name>.<field>`, and `smsvc.defaults.<field>` for all routes of the service.
    Route,
    /// `smsvc.route.<name>.<field>` alone.
    EachRoute,
}

/// What the name at the end of a key is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// A header that a client may send.
    Header,
    /// A header that a route may change.
    ChangeableHeader,
    /// A header that tells a claim.
    ClaimHeader,
    /// A query parameter, in which case counts.
    Query,
    /// A parameter of the path.
    Parameter,
}

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Any text.
    Text,
    /// One of these.
    Words(&'static [&'static str]),
    /// One of these, in whatever case.
    AnyCase(&'static [&'static str]),
    /// A text that matches this regular expression (ECMA 262) as a whole.
    Pattern(&'static str),
}

const SIZE: &str = r"0*[1-9][0-9]*\s*(?:[kKmMgG][iI]?[bB]|[bB])?\s*";
const COUNT: &str = "0*[1-9][0-9]*";
const PORT: &str =
    "0*(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
const NAME: &str = "[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?";
const PATH: &str = "/.*";
const HEALTH_PATH: &str = r"/(?:[^/\s#][^\s#]*)?";
const DAY: &str = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
const HEADER_LIST: &str = r"\s*[!#$%&'*+.^_`|~0-9A-Za-z-]+\s*(?:,\s*[!#$%&'*+.^_`|~0-9A-Za-z-]+\s*)*";
const MEDIA_LIST: &str = r"\s*[^\s,;/]+/[^\s,;/]+\s*(?:,\s*[^\s,;/]+/[^\s,;/]+\s*)*";
const BOOLEAN: &[&str] = &["true", "false"];

const fn service(field: &'static str, shape: Shape, about: &'static str) -> Key {
    Key { scope: Scope::Service, field, named: None, shape, about }
}

const fn route(field: &'static str, shape: Shape, about: &'static str) -> Key {
    Key { scope: Scope::Route, field, named: None, shape, about }
}

const fn path(field: &'static str, about: &'static str) -> Key {
    Key { scope: Scope::EachRoute, field, named: None, shape: Pattern(PATH), about }
}

const fn named(field: &'static str, named: Named, shape: Shape, about: &'static str) -> Key {
    Key { scope: Scope::Route, field, named: Some(named), shape, about }
}

const fn service_named(field: &'static str, named: Named, shape: Shape, about: &'static str) -> Key {
    Key { scope: Scope::Service, field, named: Some(named), shape, about }
}

use Named::{ChangeableHeader, ClaimHeader, Header, Parameter, Query};
use Shape::{AnyCase, Pattern, Text, Words};

/// All keys.
pub(super) const KEYS: &[Key] = &[
    service("schema", Words(&["1"]), "The version of this grammar; may be left out"),
    service("group", Pattern(NAME), "The API group that the service belongs to"),
    service(
        "host",
        Pattern("[^,]+(?:,[^,]+)*"),
        "Hosts of the group, with commas between them; *. stands for one or more labels; none means any host",
    ),
    service("base", Pattern("(?:/.*)?"), "What stands in front of every path of the group"),
    service("port", Pattern(PORT), "The port that the tasks of the service listen on"),
    service("scheme", Words(&["http", "h2c", "https"]), "What the tasks of the service speak"),
    service(
        "health.path",
        Pattern(HEALTH_PATH),
        "What Traefik asks each task for, to see whether it answers",
    ),
    service("health.interval", Pattern("[0-9]+s?"), "The seconds between two such questions; 5 without it"),
    service("health.timeout", Pattern("[0-9]+s?"), "The seconds that the answer may take; 2 without it"),
    service(
        "network",
        Pattern(r"[\s\S]+"),
        "The network that Traefik shares with a service that is on several",
    ),
    service(
        "endpoint",
        AnyCase(&["auto", "vip", "dnsrr"]),
        "The endpoint mode: auto takes dnsrr wherever nobody needs the virtual IP",
    ),
    service(
        "owner",
        Words(BOOLEAN),
        "Whether this service stands for its group where the group is written into labels of Traefik",
    ),
    service(
        "compiled",
        Pattern("sha256:[0-9a-f]{64}"),
        "Written by docker smsvc with the traefik.* labels of a group that goes without the provider",
    ),
    service(
        "slash",
        Words(&["strict", "ignore", "redirect"]),
        "What becomes of a path that has a slash more or less at its end",
    ),
    service(
        "errors",
        Words(&["problem", "plain"]),
        "Errors as application/problem+json, or as a line of text",
    ),
    service(
        "auto",
        Pattern(r"\s*none\s*|\s*(?:head|options)\s*(?:,\s*(?:head|options)\s*)*"),
        "The methods that come for free: a list of head and options, or none",
    ),
    service(
        "version.by",
        Words(&["path", "header", "query", "media"]),
        "Where a request says the version of the API that it wants",
    ),
    service("version.name", Pattern(r"[\s\S]+"), "The header, parameter or segment that says the version"),
    service("version.default", Pattern("[0-9]{1,4}"), "The version that is meant where none is said"),
    service("cors.origins", Text, "Origins that browsers may call from, such as https://*.example.com, or *"),
    service("cors.methods", Text, "Methods that browsers may use, or *; without it those of the path"),
    service("cors.headers", Text, "Headers that browsers may send, or *"),
    service("cors.expose", Text, "Headers that browsers may read, or *"),
    service("cors.credentials", Words(BOOLEAN), "Whether browsers may send cookies"),
    service(
        "cors.max-age",
        Pattern("[0-9]+s?"),
        "The seconds that a browser may keep the answer to a preflight",
    ),
    service(
        "entrypoints",
        Pattern(r"\s*[A-Za-z0-9._-]+\s*(?:,\s*[A-Za-z0-9._-]+\s*)*"),
        "Entry points of Traefik for the group, with commas between them",
    ),
    service(
        "tls",
        Pattern("[A-Za-z0-9._-]+"),
        "Whether these end TLS: true, false or the name of a certificate resolver",
    ),
    service(
        "auth.keys",
        Text,
        "The keys of the issuer of tokens: a JSON Web Key Set of public keys; what stands here can be read by many",
    ),
    service(
        "auth.secret-file",
        Pattern("/.+"),
        "The file, where Traefik runs, with the secret that the issuer of tokens shares (HS256)",
    ),
    service(
        "auth.algorithms",
        Text,
        "The only algorithms of tokens: a list of HS256, RS256, ES256 and EdDSA",
    ),
    service("auth.issuer", Text, "Who issues the tokens (iss): a list"),
    service(
        "auth.audience",
        Text,
        "For whom the tokens are (aud): a list, or *; without it for nobody in particular",
    ),
    service(
        "auth.leeway",
        Pattern("[0-9]+s?"),
        "The seconds that clocks may differ, 300 at most; 30 without it",
    ),
    service(
        "auth.permissions-claim",
        Text,
        "Where a token lists permissions, such as realm_access.roles; permissions without it",
    ),
    service("auth.scopes-claim", Text, "Where a token lists scopes; scope without it"),
    service_named(
        "auth.claims.",
        ClaimHeader,
        Text,
        "The claim that services get in this header, which clients cannot send",
    ),
    service("limit.body", Pattern(SIZE), "The longest body of a request, such as 1MiB"),
    service("limit.uri", Pattern(SIZE), "The longest path with query, such as 8KiB"),
    service("limit.query", Pattern(COUNT), "The most query parameters"),
    service("limit.headers", Pattern(COUNT), "The most names of headers"),
    path("path", "The path of the route, such as /pets/{petId}; {rest*} at the end takes all that follows"),
    path("prefix", "The path of the route, with everything below it"),
    route("methods", Text, "Its methods with commas between them; any without it"),
    route(
        "version",
        Pattern(r"\s*[0-9]{1,4}\s*(?:-\s*[0-9]{1,4}\s*)?"),
        "The versions of the API that it belongs to, such as 2 or 1-3",
    ),
    named(
        "param.",
        Parameter,
        Pattern(r"\s*(?:int|uint|uuid|date|slug|len\([^)]*\)|one-of\([\s\S]*\))\s*"),
        "What a parameter of the path must look like",
    ),
    named("header.", Header, Text, "What a header must say; * for present, ! for absent"),
    named("query.", Query, Text, "What a query parameter must say; * for present, ! for absent"),
    route(
        "consumes",
        Pattern(MEDIA_LIST),
        "Types of the bodies that it takes, such as application/json,text/*",
    ),
    route("produces", Pattern(MEDIA_LIST), "Types of the bodies that it answers with"),
    route("auth", Words(&["jwt", "none"]), "Whether a request needs a token (JWT); none without it"),
    route(
        "auth.permissions",
        Text,
        "The permissions of which a token has to have one, with commas between them",
    ),
    route("auth.scopes", Text, "The scopes that a token has to have, all of them"),
    route(
        "to",
        Words(&["forward", "redirect", "static", "deny"]),
        "What it does with a request: forward without it",
    ),
    route(
        "redirect.status",
        Words(&["301", "302", "303", "307", "308"]),
        "The status of a redirect; 302 without it",
    ),
    route("redirect.location", Text, "Where a redirect leads, such as /new/{petId}"),
    route("static.status", Pattern("[2-5][0-9]{2}"), "The status of a fixed answer; 200 without it"),
    route("static.type", Pattern(r"\s*[^\s,;/]+/[^\s,;/]+\s*"), "The type of a fixed answer"),
    route("static.body", Text, "The body of a fixed answer, in which {petId} is a parameter and {{ a brace"),
    route(
        "deny.status",
        Pattern("[45][0-9]{2}"),
        "The status with which a request is denied; 403 without it",
    ),
    route("rewrite.path", Pattern(PATH), "The path that the service sees instead"),
    route("rewrite.prefix", Pattern(PATH), "What the service sees in the place of base and prefix"),
    route("rewrite.query.remove", Text, "Query parameters that the service does not get"),
    route("rewrite.query.allow", Text, "The only query parameters that the service gets"),
    named("rewrite.query.set.", Query, Text, "A query parameter that the service gets"),
    route("request.header.remove", Pattern(HEADER_LIST), "Headers that the service does not get"),
    named("request.header.set.", ChangeableHeader, Text, "A header that the service gets"),
    named(
        "request.header.add.",
        ChangeableHeader,
        Text,
        "A header that the service gets beside those of its name",
    ),
    route("response.header.remove", Pattern(HEADER_LIST), "Headers that the client does not get"),
    named("response.header.set.", ChangeableHeader, Text, "A header that the client gets"),
    named(
        "response.header.add.",
        ChangeableHeader,
        Text,
        "A header that the client gets beside those of its name",
    ),
    route("cache.control", Text, "Cache-Control of an answer without one"),
    route("cache.etag", Words(&["weak"]), "An ETag for an answer without one"),
    route(
        "limit.rate",
        Pattern("0*[1-9][0-9]*/[smh]"),
        "How many requests of a client, such as 100/s, 100/m or 100/h",
    ),
    route("limit.inflight", Pattern(COUNT), "How many requests at the same time"),
    route(
        "deprecated",
        Pattern("true|[0-9]{4}-[0-9]{2}-[0-9]{2}"),
        "Since when it is deprecated: a day such as 2026-08-01, or true",
    ),
    route("sunset", Pattern(DAY), "When it ends: a day such as 2026-08-01"),
    route("successor", Text, "The URI of what comes after it"),
    route("op", Text, "The operation of an OpenAPI document that it was made of"),
    route("tag", Text, "The tag of an OpenAPI document that it was made of"),
];

/// Whether there is a key of the service itself, in lower case.
pub(super) fn is_of_service(key: &str) -> bool {
    KEYS.iter().filter(|known| known.scope == Scope::Service).any(|known| match known.named {
        Some(_) => key.starts_with(known.field),
        None => key == known.field,
    })
}

/// Whether there is a field of a route, in lower case but for the name at its end.
pub(super) fn is_of_route(field: &str) -> bool {
    KEYS.iter().filter(|known| known.scope != Scope::Service).any(|known| match known.named {
        Some(_) => field.starts_with(known.field),
        None => field == known.field,
    })
}
