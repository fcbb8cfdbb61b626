//! What Docker's own CLI makes of stack files: `docker stack config`, which asks no engine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::{VARIABLES, path};

/// The files as Docker writes them anew; nothing where it refuses them.
pub(crate) fn config(docker: &Path, names: &[&str]) -> Option<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new(docker);
    command.args(["stack", "config"]).env_clear().envs(VARIABLES).env("DOCKER_CONFIG", folder.path());
    for name in names {
        command.arg("--compose-file").arg(path(name));
    }
    let output = command.output().expect("it starts");
    output.status.success().then(|| String::from_utf8(output.stdout).expect("text"))
}

fn goldens() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/stack_config.jsonl")
}

pub(crate) fn recorded() -> BTreeMap<String, Option<String>> {
    let text = std::fs::read_to_string(goldens()).expect("the recordings are there");
    text.lines().map(|line| serde_json::from_str(line).expect("a recording")).collect()
}

pub(crate) fn record(answers: &BTreeMap<String, Option<String>>) {
    let lines: Vec<String> = answers.iter().map(|answer| json!(answer).to_string() + "\n").collect();
    std::fs::write(goldens(), lines.concat()).expect("the recordings can be written");
}

/// What of it counts.
pub(crate) fn summary(config: Option<&str>) -> Value {
    let Some(config) = config else { return Value::Null };
    let config: Value = serde_saphyr::from_str(config).expect("YAML");
    let each = |member: &str, summary: fn(&Value) -> Value| -> BTreeMap<String, Value> {
        let members = config[member].as_object().into_iter().flatten();
        members.map(|(key, value)| (key.clone(), summary(value))).collect()
    };
    json!({ "services": each("services", service), "networks": each("networks", network) })
}

pub(crate) fn sorted(mut values: Vec<Value>) -> Vec<Value> {
    values.sort_by_key(ToString::to_string);
    values
}

fn service(service: &Value) -> Value {
    let deploy = &service["deploy"];
    let ports = service["ports"].as_array().into_iter().flatten();
    let port = |port: &Value| {
        let published = port["published"].as_u64().unwrap_or(0);
        let or = |key: &str, default: &str| port[key].as_str().unwrap_or(default).to_owned();
        json!([or("mode", "ingress"), or("protocol", "tcp"), published, port["target"]])
    };
    json!({
        "networks": service["networks"].as_object().into_iter().flatten().map(|(key, _)| key).collect::<Vec<_>>(),
        "ports": sorted(ports.map(port).collect()),
        "labels": deploy.get("labels").cloned().unwrap_or_else(|| json!({})),
        "mode": deploy["mode"],
        "replicas": deploy["replicas"],
        "endpointMode": deploy["endpoint_mode"],
        "parallelism": deploy["update_config"]["parallelism"],
        "order": deploy["update_config"]["order"],
        "constraints": deploy["placement"].get("constraints").cloned().unwrap_or_else(|| json!([])),
        "condition": deploy["restart_policy"]["condition"],
        "attempts": deploy["restart_policy"]["max_attempts"],
    })
}

fn network(network: &Value) -> Value {
    let subnets = network["ipam"]["config"].as_array().into_iter().flatten();
    json!({
        "name": network["name"],
        "external": network["external"].as_bool().unwrap_or(false),
        "driver": network["driver"],
        "subnets": subnets.map(|config| config["subnet"].clone()).collect::<Vec<_>>(),
    })
}
