//! Security: which operations need a token that the middleware checks.
//!
//! A description says how clients prove who they are, and not who checks it. A security scheme says the latter by
//! `x-smsvc-auth`: `jwt` for the middleware, `service` for the service itself. An operation that names a scheme of the
//! middleware's becomes a route with `auth=jwt`, whatever else it names: what can be checked is checked, and what cannot is
//! told. Only where the description lets in whoever shows nothing, nothing is asked for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::document::{Dialect, Document};
use super::operation::Operation;
use super::remark::Unmapped;

/// The member of a security scheme that says who checks it.
const CHECKED: &str = "x-smsvc-auth";
/// The name of the scheme in what is exported.
const SCHEME: &str = "jwt";

/// Who checks what a security scheme asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Checker<'d> {
    /// The middleware.
    Gateway,
    /// The service, as the description says.
    Service,
    /// Nobody says.
    Unsaid,
    /// What it says is no word for anybody.
    Unknown(&'d Value),
}

/// The schemes of a document, and who checks each.
pub(super) struct Schemes<'d>(BTreeMap<&'d str, Checker<'d>>);

/// What the route of an operation needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Guard {
    /// The scopes of the token; `None` where no token is asked for.
    pub(super) scopes: Option<Vec<String>>,
    /// What of its security is not held by that.
    pub(super) left: Option<Left>,
}

/// What of an operation's security the middleware does not hold as it is. Code W183.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Left {
    /// All that it needs.
    pub needs: String,
    /// What becomes of that.
    pub how: How,
}

/// What becomes of security that the middleware cannot hold as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// The token is checked, and the rest is the service's.
    Beside,
    /// The token is asked for, although something else would do.
    Instead,
    /// The description lets in whoever shows nothing.
    Optional,
    /// Nothing of it is the middleware's to check.
    Foreign,
}

/// One way to be let in: schemes that are all needed.
struct Alternative<'d> {
    schemes: Vec<&'d str>,
    /// Those that the middleware does not check, and of which nobody says who does.
    unsaid: usize,
    /// The scopes of the token; `None` where none of the schemes is the middleware's.
    scopes: Option<BTreeSet<&'d str>>,
}

impl<'d> Schemes<'d> {
    pub(super) fn of(document: &'d Document) -> Self {
        let place = match document.dialect() {
            Dialect::Swagger2 => "/securityDefinitions",
            Dialect::OpenApi3 => "/components/securitySchemes",
        };
        let schemes = document.root().pointer(place).and_then(Value::as_object).into_iter().flatten();
        let checker = |scheme: &'d Value| {
            let said = document.follow(scheme).ok().and_then(|scheme| scheme.get(CHECKED));
            match said {
                None => Checker::Unsaid,
                Some(said) if said == "jwt" => Checker::Gateway,
                Some(said) if said == "service" => Checker::Service,
                Some(said) => Checker::Unknown(said),
            }
        };
        Self(schemes.map(|(name, scheme)| (name.as_str(), checker(scheme))).collect())
    }

    fn any_is_ours(&self) -> bool {
        self.0.values().any(|checker| matches!(checker, Checker::Gateway))
    }

    /// What the route of an operation needs.
    ///
    /// # Errors
    /// Where that cannot be read: such an operation has no route rather than an open one.
    pub(super) fn guard(&self, document: &Document, operation: &Operation<'_>) -> Result<Guard, Unmapped> {
        let said = [operation.value, document.root()].into_iter().find_map(|it| it.get("security"));
        let Some(said) = said else { return Ok(Guard::default()) };
        let listed = said.as_array().map(|listed| listed.iter().map(|it| self.alternative(it)));
        let alternatives = match listed.map(Iterator::collect::<Result<Vec<_>, _>>) {
            Some(Ok(alternatives)) => alternatives,
            Some(Err(Some(unknown))) => return Err(unknown),
            // Without a scheme of ours nobody would have checked it anyhow.
            Some(Err(None)) | None if self.any_is_ours() => return Err(Unmapped::MalformedSecurity),
            Some(Err(None)) | None => return Ok(Guard::default()),
        };
        Ok(weigh(&alternatives))
    }

    fn alternative<'a>(&self, value: &'a Value) -> Result<Alternative<'a>, Option<Unmapped>> {
        let members: &Map<String, Value> = value.as_object().ok_or(None)?;
        let mut alternative = Alternative { schemes: Vec::new(), unsaid: 0, scopes: None };
        for (name, scopes) in members {
            alternative.schemes.push(name);
            match self.0.get(name.as_str()).unwrap_or(&Checker::Unsaid) {
                Checker::Gateway => {
                    let scopes: Option<Vec<&str>> =
                        scopes.as_array().and_then(|it| it.iter().map(Value::as_str).collect());
                    alternative.scopes.get_or_insert_default().extend(scopes.ok_or(None)?);
                }
                Checker::Service => {}
                Checker::Unsaid => alternative.unsaid = alternative.unsaid.saturating_add(1),
                Checker::Unknown(said) => {
                    return Err(Some(Unmapped::Checker { scheme: name.clone(), said: said.to_string() }));
                }
            }
        }
        Ok(alternative)
    }
}

fn weigh(alternatives: &[Alternative<'_>]) -> Guard {
    let needs = || {
        let named = alternatives.iter().map(|it| match it.schemes.as_slice() {
            [] => "nothing".to_owned(),
            schemes => schemes.join(" and "),
        });
        named.collect::<Vec<_>>().join(" or ")
    };
    let left = |how| Some(Left { needs: needs(), how });
    let ours = || alternatives.iter().filter_map(|it| Some((it, it.scopes.as_ref()?)));
    // Whoever has the token for this one is let in by the description, too.
    let best = ours().min_by_key(|(it, scopes)| (it.unsaid, it.schemes.len(), scopes.len()));
    let optional = alternatives.iter().any(|it| it.schemes.is_empty());
    match best {
        Some(_) if optional => Guard { scopes: None, left: left(How::Optional) },
        Some((best, scopes)) => {
            let covers = |it: &Alternative<'_>| {
                it.scopes
                    .as_ref()
                    .is_some_and(|others| scopes.is_subset(others) && it.schemes.len() >= best.schemes.len())
            };
            let how = if !alternatives.iter().all(covers) {
                left(How::Instead)
            } else if best.unsaid > 0 {
                left(How::Beside)
            } else {
                None
            };
            Guard { scopes: Some(scopes.iter().map(|&scope| scope.to_owned()).collect()), left: how }
        }
        None if optional || alternatives.iter().all(|it| it.unsaid == 0) => Guard::default(),
        None => Guard { scopes: None, left: left(How::Foreign) },
    }
}

/// What an operation says whose route needs a token with these scopes.
pub(super) fn requirement(scopes: Option<&str>) -> Value {
    let scopes: Vec<&str> = scopes.into_iter().flat_map(|scopes| scopes.split(',')).collect();
    json!([{ SCHEME: scopes }])
}

/// The scheme that such requirements name.
pub(super) fn schemes() -> Value {
    json!({ SCHEME: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", CHECKED: "jwt"} })
}

#[cfg(test)]
mod tests {
    use super::How;
    use crate::openapi::{Effect, ImportOptions, OpenApiError, Remark, Unmapped, read};

    const SCHEMES: &str = r##""components":{"securitySchemes":{
        "login":{"type":"http","scheme":"bearer","x-smsvc-auth":"jwt"},"key":{"type":"apiKey","in":"header","name":"X-Key"},
        "mesh":{"type":"mutualTLS","x-smsvc-auth":"service"},"typo":{"type":"http","x-smsvc-auth":"jtw"},
        "alias":{"$ref":"#/components/securitySchemes/login"}}}"##;

    /// The fields for authorization of `GET /a`, and what is remarked of it.
    fn imported(schemes: &str, root: &str, operation: &str) -> (Option<Vec<(String, String)>>, Vec<Remark>) {
        let text = format!(
            r#"{{"openapi":"3.1.0",{schemes}{root},"paths":{{"/a":{{"get":{{"operationId":"a"{operation}}}}}}}}}"#
        );
        let import = read(text.as_bytes(), &ImportOptions::default()).unwrap();
        let auth = |(field, _): &(String, String)| field.starts_with("auth");
        let fields = import.routes.first().map(|it| it.route.fields().into_iter().filter(auth).collect());
        (fields, import.remarks)
    }

    fn fields(root: &str, operation: &str) -> Vec<(String, String)> {
        let (fields, remarks) = imported(SCHEMES, root, operation);
        assert_eq!(remarks, []);
        fields.unwrap()
    }

    fn field(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn an_operation_that_needs_a_scheme_of_ours_alone_needs_a_token() {
        let jwt = [field("auth", "jwt")];
        assert_eq!(fields("", r#","security":[{"login":[]}]"#), jwt);
        assert_eq!(fields("", r#","security":[{"alias":[]}]"#), jwt);
        assert_eq!(fields(r#","security":[{"login":[]}]"#, ""), jwt);
        assert_eq!(
            fields("", r#","security":[{"login":["a:write","a:read"]}]"#),
            [field("auth", "jwt"), field("auth.scopes", "a:read,a:write")]
        );
        assert_eq!(fields("", ""), []);
        assert_eq!(
            fields(r#","security":[{"login":[]}]"#, r#","security":[]"#),
            [],
            "public by its own word"
        );
    }

    /// Fields and what is left, of an operation with this security.
    fn guarded(security: &str) -> (Vec<(String, String)>, Option<How>) {
        let (fields, remarks) = imported(SCHEMES, "", &format!(r#","security":{security}"#));
        let left = remarks.iter().map(|remark| match &remark.reason {
            Unmapped::Security(left) => left.how,
            other => panic!("{security}: {other}"),
        });
        assert!(remarks.iter().all(|it| (it.effect, it.place.as_str()) == (Effect::Partly, "GET /a")));
        (fields.unwrap(), left.clone().next())
    }

    #[test]
    fn what_can_be_checked_is_checked_whatever_else_the_operation_names() {
        let jwt = vec![field("auth", "jwt")];
        let scoped = |scopes: &str| vec![field("auth", "jwt"), field("auth.scopes", scopes)];
        for (security, fields, left) in [
            (r#"[{"login":[],"key":[]}]"#, jwt.clone(), Some(How::Beside)),
            (r#"[{"login":["a"],"alias":["b"]}]"#, scoped("a,b"), None),
            (r#"[{"login":[],"mesh":[]}]"#, jwt.clone(), None),
            (r#"[{"key":[]},{"login":["a"]}]"#, scoped("a"), Some(How::Instead)),
            (r#"[{"login":[]},{"mesh":[]}]"#, jwt.clone(), Some(How::Instead)),
            (r#"[{"key":[],"login":[]},{"login":["a"]}]"#, scoped("a"), Some(How::Instead)),
            (r#"[{"login":["a","b"]},{"alias":["b"]}]"#, scoped("b"), None),
            (r#"[{"login":["a"]},{"alias":["b"]}]"#, scoped("a"), Some(How::Instead)),
        ] {
            assert_eq!(guarded(security), (fields, left), "{security}");
        }
    }

    #[test]
    fn whoever_the_description_lets_in_without_anything_is_let_in() {
        assert_eq!(guarded(r#"[{"login":[]},{}]"#), (Vec::new(), Some(How::Optional)));
        assert_eq!(guarded(r#"[{"key":[]},{}]"#), (Vec::new(), None));
    }

    #[test]
    fn what_only_a_service_can_check_is_told_unless_the_description_says_that_it_does() {
        assert_eq!(guarded(r#"[{"key":[]}]"#), (Vec::new(), Some(How::Foreign)));
        assert_eq!(guarded(r#"[{"nowhere":[]}]"#), (Vec::new(), Some(How::Foreign)));
        assert_eq!(guarded(r#"[{"mesh":[]}]"#), (Vec::new(), None));
        assert_eq!(guarded(r#"[{"mesh":[],"key":[]}]"#), (Vec::new(), Some(How::Foreign)));
    }

    #[test]
    fn security_that_cannot_be_read_leaves_the_route_out_rather_than_open() {
        for security in
            [r#""login""#, r#"["login"]"#, r#"[{"login":"a"}]"#, r#"[{"login":[1]}]"#, r#"[{"typo":[]}]"#]
        {
            let (fields, remarks) = imported(SCHEMES, "", &format!(r#","security":{security}"#));
            assert_eq!((fields, remarks[0].effect), (None, Effect::LeftOut), "{security}");
        }
    }

    #[test]
    fn operations_that_need_the_same_of_their_services_are_told_once_and_refuse_under_strict() {
        let text = r#"{"openapi":"3.1.0","security":[{"key":[]}],"components":{"securitySchemes":{"key":{"type":"apiKey"}}},
            "paths":{"/a":{"get":{},"put":{}},"/b":{"get":{}},"/c":{"get":{"security":[]}}}}"#;
        let told = |text: &str| read(text.as_bytes(), &ImportOptions::default()).unwrap().remarks;
        let [remark] = told(text).try_into().unwrap();
        assert_eq!(remark.place, "GET /a and 2 more");
        let strict = ImportOptions { strict: true, ..ImportOptions::default() };
        assert_eq!(read(text.as_bytes(), &strict), Err(OpenApiError::Strict(vec![remark])));
        let text = text.replace(r#""apiKey""#, r#""apiKey","x-smsvc-auth":"service""#);
        assert_eq!(told(&text), []);
        assert!(read(text.as_bytes(), &strict).is_ok());
    }

    #[test]
    fn a_scope_that_cannot_be_said_leaves_the_route_out_rather_than_open() {
        let (fields, remarks) = imported(SCHEMES, "", r#","security":[{"login":["a b"]}]"#);
        assert_eq!(fields, None);
        assert_eq!(remarks[0].effect, Effect::LeftOut);
    }

    #[test]
    fn what_a_route_says_itself_outranks_its_security() {
        let own = r#","security":[{"login":["x"]}],"x-smsvc-auth":{"permissions":"admin"},"x-smsvc":{"auth":"jwt"}"#;
        assert_eq!(fields("", own), [field("auth", "jwt"), field("auth.permissions", "admin")]);
        assert_eq!(fields("", r#","security":[{"login":["x"]}],"x-smsvc-auth":"none""#), []);
    }
}
