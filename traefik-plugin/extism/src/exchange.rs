//! The JSON that goes in and out of the plug-in. Pure: no Extism here.
//!
//! In: `{"method":"GET","host":"api.example.com","uri":"/pets/7?x=1","headers":{"X-Tenant":["acme"]}}`.
//! The URI is in origin form, percent-encoded; `headers` may be left out.
//!
//! Out, one of:
//! * `{"forward":{"group":"petstore","service":"pets","route":"get-pet","uri":"/internal/7?x=1"}}`, where
//!   `uri` is there only if it is rewritten;
//! * `{"answer":{"status":404,"headers":[["content-type","application/problem+json"]],"body":"…"}}`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smsvc_core::decide::{self, Decision, Headers, Request};
use smsvc_core::spec::{Spec, SpecError};
use smsvc_core::table::Table;

/// Why there is no decision.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The configured spec is not valid.
    #[error("the configuration key `spec` is refused: {0}")]
    Spec(SpecError),
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
    fn values(&self, name: &str) -> Vec<String> {
        let of_that_name = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        of_that_name.flat_map(|(_, values)| values.iter().cloned()).collect()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Output<'t> {
    Forward {
        group: &'t str,
        service: &'t str,
        route: &'t str,
        #[serde(skip_serializing_if = "Option::is_none")]
        uri: Option<String>,
    },
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
}

impl<'t> From<Decision<'t>> for Output<'t> {
    fn from(decision: Decision<'t>) -> Self {
        match decision {
            Decision::Forward(forward) => Self::Forward {
                group: forward.group,
                service: forward.service,
                route: forward.route,
                uri: forward.uri,
            },
            Decision::Answer(answer) => {
                Self::Answer { status: answer.status, headers: answer.headers, body: answer.body }
            }
        }
    }
}

/// Compiles the routes of a configured spec.
pub fn table(spec: &str) -> Result<Table, ExchangeError> {
    Spec::parse(spec).map(|spec| Table::compile(&spec)).map_err(ExchangeError::Spec)
}

/// Decides on one request, from JSON to JSON.
pub fn decide(table: &Table, input: &str) -> Result<String, ExchangeError> {
    let input: Input = serde_json::from_str(input).map_err(ExchangeError::Input)?;
    let request = Request { method: &input.method, host: &input.host, uri: &input.uri, headers: &input };
    let output = Output::from(decide::decide(table, &request));
    serde_json::to_string(&output).map_err(ExchangeError::Output)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: &str = r#"{"v":1,"groups":[{"name":"petstore","base":"/v2","services":[{"service":"pets","routes":{
        "get-pet":{"path":"/pets/{petId}","methods":"GET","rewrite.path":"/internal/{petId}"},
        "tenant":{"path":"/tenant","header.X-Tenant":"acme"}}}]}]}"#;

    fn decided(input: &str) -> String {
        decide(&table(SPEC).unwrap(), input).unwrap()
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
    fn a_request_is_read_strictly() {
        let table = table(SPEC).unwrap();
        for (input, reason) in [
            ("", "EOF"),
            (r#"{"method":"GET","host":""}"#, "missing field `uri`"),
            (r#"{"method":"GET","host":"","uri":"/","body":""}"#, "unknown field `body`"),
            (r#"{"method":"GET","host":"","uri":"/","headers":{"A":"b"}}"#, "expected a sequence"),
        ] {
            let error = decide(&table, input).unwrap_err().to_string();
            assert!(error.starts_with("the input is not a request") && error.contains(reason), "{error}");
        }
    }

    #[test]
    fn a_broken_spec_is_told() {
        let error = table("{").err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.starts_with("the configuration key `spec` is refused"), "{error}");
    }
}
