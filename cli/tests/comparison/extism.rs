//! The Extism plug-in, as it is shipped, on Node with Extism's own library.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use smsvc_core::spec::Spec;
use smsvc_tests::{artifact, process};

use crate::table::{Outcome, Request};

/// What becomes of each request.
pub(crate) fn decide(packages: &Path, spec: &Spec, requests: &[Request]) -> Vec<Outcome> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name);
    std::fs::write(file("spec"), spec.to_json()).expect("a file");
    let lines: Vec<String> = requests.iter().map(|request| input(request).to_string()).collect();
    std::fs::write(file("requests"), lines.join("\n")).expect("a file");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/comparison/extism.mjs");
    let mut node = Command::new("node");
    node.arg(script).arg(module()).args(["spec", "requests", "outcomes"].map(file)).current_dir(packages);
    process::output(&mut node).expect("the plug-in runs on Node");
    let outcomes = std::fs::read_to_string(file("outcomes")).expect("a file");
    let outcomes: Vec<Outcome> =
        outcomes.lines().zip(requests).map(|(line, request)| outcome(line, request)).collect();
    assert_eq!(outcomes.len(), requests.len());
    outcomes
}

/// Built with the profile `guest`, as it is shipped.
fn module() -> std::path::PathBuf {
    let target = "wasm32-wasip1";
    let status = artifact::cargo()
        .args(["build", "--quiet", "--package=smsvc-extism", "--profile=guest", "--target", target])
        .status();
    assert!(status.expect("cargo runs").success(), "the plug-in is built");
    artifact::target_folder().expect("a folder").join(target).join("guest").join("smsvc_extism.wasm")
}

fn input(request: &Request) -> Value {
    let headers: serde_json::Map<String, Value> =
        request.headers.iter().map(|(name, value)| (name.clone(), json!([value]))).collect();
    json!({"method": request.method, "host": request.host, "uri": request.target, "headers": headers})
}

fn outcome(line: &str, request: &Request) -> Outcome {
    let value: Value = serde_json::from_str(line).expect("JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if let Some(forward) = value.get("forward") {
        let uri = forward["uri"].as_str().unwrap_or(&request.target).to_owned();
        return Outcome::Forward { service: text(&forward["service"]), route: text(&forward["route"]), uri };
    }
    let answer = &value["answer"];
    let headers = answer["headers"].as_array().into_iter().flatten();
    let allow = headers.clone().find(|field| field[0] == "allow").map(|field| text(&field[1]));
    let status = answer["status"].as_u64().and_then(|status| u16::try_from(status).ok());
    Outcome::Answer { status: status.expect("a status"), allow }
}
