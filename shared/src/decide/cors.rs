//! What browsers are told of other origins.

use super::lines::Lines;
use super::near::Near;
use super::subject::Subject;
use crate::cors::is_origin;
use crate::method::is_token;
use crate::table::{Cors, ScopeView, Told};

impl<'t> Subject<'_, 't> {
    /// Adds what every answer says, apart from preflights, if the group lets other origins in.
    pub(super) fn for_browsers(&self, scope: &ScopeView<'t>, lines: &mut Lines) {
        let Some(cors) = scope.cors() else { return };
        if self.allow_origin(&cors, lines) {
            list("access-control-expose-headers", cors.expose, lines);
        }
        vary(&cors, "Origin", lines);
    }

    /// Adds what the answer to a preflight says: to an origin that is not let in, nothing.
    pub(super) fn push_preflight(&self, cors: &Cors<'t>, near: &Near<'_, 't>, lines: &mut Lines) {
        if self.allow_origin(cors, lines) {
            match cors.methods {
                Told::Nothing => {
                    lines.add_with("access-control-allow-methods", |text| near.push_allow(text));
                }
                // `*` would mean the method of that name.
                Told::Any if cors.credentials => self.echo_method(lines),
                told => list("access-control-allow-methods", told, lines),
            }
            match cors.headers {
                Told::Any if cors.credentials => self.echo_headers(lines),
                told => list("access-control-allow-headers", told, lines),
            }
            lines.add_with("access-control-max-age", |text| cors.max_age.push_to(text));
        }
        vary(cors, "Origin, Access-Control-Request-Method, Access-Control-Request-Headers", lines);
    }

    /// Adds that the origin is let in, if it is.
    fn allow_origin(&self, cors: &Cors<'t>, lines: &mut Lines) -> bool {
        let (mut seen, mut let_in) = (false, false);
        self.headers.values("origin", &mut |origin| {
            if !seen {
                seen = true;
                let_in = lets_in(cors, origin);
                if let_in {
                    let value = if says_any(cors) { "*" } else { origin };
                    lines.add("access-control-allow-origin", value);
                }
            }
        });
        if let_in {
            if cors.credentials {
                lines.add("access-control-allow-credentials", "true");
            }
            return true;
        }
        false
    }
}

/// Whether an origin is let in.
fn lets_in(cors: &Cors<'_>, origin: &str) -> bool {
    // What is echoed is a header line again.
    if origin.is_empty() || !origin.bytes().all(|byte| byte.is_ascii_graphic()) {
        return false;
    }
    if cors.any_origin {
        return true;
    }
    let mut known = cors.origins();
    known.any(|(scheme, wildcard, host)| is_origin(origin, scheme.bytes(), wildcard, host.bytes()))
}

/// What is asked for is allowed, by name.
impl Subject<'_, '_> {
    fn echo_method(&self, lines: &mut Lines) {
        lines.add_with("access-control-allow-methods", |text| {
            let mut seen = false;
            self.headers.values("access-control-request-method", &mut |method| {
                if !seen && is_token(method) {
                    text.push_str(method);
                }
                seen = true;
            });
        });
    }

    fn echo_headers(&self, lines: &mut Lines) {
        let mut any = false;
        self.each_asked(&mut |_| any = true);
        if any {
            lines.add_with("access-control-allow-headers", |text| {
                let start = text.len();
                self.each_asked(&mut |name| {
                    if text.len() > start {
                        text.push_str(", ");
                    }
                    text.push_str(name);
                });
            });
        }
    }

    /// Shows the names of the headers that a preflight asks for.
    fn each_asked(&self, show: &mut dyn FnMut(&str)) {
        self.headers.values("access-control-request-headers", &mut |value| {
            value.split(',').map(str::trim).filter(|name| is_token(name)).for_each(&mut *show);
        });
    }
}

/// Adds a list, if one is told.
fn list(name: &str, told: Told<'_>, lines: &mut Lines) {
    match told {
        Told::Nothing => {}
        Told::Any => lines.add(name, "*"),
        Told::These(these) => lines.add_with(name, |text| these.push_to(text)),
    }
}

/// Whether every origin gets the same answer.
fn says_any(cors: &Cors<'_>) -> bool {
    cors.any_origin && !cors.credentials
}

fn vary(cors: &Cors<'_>, on: &str, lines: &mut Lines) {
    if !says_any(cors) {
        lines.add("vary", on);
    }
}

#[cfg(test)]
mod tests {
    use crate::decide::{Decision, Request, Room, decide};
    use crate::spec::Spec;
    use crate::table::{Rules, Table};

    /// The headers of the answer, or those that are added to it, for a group with these settings and the routes
    /// `GET,PUT /a`.
    fn told(settings: &str, method: &str, headers: &[(&str, &str)]) -> Vec<(String, String)> {
        let spec = format!(
            r#"{{"v":1,"groups":[{{"name":"g","settings":{{{settings}}},"services":[{{"service":"s","routes":{{
            "a":{{"path":"/a","methods":"GET,PUT"}}}}}}]}}]}}"#
        );
        let text = Rules::of(&Spec::parse(&spec).unwrap()).compile();
        let table = Table::open(text.as_bytes()).unwrap();
        let mut room = Room::default();
        let request = Request { method, host: "h", uri: "/a", headers: &headers, around: &() };
        let lines = match decide(&table, &request, &mut room) {
            Decision::Forward(forward) => forward.response,
            Decision::Answer(answer) => answer.headers,
        };
        lines.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn preflight(settings: &str, origin: &str, headers: &[(&str, &str)]) -> Vec<(String, String)> {
        let asked = [("origin", origin), ("access-control-request-method", "PUT")];
        told(settings, "OPTIONS", &[&asked, headers].concat())
    }

    fn value(headers: &[(String, String)], name: &str) -> Option<String> {
        headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_star_is_said_only_without_credentials() {
        let any = r#""cors.origins":"*","cors.headers":"*","cors.expose":"X-A, X-B""#;
        let expected = [("access-control-allow-origin", "*"), ("access-control-expose-headers", "X-A, X-B")];
        assert_eq!(told(any, "GET", &[("origin", "https://x")]), owned(&expected));
        assert_eq!(told(any, "GET", &[]), []);
        let with = format!(r#"{any},"cors.credentials":"true""#);
        let expected = [
            ("access-control-allow-origin", "https://x"),
            ("access-control-allow-credentials", "true"),
            ("access-control-expose-headers", "X-A, X-B"),
            ("vary", "Origin"),
        ];
        assert_eq!(told(&with, "GET", &[("origin", "https://x")]), owned(&expected));
        assert_eq!(told(&with, "GET", &[]), owned(&[("vary", "Origin")]), "a cache must tell origins apart");
        let asked = preflight(&with, "https://x", &[("access-control-request-headers", "x-a, b c,,x-d")]);
        assert_eq!(
            value(&asked, "access-control-allow-headers").as_deref(),
            Some("x-a, x-d"),
            "echoed, since * would be a name"
        );
        assert_eq!(value(&preflight(&with, "https://x", &[]), "access-control-allow-headers"), None);
        let star = preflight(any, "https://x", &[]);
        assert_eq!(value(&star, "access-control-allow-headers").as_deref(), Some("*"));
        assert_eq!(value(&star, "access-control-max-age").as_deref(), Some("5"));
    }

    #[test]
    fn an_origin_that_is_not_let_in_is_told_nothing() {
        let one = r#""cors.origins":"https://a.example, http://localhost:3000","errors":"plain""#;
        let vary = [("vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")];
        assert_eq!(preflight(one, "https://b.example", &[]), owned(&vary));
        assert_eq!(told(one, "GET", &[("origin", "https://b.example")]), owned(&[("vary", "Origin")]));
        let allowed =
            value(&told(one, "GET", &[("origin", "https://a.example")]), "access-control-allow-origin");
        assert_eq!(allowed.as_deref(), Some("https://a.example"));
    }

    #[test]
    fn a_preflight_lists_the_methods_of_the_path_unless_the_group_says_others() {
        let methods = |settings: &str| {
            let settings = format!(r#""cors.origins":"*"{settings}"#);
            value(&preflight(&settings, "https://b", &[]), "access-control-allow-methods").unwrap()
        };
        assert_eq!(methods(""), "GET, HEAD, OPTIONS, PUT");
        assert_eq!(methods(r#","cors.methods":"DELETE,GET""#), "DELETE, GET");
        assert_eq!(methods(r#","cors.methods":"*""#), "*");
        assert_eq!(methods(r#","cors.methods":"*","cors.credentials":"true""#), "PUT");
    }
}
