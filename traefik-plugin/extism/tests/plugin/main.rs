//! The shipped plug-in, run in an interpreter with a stand-in for the Extism kernel.

#[path = "../../../tests/build/mod.rs"]
mod build;
mod kernel;

use std::sync::OnceLock;

use kernel::Plugin;

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
