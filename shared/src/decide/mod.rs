//! Decisions: what becomes of one request.
//!
//! A request that no route declares is answered here and never reaches a service. The answer is the same in
//! Traefik's middleware and in `docker smsvc routes test`.
//!
//! Nothing is allocated for a request: what is said of it stands in a [`Room`] that is used again for the next one.

mod act;
mod answer;
mod authorize;
mod cors;
mod decimal;
mod explain;
mod fill;
mod finish;
mod judge;
mod lines;
mod near;
mod preflight;
mod room;
mod search;
mod subject;

use crate::auth::Surroundings;
use crate::method::is_token;
use crate::path::{Malformed, Target};
use crate::table::{RuleNumber, RuleView, Table};
use answer::Refused;
use near::Near;
use subject::Subject;

pub use answer::Answer;
pub use decimal::Decimal;
pub use explain::{Considered, Explanation, Verdict, explain};
pub use finish::{BodyTag, Finish};
pub use lines::Lines;
pub use room::Room;

/// The header that carries the name of the chosen router from the middleware to Traefik's child routers.
///
/// Whoever hands the request on always replaces it, so that a client cannot set it, and it is taken off again
/// before the request reaches the service.
pub const SERVICE_HEADER: &str = "X-Smsvc-Service";

/// A request, as far as a decision looks at it.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The method, with its case.
    pub method: &'a str,
    /// The value of the `Host` header, or `:authority`; empty if there is none.
    pub host: &'a str,
    /// The request target in origin form: the path, still encoded, and the query.
    pub uri: &'a str,
    /// The headers.
    pub headers: &'a dyn Headers,
    /// What else there is; asked only where a route needs a token.
    pub around: &'a dyn Surroundings,
}

/// The headers of a request; asked only where a route or its group depends on one.
pub trait Headers {
    /// Shows the values of the header `name`, given in lower case, one for each field line.
    fn values(&self, name: &str, show: &mut dyn FnMut(&str));

    /// Shows the names of all headers, in whatever case and order.
    fn names(&self, show: &mut dyn FnMut(&str));
}

/// No headers at all.
impl Headers for () {
    fn values(&self, _name: &str, _show: &mut dyn FnMut(&str)) {}

    fn names(&self, _show: &mut dyn FnMut(&str)) {}
}

/// Names and values as they came.
impl<N: AsRef<str>, V: AsRef<str>> Headers for &[(N, V)] {
    fn values(&self, name: &str, show: &mut dyn FnMut(&str)) {
        let named = self.iter().filter(|(known, _)| known.as_ref().eq_ignore_ascii_case(name));
        named.for_each(|(_, value)| show(value.as_ref()));
    }

    fn names(&self, show: &mut dyn FnMut(&str)) {
        self.iter().for_each(|(name, _)| show(name.as_ref()));
    }
}

/// What `read` makes of the first value of a header, if there is one.
pub(crate) fn first<T>(headers: &dyn Headers, name: &str, read: impl Fn(&str) -> T) -> Option<T> {
    let mut first = None;
    headers.values(name, &mut |value| {
        if first.is_none() {
            first = Some(read(value));
        }
    });
    first
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision<'a> {
    /// A service gets it.
    Forward(Forward<'a>),
    /// The client gets this answer at once.
    Answer(Answer<'a>),
}

/// Where a request goes, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward<'a> {
    /// The rule that it goes by.
    pub rule: RuleNumber,
    /// The value of [`SERVICE_HEADER`]: the service, or `service/route` where Traefik has a router for the route alone.
    pub router: &'a str,
    /// The target that the service sees in place of the client's: a path that starts with one `/`, and the
    /// query, all of it visible ASCII, with sound escapes in the path, so that Go's `url.ParseRequestURI`
    /// takes it.
    pub uri: Option<&'a str>,
    /// What becomes of the headers of the request.
    pub request: &'a Lines,
    /// What becomes of the headers of the response. What is added can be said before the service answers; the rest
    /// is done by Traefik's router for the route.
    pub response: &'a Lines,
    /// What else is to be done with the response.
    pub finish: Option<&'a Finish>,
}

/// What is decided, while what is to be said of it stands in the room.
enum Outcome<'t> {
    Forward { rule: RuleNumber, router: &'t str },
    Answer(u16),
}

/// Decides a request. What is in the room does not matter.
pub fn decide<'a>(table: &'a Table<'a>, request: &Request<'_>, room: &'a mut Room) -> Decision<'a> {
    conclude(table, request, &mut search::Tree, room)
}

/// A way to find rules: by the tree, or one by one.
trait Search<'t> {
    /// The best of the rules that take the request.
    fn best(&mut self, subject: &Subject<'_, 't>) -> Option<RuleView<'t>>;

    /// Adds all rules that have its host and path.
    fn near(&mut self, subject: &Subject<'_, 't>, near: &mut Near<'_, 't>);
}

/// What becomes of a request by the rules that `search` finds.
fn conclude<'a>(
    table: &'a Table<'a>,
    request: &Request<'_>,
    search: &mut impl Search<'a>,
    room: &'a mut Room,
) -> Decision<'a> {
    room.said.clear();
    let outcome = resolve(table, request, search, room);
    room.said.decision(&outcome)
}

fn resolve<'t>(
    table: &'t Table<'t>,
    request: &Request<'_>,
    search: &mut impl Search<'t>,
    room: &mut Room,
) -> Outcome<'t> {
    let Room { host, other, scratch, near, said } = room;
    let Request { method, uri, .. } = *request;
    // CONNECT names an authority, for which there is no route (RFC 9110, section 9.3.6).
    if !is_token(method) || method == "CONNECT" {
        return Refused::Malformed.answer(false, said);
    }
    let subject = match Target::parse(method, uri) {
        Ok(Target::Origin { path, query }) => Subject::new(table, request, host, path, query, scratch),
        // Nothing is declared for the server as a whole.
        Ok(Target::Asterisk) => return Outcome::Answer(204),
        Err(Malformed) => return Refused::Malformed.answer(false, said),
    };
    let is_preflight = method == "OPTIONS" && table.has_cors();
    if !is_preflight && let Some(rule) = search.best(&subject) {
        return subject.act(&rule, said);
    }
    let relaxed = subject.with_other_slash(other);
    let mut near = Near::new(table, near);
    if is_preflight {
        if preflight::answer(&subject, relaxed.as_ref(), search, &mut near, said) {
            return Outcome::Answer(204);
        }
        if let Some(rule) = search.best(&subject) {
            return subject.act(&rule, said);
        }
        near.clear();
    }
    if let Some(relaxed) = &relaxed
        && let Some(rule) = search.best(relaxed)
    {
        return if rule.route.scope().redirects_slash() {
            relaxed.elsewhere(&rule, said)
        } else {
            relaxed.act(&rule, said)
        };
    }
    search.near(&subject, &mut near);
    if let Some(relaxed) = &relaxed {
        search.near(relaxed, &mut near);
    }
    let scope = match near.scope() {
        Some(scope) => Some(scope),
        None => subject.concerned(),
    };
    let outcome = near.answer(method, scope.is_some_and(|scope| scope.plain_errors()), said);
    if let Some(scope) = scope {
        subject.for_browsers(&scope, said.answered());
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Spec;
    use crate::table::Rules;

    /// The headers of a request that must not be looked at.
    struct Untouched;

    impl Headers for Untouched {
        fn values(&self, name: &str, _show: &mut dyn FnMut(&str)) {
            panic!("{name} is asked for")
        }

        fn names(&self, _show: &mut dyn FnMut(&str)) {
            panic!("all headers are asked for")
        }
    }

    /// One service with these routes, as the JSON of a specification.
    fn table(routes: &str) -> String {
        let services = format!(r#"[{{"service":"s","routes":{{{routes}}}}}]"#);
        let spec = format!(r#"{{"v":1,"groups":[{{"name":"g","services":{services}}}]}}"#);
        Rules::of(&Spec::parse(&spec).unwrap()).compile()
    }

    /// What `look` makes of the decision on a request.
    fn decided<T>(table: &str, method: &str, uri: &str, look: impl FnOnce(&Decision<'_>) -> T) -> T {
        let table = Table::open(table.as_bytes()).unwrap();
        let mut room = Room::default();
        look(&decide(
            &table,
            &Request { method, host: "h", uri, headers: &Untouched, around: &() },
            &mut room,
        ))
    }

    fn status(table: &str, method: &str, uri: &str) -> u16 {
        decided(table, method, uri, |decision| match decision {
            Decision::Forward(_) => 0,
            Decision::Answer(answer) => answer.status,
        })
    }

    /// The target that the service of a single route sees.
    fn seen(route: &str, uri: &str) -> Option<String> {
        decided(&table(&format!(r#""a":{{{route}}}"#)), "GET", uri, |decision| match decision {
            Decision::Forward(forward) => Some(forward.uri.unwrap_or(uri).to_owned()),
            Decision::Answer(answer) => {
                assert_eq!(answer.status, 400);
                None
            }
        })
    }

    /// Location and body of the answer of a single route.
    fn said(route: &str, uri: &str) -> (String, String) {
        decided(&table(&format!(r#""a":{{{route}}}"#)), "GET", uri, |decision| match decision {
            Decision::Forward(_) => panic!("{uri} is forwarded"),
            Decision::Answer(answer) => {
                let location = answer.headers.pairs().find(|(name, _)| *name == "location");
                (location.unwrap_or_default().1.to_owned(), answer.body.to_owned())
            }
        })
    }

    #[test]
    fn headers_are_asked_for_only_where_a_route_has_a_condition_on_them() {
        let table = table(r#""a":{"path":"/a"},"b":{"path":"/b","methods":"PUT","header.x":"1"}"#);
        assert_eq!(status(&table, "GET", "/a"), 0);
        assert_eq!(status(&table, "GET", "/b"), 405);
    }

    #[test]
    fn nothing_is_declared_by_an_empty_table() {
        let empty = Rules::default().compile();
        assert_eq!(status(&empty, "GET", "/"), 404);
        assert_eq!(status(&empty, "OPTIONS", "/"), 404);
    }

    #[test]
    fn a_method_that_is_no_token_is_malformed_even_where_any_is_taken() {
        let table = table(r#""a":{"prefix":"/"}"#);
        assert_eq!(status(&table, "PROPFIND", "/"), 0);
        for method in ["", "GE T", "GET\n", "É", "CONNECT"] {
            assert_eq!(status(&table, method, "/"), 400, "{method:?}");
        }
    }

    #[test]
    fn a_malformed_target_is_refused_even_where_any_is_taken() {
        let table = table(r#""a":{"prefix":"/"}"#);
        for uri in ["", "a", "*", "/%", "/\0", "/é", "http://h/", "/a/../b"] {
            assert_eq!(status(&table, "GET", uri), 400, "{uri:?}");
        }
    }

    #[test]
    fn the_server_as_a_whole_has_options_but_no_methods() {
        decided(&table(r#""a":{"prefix":"/"}"#), "OPTIONS", "*", |decision| {
            let expected = Answer { status: 204, headers: &Lines::default(), body: "" };
            assert_eq!(decision, &Decision::Answer(expected));
        });
    }

    #[test]
    fn a_rewrite_that_makes_a_dot_segment_is_refused() {
        let table = table(r#""a":{"path":"/{x}","rewrite.path":"/{x}."}"#);
        assert_eq!(status(&table, "GET", "/a"), 0);
        assert_eq!(status(&table, "GET", "/a%2F"), 400);
    }

    #[test]
    fn a_condition_that_fails_is_not_found_although_another_method_is_declared() {
        let table =
            table(r#""a":{"path":"/a","methods":"GET","query.q":"1"},"b":{"path":"/a","methods":"PUT"}"#);
        assert_eq!(status(&table, "GET", "/a"), 404);
        assert_eq!(status(&table, "POST", "/a"), 405);
    }

    #[test]
    fn options_of_a_path_whose_only_condition_fails_are_answered_all_the_same() {
        let table = table(r#""a":{"path":"/a","methods":"GET","header.x":"1"}"#);
        assert_eq!(status(&table, "OPTIONS", "/a"), 204);
    }

    #[test]
    fn an_empty_segment_is_taken_by_no_parameter() {
        let table = table(r#""a":{"path":"/{a}/{b}"},"b":{"path":"/x/{rest*}"},"c":{"prefix":"/y"}"#);
        for uri in ["//", "/a/", "//b", "/x//a", "/y//a", "/y//"] {
            assert_eq!(status(&table, "GET", uri), 404, "{uri}");
        }
        for uri in ["/x/a//b", "/y/a//b", "/y/"] {
            assert_eq!(status(&table, "GET", uri), 0, "{uri}");
        }
    }

    #[test]
    fn a_parameter_is_inserted_as_it_came() {
        let path = |path: &str, rewrite: &str, uri| {
            seen(&format!(r#""path":"{path}","rewrite.path":"{rewrite}""#), uri).unwrap()
        };
        assert_eq!(path("/pets/{id}", "/internal/{id}.json", "/pets/a%2Fb"), "/internal/a%2Fb.json");
        assert_eq!(path("/{a}-{b}", "/{b}{a}", "/1-2"), "/21");
        assert_eq!(path("/{owner}/{repo}/{rest*}", "/{rest}/{owner}", "/a%2Fb/c/d%20/e/"), "/d%20/e//a%2Fb");
        assert_eq!(path("/f/{rest*}", "/{rest}", "/f/a/b/?x"), "/a/b/?x");
    }

    #[test]
    fn a_prefix_is_replaced_and_the_remainder_stays() {
        let prefix = |prefix: &str, rewrite: &str, uri| {
            seen(&format!(r#""prefix":"{prefix}","rewrite.prefix":"{rewrite}""#), uri).unwrap()
        };
        for (from, to) in [("/s", "/new"), ("/s/", "/new/"), ("/s/x/y", "/new/x/y")] {
            assert_eq!((prefix("/s", "/new", from), prefix("/s", "/new/", from)), (to.into(), to.into()));
        }
        for (from, to) in [("/s", "/"), ("/s/", "/"), ("/s/x", "/x"), ("/s?q", "/?q")] {
            assert_eq!(prefix("/s", "/", from), to);
        }
        assert_eq!(prefix("/u/{id}", "/{id}/home", "/u/7/x"), "/7/home/x");
    }

    #[test]
    fn of_a_query_what_is_kept_stands_as_it_came() {
        let query = |fields: &str, query: &str| {
            seen(&format!(r#""path":"/a",{fields}"#), &format!("/a{query}")).unwrap()
        };
        assert_eq!(query(r#""rewrite.query.remove":"a,b""#, "?x=%zz&a=1&%61=2&b&y"), "/a?x=%zz&y");
        let only = r#""rewrite.query.allow":"a""#;
        assert_eq!(query(only, "?x=1&a=1&A=2&&a"), "/a?a=1&a");
        assert_eq!(query(only, "?x=1"), "/a");
        let set = r#""rewrite.query.set.tenant":"a&b c""#;
        assert_eq!(query(set, "?tenant=x&q=1&tenant"), "/a?q=1&tenant=a%26b%20c");
        assert_eq!(query(set, ""), "/a?tenant=a%26b%20c");
        assert_eq!(query(r#""methods":"*""#, "?a&&b"), "/a?a&&b");
    }

    #[test]
    fn a_redirect_keeps_the_query_unless_it_has_its_own_and_no_request_chooses_its_host() {
        let to = |location: &str, uri: &str| {
            let fields = format!(r#""path":"/old/{{id}}","to":"redirect","redirect.location":"{location}""#);
            said(&fields, uri).0
        };
        assert_eq!(to("/new/{id}", "/old/7?x=1"), "/new/7?x=1");
        assert_eq!(to("https://h.example/{id}", "/old/7"), "https://h.example/7");
        assert_eq!(to("/new?id={id}", "/old/7?x=1"), "/new?id=7");
        assert_eq!(to("/new#{id}", "/old/7?x=1"), "/new#7");
        for start in ["%2Fevil.example", "\\evil.example", "%5Cevil.example"] {
            let text = to("/{id}", &format!("/old/{start}"));
            assert!(text.starts_with("/%"), "{text}");
        }
    }

    #[test]
    fn a_fixed_answer_says_what_it_says_whatever_is_asked() {
        let body = |body: &str, uri| {
            let fields = format!(r#""path":"/{{id}}/{{rest*}}","to":"static","static.body":"{body}""#);
            said(&fields, uri).1
        };
        assert_eq!(body(r#"{\"id\": \"{id}\", é}"#, "/7/x"), r#"{"id": "7", é}"#);
        assert_eq!(body("{id}", "/\"<x>'&\\/c"), "%22%3Cx%3E%27%26%5C");
        assert_eq!(body("{{id} { {rest}", "/7/x%20/y"), "{id} { x%20/y");
    }
}
