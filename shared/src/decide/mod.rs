//! Decisions: what becomes of one request.
//!
//! A request that no route declares is answered here and never reaches a service. The answer is the same in
//! Traefik's middleware and in `docker smsvc routes test`.

mod answer;
mod explain;
mod search;

use crate::host::RequestHost;
use crate::method::is_token;
use crate::path::{Malformed, RequestPath, Target};
use crate::table::{Rule, Table};

pub use answer::Answer;
pub use explain::{Considered, Explanation, Verdict, explain};

/// The header that carries the name of the chosen service from the middleware to Traefik's child router.
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
}

/// The headers of a request; asked only where a route has a condition on one.
pub trait Headers {
    /// The values of the header `name`, given in lower case, one for each field line.
    fn values(&self, name: &str) -> Vec<String>;
}

/// No headers at all.
impl Headers for () {
    fn values(&self, _name: &str) -> Vec<String> {
        Vec::new()
    }
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision<'t> {
    /// A service gets it.
    Forward(Forward<'t>),
    /// The client gets this answer at once.
    Answer(Answer),
}

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward<'t> {
    /// The group that the route belongs to.
    pub group: &'t str,
    /// The service, and the value of [`SERVICE_HEADER`].
    pub service: &'t str,
    /// The route.
    pub route: &'t str,
    /// The target that the service sees in place of the client's: a path that starts with one `/`, and the
    /// client's query, all of it visible ASCII, with sound escapes in the path, so that Go's `url.ParseRequestURI`
    /// takes it.
    pub uri: Option<String>,
}

/// Decides a request.
pub fn decide<'t>(table: &'t Table, request: &Request<'_>) -> Decision<'t> {
    match Subject::new(request) {
        Ok(subject) => match search::best(table, &subject) {
            Some(rule) => subject.forward(rule),
            None => Decision::Answer(search::refusal(table, &subject)),
        },
        Err(answer) => Decision::Answer(answer),
    }
}

/// A request that is well formed, taken apart.
struct Subject<'a> {
    method: &'a str,
    host: RequestHost<'a>,
    path: RequestPath<'a>,
    query: Option<&'a str>,
    headers: &'a dyn Headers,
}

impl<'a> Subject<'a> {
    /// Takes a request apart, or answers it.
    fn new(request: &Request<'a>) -> Result<Self, Answer> {
        let Request { method, host, uri, headers } = *request;
        // CONNECT names an authority, for which there is no route (RFC 9110, section 9.3.6).
        if !is_token(method) || method == "CONNECT" {
            return Err(Answer::bad_request());
        }
        match Target::parse(method, uri) {
            Ok(Target::Origin { path, query }) => {
                Ok(Self { method, host: RequestHost::new(host), path, query, headers })
            }
            Ok(Target::Asterisk) => Err(Answer::options_of_server()),
            Err(Malformed) => Err(Answer::bad_request()),
        }
    }

    /// The first header or query condition of a rule that the request fails.
    fn unmet<'t>(&self, rule: &'t Rule) -> Option<Verdict<'t>> {
        let mut headers = rule.route().headers().iter();
        let header = headers.find(|(name, test)| !test.passes(&self.headers.values(name.as_str())));
        let mut query = rule.route().query().iter();
        header.map(|(name, _)| Verdict::Header(name)).or_else(|| {
            query.find(|(name, test)| !name.passes(test, self.query)).map(|(name, _)| Verdict::Query(name))
        })
    }

    /// Hands the request on as a rule that takes it says.
    fn forward<'t>(&self, rule: &'t Rule) -> Decision<'t> {
        let uri = match rule.route().rewrite() {
            None => None,
            Some(rewrite) => {
                let path = rule.path().captures(&self.path).and_then(|captures| rewrite.apply(&captures));
                let Some(mut uri) = path else { return Decision::Answer(Answer::bad_request()) };
                if let Some(query) = self.query {
                    uri.push('?');
                    uri.push_str(query);
                }
                Some(uri)
            }
        };
        Decision::Forward(Forward {
            group: rule.group(),
            service: rule.service(),
            route: rule.route().name().as_str(),
            uri,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Spec;

    /// The headers of a request that must not be looked at.
    struct Untouched;

    impl Headers for Untouched {
        fn values(&self, name: &str) -> Vec<String> {
            panic!("{name} is asked for")
        }
    }

    /// One service with these routes, as the JSON of a specification.
    fn table(routes: &str) -> Table {
        let services = format!(r#"[{{"service":"s","routes":{{{routes}}}}}]"#);
        Table::compile(
            &Spec::parse(&format!(r#"{{"v":1,"groups":[{{"name":"g","services":{services}}}]}}"#)).unwrap(),
        )
    }

    fn status(table: &Table, method: &str, uri: &str) -> u16 {
        match decide(table, &Request { method, host: "h", uri, headers: &Untouched }) {
            Decision::Forward(_) => 0,
            Decision::Answer(answer) => answer.status,
        }
    }

    #[test]
    fn headers_are_asked_for_only_where_a_route_has_a_condition_on_them() {
        let table = table(r#""a":{"path":"/a"},"b":{"path":"/b","methods":"PUT","header.x":"1"}"#);
        assert_eq!(status(&table, "GET", "/a"), 0);
        assert_eq!(status(&table, "GET", "/b"), 405);
    }

    #[test]
    fn nothing_is_declared_by_an_empty_table() {
        assert_eq!(status(&Table::default(), "GET", "/"), 404);
        assert_eq!(status(&Table::default(), "OPTIONS", "/"), 404);
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
        let request = Request { method: "OPTIONS", host: "h", uri: "*", headers: &Untouched };
        let expected = Answer { status: 204, headers: Vec::new(), body: String::new() };
        assert_eq!(decide(&table(r#""a":{"prefix":"/"}"#), &request), Decision::Answer(expected));
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
}
