//! Security: which operations need a token that the middleware checks.
//!
//! A description says how clients prove who they are, and not who checks it. So nothing is mapped unless a security scheme
//! says `x-smsvc-auth: jwt`: then an operation that needs this scheme alone becomes a route with `auth=jwt`.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::document::{Dialect, Document};
use super::operation::Operation;
use super::remark::Unmapped;

/// The member of a security scheme that says who checks it.
const CHECKED: &str = "x-smsvc-auth";
/// The name of the scheme in what is exported.
const SCHEME: &str = "jwt";

/// The scopes that a token needs for an operation; `None` where none is needed, or no scheme is ours to check.
pub(super) fn scopes(
    document: &Document,
    operation: &Operation<'_>,
) -> Result<Option<Vec<String>>, Unmapped> {
    let checked = checked(document);
    let Some(alternatives) =
        [operation.value, document.root()].into_iter().find_map(|it| it.get("security")?.as_array())
    else {
        return Ok(None);
    };
    if checked.is_empty() || alternatives.is_empty() {
        return Ok(None);
    }
    let alternatives: Vec<&Map<String, Value>> = alternatives.iter().filter_map(Value::as_object).collect();
    if let [alternative] = alternatives.as_slice()
        && alternative.len() == 1
        && let Some((name, scopes)) = alternative.iter().next()
        && checked.contains(name.as_str())
    {
        let scopes = scopes.as_array().into_iter().flatten();
        return Ok(Some(scopes.filter_map(Value::as_str).map(str::to_owned).collect()));
    }
    let named = |it: &&Map<String, Value>| it.keys().map(String::as_str).collect::<Vec<_>>().join(" and ");
    let shown: Vec<String> =
        alternatives.iter().map(|it| if it.is_empty() { "nothing".to_owned() } else { named(it) }).collect();
    Err(Unmapped::Security { needs: shown.join(" or ") })
}

/// The names of the schemes that the middleware checks.
fn checked(document: &Document) -> BTreeSet<&str> {
    let place = match document.dialect() {
        Dialect::Swagger2 => "/securityDefinitions",
        Dialect::OpenApi3 => "/components/securitySchemes",
    };
    let schemes = document.root().pointer(place).and_then(Value::as_object).into_iter().flatten();
    let ours = schemes.filter(|(_, scheme)| {
        document.follow(scheme).is_ok_and(|scheme| scheme.get(CHECKED).and_then(Value::as_str) == Some("jwt"))
    });
    ours.map(|(name, _)| name.as_str()).collect()
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
    use crate::openapi::{Effect, ImportOptions, Remark, read};

    const SCHEMES: &str = r##""components":{"securitySchemes":{
        "login":{"type":"http","scheme":"bearer","x-smsvc-auth":"jwt"},"key":{"type":"apiKey","in":"header","name":"X-Key"},
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

    #[test]
    fn what_needs_something_else_is_told_for_each_route_and_not_guarded() {
        for other in [
            r#"[{"key":[]}]"#,
            r#"[{"login":[],"key":[]}]"#,
            r#"[{"login":[]},{"key":[]}]"#,
            r#"[{"login":[]},{}]"#,
        ] {
            let (fields, remarks) = imported(SCHEMES, "", &format!(r#","security":{other}"#));
            assert_eq!(fields, Some(Vec::new()), "{other}");
            let [remark] = remarks.as_slice() else { panic!("{other}: {remarks:?}") };
            assert_eq!((remark.effect, remark.place.as_str()), (Effect::Partly, "GET /a"));
        }
    }

    #[test]
    fn a_scope_that_cannot_be_said_leaves_the_route_out_rather_than_open() {
        let (fields, remarks) = imported(SCHEMES, "", r#","security":[{"login":["a b"]}]"#);
        assert_eq!(fields, None);
        assert_eq!(remarks[0].effect, Effect::LeftOut);
    }

    #[test]
    fn nothing_is_mapped_where_no_scheme_is_ours_to_check() {
        let foreign = SCHEMES.replace(r#","x-smsvc-auth":"jwt""#, "");
        let (fields, remarks) = imported(&foreign, "", r#","security":[{"login":[]}]"#);
        assert_eq!((fields, remarks), (Some(Vec::new()), Vec::new()));
    }

    #[test]
    fn what_a_route_says_itself_outranks_its_security() {
        let own = r#","security":[{"login":["x"]}],"x-smsvc-auth":{"permissions":"admin"},"x-smsvc":{"auth":"jwt"}"#;
        assert_eq!(fields("", own), [field("auth", "jwt"), field("auth.permissions", "admin")]);
        assert_eq!(fields("", r#","security":[{"login":["x"]}],"x-smsvc-auth":"none""#), []);
    }
}
