//! The JSON that goes in and out of the plug-in. Pure: no Extism here.
//!
//! In: `{"method":"GET","host":"api.example.com","uri":"/pets/7?x=1","headers":{"X-Tenant":["acme"]}}`.
//! The URI is in origin form, percent-encoded; `headers` may be left out.
//!
//! Out, one of:
//! * `{"forward":{"group":"petstore","service":"pets","route":"get-pet","uri":"/internal/7?x=1","request":[…],
//!   "response":[…],"finish":{…}}}`, where all behind `route` is there only if there is something to do: `request` and
//!   `response` are changes to headers, in order, such as `{"set":["x-a","1"]}`, `{"add":["x-a","1"]}` and
//!   `{"remove":"x-a"}`; `finish` is for a response that says nothing of it itself, with `cacheControl` for its header of
//!   that name, and `etag` if it is to get one;
//! * `{"answer":{"status":404,"headers":[["content-type","application/problem+json"]],"body":"…"}}`.
//!
//! Beside decisions there are explanations, with what became of each rule, and verdicts on a specification.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smsvc_core::auth::Surroundings;
use smsvc_core::decide::{self, Decision, Explanation, Headers, Lines, Request, Room, Verdict};
use smsvc_core::header_change::HeaderChange;
use smsvc_core::spec::{Spec, SpecError};
use smsvc_core::table::{Rule, Rules, Table, TableError};

/// Why there is no decision.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The configured spec is not valid.
    #[error("the configuration key `spec` is refused: {0}")]
    Spec(SpecError),
    /// The routes do not make a table.
    #[error("the routes of the configuration key `spec` are too many: {0}")]
    Table(TableError),
    /// The input is not a request in the form above.
    #[error("the input is not a request: {0}")]
    Input(serde_json::Error),
    /// The decision has no JSON form.
    #[error("the decision cannot be written: {0}")]
    Output(serde_json::Error),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    method: String,
    host: String,
    uri: String,
    #[serde(default)]
    headers: BTreeMap<String, Vec<String>>,
}

impl Headers for Input {
    fn values(&self, name: &str, show: &mut dyn FnMut(&str)) {
        let of_that_name = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        of_that_name.flat_map(|(_, values)| values).for_each(|value| show(value));
    }

    fn names(&self, show: &mut dyn FnMut(&str)) {
        self.headers.keys().for_each(|name| show(name));
    }
}

/// The routes of a configuration, for decisions and for people.
pub struct Routes {
    rules: Rules,
    table: String,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Output<'t> {
    Forward(Forwarded<'t>),
    Answer { status: u16, headers: Vec<(&'t str, &'t str)>, body: &'t str },
}

#[derive(Serialize)]
struct Forwarded<'t> {
    group: &'t str,
    service: &'t str,
    route: &'t str,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<&'t str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    request: Vec<Change<'t>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    response: Vec<Change<'t>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finish: Option<Finish<'t>>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Change<'t> {
    Remove(&'t str),
    Set(&'t str, &'t str),
    Add(&'t str, &'t str),
}

#[derive(Serialize)]
struct Finish<'t> {
    #[serde(rename = "cacheControl", skip_serializing_if = "Option::is_none")]
    cache_control: Option<&'t str>,
    etag: bool,
}

#[derive(Serialize)]
struct Explained<'t> {
    decision: Output<'t>,
    considered: Vec<Considered<'t>>,
}

#[derive(Serialize)]
struct Considered<'t> {
    group: &'t str,
    service: &'t str,
    route: &'t str,
    verdict: &'static str,
}

impl<'t> From<HeaderChange<'t>> for Change<'t> {
    fn from(change: HeaderChange<'t>) -> Self {
        match change {
            HeaderChange::Remove(name) => Self::Remove(name),
            HeaderChange::Set(name, value) => Self::Set(name, value),
            HeaderChange::Add(name, value) => Self::Add(name, value),
        }
    }
}

impl<'t> Output<'t> {
    fn new(decision: &Decision<'t>, rules: &'t Rules) -> Self {
        match decision {
            Decision::Forward(forward) => {
                let rule = rules.get(forward.rule);
                let changes = |lines: &'t Lines| lines.changes().map(Change::from).collect();
                Self::Forward(Forwarded {
                    group: rule.map_or("", Rule::group),
                    service: rule.map_or("", Rule::service),
                    route: rule.map_or("", |rule| rule.route().name().as_str()),
                    uri: forward.uri,
                    request: changes(forward.request),
                    response: changes(forward.response),
                    finish: forward.finish.map(|it| Finish { cache_control: it.control(), etag: it.tags() }),
                })
            }
            Decision::Answer(answer) => Self::Answer {
                status: answer.status,
                headers: answer.headers.pairs().collect(),
                body: answer.body,
            },
        }
    }
}

impl<'t> Explained<'t> {
    fn new(explanation: &Explanation<'t, 't>, rules: &'t Rules) -> Self {
        let considered = explanation.considered.iter().map(|it| Considered {
            group: it.rule.group(),
            service: it.rule.service(),
            route: it.rule.route().name().as_str(),
            verdict: word(it.verdict),
        });
        Self { considered: considered.collect(), decision: Output::new(&explanation.decision, rules) }
    }
}

/// What became of a rule, in a word.
fn word(verdict: Verdict<'_>) -> &'static str {
    match verdict {
        Verdict::Chosen => "chosen",
        Verdict::Outranked => "outranked",
        Verdict::Host => "host",
        Verdict::Path => "path",
        Verdict::Parameter(_) => "parameter",
        Verdict::Version => "version",
        Verdict::Method => "method",
        Verdict::Header(_) => "header",
        Verdict::Query(_) => "query",
        Verdict::Consumes => "consumes",
        Verdict::Produces => "produces",
    }
}

/// Compiles the routes of a configured spec.
pub fn routes(spec: &str) -> Result<Routes, ExchangeError> {
    let rules = Rules::of(&Spec::parse(spec).map_err(ExchangeError::Spec)?);
    let table = rules.compile();
    Table::open(table.as_bytes()).map_err(ExchangeError::Table)?;
    Ok(Routes { rules, table })
}

impl Routes {
    fn table(&self) -> Result<Table<'_>, ExchangeError> {
        Table::open(self.table.as_bytes()).map_err(ExchangeError::Table)
    }
}

/// Decides on one request, from JSON to JSON.
pub fn decide(routes: &Routes, around: &dyn Surroundings, input: &str) -> Result<String, ExchangeError> {
    let (input, mut room) = (Input::read(input)?, Room::default());
    let table = routes.table()?;
    let decision = decide::decide(&table, &input.request(around), &mut room);
    serde_json::to_string(&Output::new(&decision, &routes.rules)).map_err(ExchangeError::Output)
}

/// Explains the decision on one request, from JSON to JSON: `{"decision":…,"considered":[{"group":…,"service":…,
/// "route":…,"verdict":"chosen"},…]}`, the best rule first.
pub fn explain(routes: &Routes, around: &dyn Surroundings, input: &str) -> Result<String, ExchangeError> {
    let (input, mut room) = (Input::read(input)?, Room::default());
    let table = routes.table()?;
    let explanation = decide::explain(&routes.rules, &table, &input.request(around), &mut room);
    serde_json::to_string(&Explained::new(&explanation, &routes.rules)).map_err(ExchangeError::Output)
}

/// Judges a specification: `{"valid":true}`, or `{"valid":false,"error":"…"}`.
pub fn validate(spec: &str) -> String {
    let verdict = match Spec::parse(spec) {
        Ok(_) => serde_json::json!({"valid": true}),
        Err(error) => serde_json::json!({"valid": false, "error": error.to_string()}),
    };
    verdict.to_string()
}

impl Input {
    fn read(input: &str) -> Result<Self, ExchangeError> {
        serde_json::from_str(input).map_err(ExchangeError::Input)
    }

    fn request<'a>(&'a self, around: &'a dyn Surroundings) -> Request<'a> {
        Request { method: &self.method, host: &self.host, uri: &self.uri, headers: self, around }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: &str = r#"{"v":1,"groups":[{"name":"petstore","base":"/v2","services":[{"service":"pets","routes":{
        "get-pet":{"path":"/pets/{petId}","methods":"GET","rewrite.path":"/internal/{petId}"},
        "tenant":{"path":"/tenant","header.X-Tenant":"acme"}}}]}]}"#;

    fn decided(input: &str) -> String {
        decide(&routes(SPEC).unwrap(), &(), input).unwrap()
    }

    #[test]
    fn a_rewritten_uri_is_given_and_an_untouched_one_is_not() {
        assert_eq!(
            decided(r#"{"method":"GET","host":"a.example","uri":"/v2/pets/7?x=1"}"#),
            r#"{"forward":{"group":"petstore","service":"pets","route":"get-pet","uri":"/internal/7?x=1"}}"#
        );
        assert_eq!(
            decided(r#"{"method":"PUT","host":"","uri":"/v2/tenant","headers":{"x-tenant":["b","acme"]}}"#),
            r#"{"forward":{"group":"petstore","service":"pets","route":"tenant"}}"#
        );
    }

    #[test]
    fn an_answer_has_status_headers_and_body() {
        let output = decided(r#"{"method":"POST","host":"a.example","uri":"/v2/pets/7"}"#);
        let output: serde_json::Value = serde_json::from_str(&output).unwrap();
        assert_eq!(output["answer"]["status"], 405);
        let headers = output["answer"]["headers"].as_array().unwrap();
        assert!(headers.contains(&serde_json::json!(["allow", "GET, HEAD, OPTIONS"])), "{headers:?}");
        assert!(output["answer"]["body"].as_str().unwrap().starts_with('{'));
    }

    #[test]
    fn changes_to_headers_are_told_in_order() {
        let spec = SPEC.replace(
            r#""header.X-Tenant":"acme""#,
            r#""request.header.set.x-a":"1","response.header.remove":"server","cache.etag":"weak""#,
        );
        let routes = routes(&spec).unwrap();
        let input = r#"{"method":"GET","host":"","uri":"/v2/tenant"}"#;
        let output = decide(&routes, &(), input).unwrap();
        assert_eq!(
            output,
            r#"{"forward":{"group":"petstore","service":"pets","route":"tenant","request":[{"set":["x-a","1"]}],"response":[{"remove":"server"}],"finish":{"etag":true}}}"#
        );
    }

    #[test]
    fn an_explanation_tells_what_became_of_each_rule() {
        let routes = routes(SPEC).unwrap();
        let output = explain(&routes, &(), r#"{"method":"GET","host":"","uri":"/v2/pets/7"}"#).unwrap();
        let output: serde_json::Value = serde_json::from_str(&output).unwrap();
        assert_eq!(output["decision"]["forward"]["route"], "get-pet");
        let verdict = |at: usize| {
            (output["considered"][at]["route"].clone(), output["considered"][at]["verdict"].clone())
        };
        assert_eq!(verdict(0), ("get-pet".into(), "chosen".into()));
        assert_eq!(verdict(1), ("tenant".into(), "path".into()));
    }

    #[test]
    fn a_specification_is_judged() {
        assert_eq!(validate(SPEC), r#"{"valid":true}"#);
        let refused = validate(r#"{"v":1,"groups":[{"name":"G","services":[]}]}"#);
        assert!(
            refused.starts_with(r#"{"error":"groups[0].name"#) && refused.ends_with(r#""valid":false}"#),
            "{refused}"
        );
    }

    #[test]
    fn a_request_is_read_strictly() {
        let routes = routes(SPEC).unwrap();
        for (input, reason) in [
            ("", "EOF"),
            (r#"{"method":"GET","host":""}"#, "missing field `uri`"),
            (r#"{"method":"GET","host":"","uri":"/","body":""}"#, "unknown field `body`"),
            (r#"{"method":"GET","host":"","uri":"/","headers":{"A":"b"}}"#, "expected a sequence"),
        ] {
            let error = decide(&routes, &(), input).unwrap_err().to_string();
            assert!(error.starts_with("the input is not a request") && error.contains(reason), "{error}");
        }
    }

    #[test]
    fn a_broken_spec_is_told() {
        let error = routes("{").err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.starts_with("the configuration key `spec` is refused"), "{error}");
    }
}
