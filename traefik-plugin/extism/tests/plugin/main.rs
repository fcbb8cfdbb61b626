//! The shipped plug-in, run in an interpreter with a stand-in for the Extism kernel.

#[path = "../../../tests/build/mod.rs"]
mod build;
mod kernel;
#[path = "../../../../tests/cases/mod.rs"]
mod table_of_cases;

use std::sync::OnceLock;

use kernel::Plugin;
use smsvc_core::labels;
use smsvc_core::merge::merge;
use table_of_cases::{Expected, petstore, seen};

fn plugin(config: &[(&str, &str)]) -> Plugin {
    static WASM: OnceLock<Vec<u8>> = OnceLock::new();
    let wasm = WASM.get_or_init(|| {
        std::fs::read(build::module("SMSVC_EXTISM_WASM", "smsvc-extism", "smsvc_extism.wasm")).unwrap()
    });
    Plugin::load(wasm, config)
}

const NOTHING_DECLARED: (&str, &str) = ("spec", r#"{"v":1,"groups":[]}"#);

#[test]
fn a_request_goes_in_and_its_decision_comes_out() {
    let mut plugin = plugin(&[NOTHING_DECLARED]);
    for _ in 0..2 {
        let answer = plugin.decide(r#"{"method":"GET","host":"a.example","uri":"/nope"}"#).unwrap();
        assert!(answer.starts_with(r#"{"answer":{"status":404,"#), "{answer}");
    }
}

#[test]
fn what_is_not_a_request_is_an_error_that_says_so() {
    let mut plugin = plugin(&[NOTHING_DECLARED]);
    let error = plugin.decide(r#"{"method":"GET"}"#).unwrap_err();
    assert!(error.contains("the input is not a request: missing field `host`"), "{error}");
}

#[test]
fn a_missing_or_broken_spec_is_an_error_at_every_call() {
    let request = r#"{"method":"GET","host":"a.example","uri":"/"}"#;
    let mut without = plugin(&[]);
    let mut broken = plugin(&[("spec", "{")]);
    for _ in 0..2 {
        let error = without.decide(request).unwrap_err();
        assert!(error.contains("the configuration key `spec` is missing"), "{error}");
        let error = broken.decide(request).unwrap_err();
        assert!(error.contains("the configuration key `spec` is refused"), "{error}");
    }
}

#[test]
fn every_case_of_the_table_is_decided_as_expected_tokens_included() {
    let cases = petstore();
    let services = cases.services.iter();
    let declarations: Vec<_> =
        services.map(|it| labels::parse(&it.name, &it.created, &it.labels).unwrap().unwrap()).collect();
    let spec = merge(&declarations).spec.to_json();
    let mut plugin = plugin(&[("spec", &spec)]);
    for case in &cases.requests {
        let headers: serde_json::Map<_, _> =
            case.headers.iter().map(|(name, value)| (name.clone(), vec![value.clone()].into())).collect();
        let input = serde_json::json!({"method": case.method, "host": case.host, "uri": case.target, "headers": headers});
        let output: serde_json::Value =
            serde_json::from_str(&plugin.decide(&input.to_string()).unwrap()).unwrap();
        match &case.expect {
            Expected::Forward { service, route, uri, .. } => {
                let forward = &output["forward"];
                let target = forward["uri"].as_str().unwrap_or(&case.target);
                let told = (forward["service"].as_str(), forward["route"].as_str(), target);
                assert_eq!(told, (Some(&**service), Some(&**route), &**uri), "{}: {output}", case.name);
            }
            Expected::Answer { status, headers, .. } => {
                let traefik = case.traefik_answers;
                assert_eq!(
                    output["answer"]["status"], *status,
                    "{}: {output} (Traefik: {traefik:?})",
                    case.name
                );
                let lines: Vec<(String, String)> =
                    serde_json::from_value(output["answer"]["headers"].clone()).unwrap();
                let lines = lines.iter().map(|(name, value)| (name.as_str(), value.as_str()));
                assert_eq!(seen(headers, &lines), *headers, "{}", case.name);
            }
        }
    }
}
