//! Decisions: what becomes of one request.
//!
//! A request that no route declares is answered here and never reaches a service. The answer is the same in
//! Traefik's middleware and in `docker smsvc routes test`.

mod act;
mod answer;
mod explain;
mod finish;
mod judge;
mod near;
mod preflight;
mod search;

use crate::header_change::HeaderChange;
use crate::host::RequestHost;
use crate::method::is_token;
use crate::path::{Malformed, RequestPath, Target};
use crate::settings::{Errors, Settings, Slash};
use crate::table::{Rule, Table};
use answer::Refused;
use near::Near;

pub use answer::Answer;
pub use explain::{Considered, Explanation, Verdict, explain};
pub use finish::{BodyTag, Finish};

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
}

/// The headers of a request; asked only where a route or its group depends on one.
pub trait Headers {
    /// The values of the header `name`, given in lower case, one for each field line.
    fn values(&self, name: &str) -> Vec<String>;

    /// The names of all headers, in whatever case and order.
    fn names(&self) -> Vec<String>;
}

/// No headers at all.
impl Headers for () {
    fn values(&self, _name: &str) -> Vec<String> {
        Vec::new()
    }

    fn names(&self) -> Vec<String> {
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

/// Where a request goes, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward<'t> {
    /// The group that the route belongs to.
    pub group: &'t str,
    /// The service.
    pub service: &'t str,
    /// The route.
    pub route: &'t str,
    /// The value of [`SERVICE_HEADER`]: the service, or `service/route` where Traefik has a router for the route alone.
    pub router: &'t str,
    /// The target that the service sees in place of the client's: a path that starts with one `/`, and the
    /// query, all of it visible ASCII, with sound escapes in the path, so that Go's `url.ParseRequestURI`
    /// takes it.
    pub uri: Option<String>,
    /// What becomes of the headers of the request.
    pub request: Vec<HeaderChange<'t>>,
    /// What becomes of the headers of the response. What is added can be said before the service answers; the rest
    /// is done by Traefik's router for the route.
    pub response: Vec<HeaderChange<'t>>,
    /// What else is to be done with the response.
    pub finish: Option<Finish<'t>>,
}

/// Decides a request.
pub fn decide<'t>(table: &'t Table, request: &Request<'_>) -> Decision<'t> {
    resolve(table, request, &mut search::Tree(table))
}

/// A way to find rules: by the tree, or one by one.
trait Search<'t> {
    /// The best of the rules that take the request.
    fn best(&mut self, subject: &Subject<'_>) -> Option<&'t Rule>;

    /// All rules that have its host and path.
    fn near(&self, subject: &Subject<'_>) -> Near<'t>;
}

/// What becomes of a request by the rules that `search` finds.
fn resolve<'t>(table: &'t Table, request: &Request<'_>, search: &mut impl Search<'t>) -> Decision<'t> {
    let subject = match Subject::new(request) {
        Ok(subject) => subject,
        Err(answer) => return Decision::Answer(answer),
    };
    let slashed = subject.path.with_other_slash().filter(|_| table.has_loose_slashes());
    let relaxed = slashed.as_deref().and_then(|path| subject.at(path));
    if let Some(answer) = preflight::answer(table, &subject, relaxed.as_ref(), search) {
        return Decision::Answer(answer);
    }
    if let Some(rule) = search.best(&subject) {
        return subject.act(rule);
    }
    if let Some((relaxed, rule)) = relaxed.as_ref().and_then(|it| Some((it, search.best(it)?))) {
        return relaxed.elsewhere(rule).map_or_else(|| relaxed.act(rule), Decision::Answer);
    }
    let mut near = search.near(&subject);
    near.0.extend(relaxed.iter().flat_map(|relaxed| search.near(relaxed).0));
    let scope = near.scope(&subject).or_else(|| table.concerned(&subject.host, &subject.path));
    let errors = scope.map_or(Errors::default(), |scope| scope.settings().errors());
    let answer = near.answer(subject.method, errors);
    Decision::Answer(
        subject.for_browsers(answer, scope.map(crate::table::Scope::settings).and_then(Settings::cors)),
    )
}

/// A request that is well formed, taken apart.
struct Subject<'a> {
    method: &'a str,
    host: RequestHost<'a>,
    /// What the client asks for, whole.
    uri: &'a str,
    path: RequestPath<'a>,
    query: Option<&'a str>,
    headers: &'a dyn Headers,
    /// Whether the path has another slash at its end than the client's, so that groups that take this for another path
    /// are out.
    relaxed: bool,
}

impl<'a> Subject<'a> {
    /// Takes a request apart, or answers it.
    fn new(request: &Request<'a>) -> Result<Self, Answer> {
        let Request { method, host, uri, headers } = *request;
        // CONNECT names an authority, for which there is no route (RFC 9110, section 9.3.6).
        if !is_token(method) || method == "CONNECT" {
            return Err(Refused::Malformed.answer(Errors::default()));
        }
        match Target::parse(method, uri) {
            Ok(Target::Origin { path, query }) => {
                Ok(Self { method, host: RequestHost::new(host), uri, path, query, headers, relaxed: false })
            }
            // Nothing is declared for the server as a whole.
            Ok(Target::Asterisk) => Err(Answer::empty(204)),
            Err(Malformed) => Err(Refused::Malformed.answer(Errors::default())),
        }
    }

    /// The same request for another path.
    fn at<'p>(&self, path: &'p str) -> Option<Subject<'p>>
    where
        'a: 'p,
    {
        let Ok(Target::Origin { path, .. }) = Target::parse(self.method, path) else { return None };
        let Self { method, uri, query, headers, .. } = *self;
        Some(Subject { method, host: self.host.clone(), uri, path, query, headers, relaxed: true })
    }

    /// Whether a rule that has host and path may take the request.
    fn considers(&self, rule: &Rule) -> bool {
        !self.relaxed || rule.settings().slash() != Slash::Strict
    }

    /// Where the client is sent, if the group of the rule has other slashes redirected.
    fn elsewhere(&self, rule: &Rule) -> Option<Answer> {
        if rule.settings().slash() != Slash::Redirect {
            return None;
        }
        let query = self.query.map(|query| format!("?{query}")).unwrap_or_default();
        let answer = act::redirect(308, format!("{}{query}", self.path.text()));
        Some(self.for_browsers(answer, rule.settings().cors()))
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

        fn names(&self) -> Vec<String> {
            panic!("all headers are asked for")
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
