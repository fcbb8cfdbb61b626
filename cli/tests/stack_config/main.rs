//! `check` reads stack files as `docker stack config` does.
//!
//! Every case of [`CASES`] was given to Docker's own CLI; what it made of the files is kept in
//! `tests/goldens/stack_config.jsonl`. What decides addresses, names and labels has to be the same in what `check`
//! reads, and what Docker refuses has to be refused. Where a Docker CLI of version 28 is installed the recordings are
//! checked against it, and `SMSVC_RECORD=1` writes them anew.

mod theirs;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use docker_smsvc::stack::{Stack, StackFile, StackNetwork, StackService, load};
use serde_json::{Value, json};

/// Files that are read together, in this order.
const CASES: [&[&str]; 29] = [
    &["short-syntax"],
    &["port-ranges"],
    &["long-syntax"],
    &["anchors"],
    &["interpolation"],
    &["interpolation-required"],
    &["interpolation-broken"],
    &["interpolation-with-plus"],
    &["interpolation-of-a-word-for-a-number"],
    &["external"],
    &["external-old-name"],
    &["external-with-driver"],
    &["undefined-network"],
    &["unknown-key"],
    &["forbidden-key"],
    &["top-level-list"],
    &["version-too-new"],
    &["replicas-as-text"],
    &["wrong-type"],
    &["jobs-and-globals"],
    &["key-twice"],
    &["scalars"],
    &["merge-1", "merge-2"],
    &["merge-2", "merge-1"],
    &["merge-1", "merge-3"],
    &["merge-1", "merge-2", "merge-3"],
    &["merge-1", "other-version"],
    &["long-syntax", "short-syntax"],
    &["anchors", "jobs-and-globals"],
];

/// The variables of the shell.
const VARIABLES: [(&str, &str); 3] = [("SET", "value"), ("EMPTY", ""), ("REPLICAS", "4")];

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/stack_config/files/{name}.yml"))
}

/// What our reader makes of files; null where it refuses them.
fn ours(names: &[&str]) -> Value {
    let file = |name: &&str| StackFile {
        name: (*name).to_owned(),
        text: std::fs::read_to_string(path(name)).expect("the file is there"),
    };
    let files: Vec<StackFile> = names.iter().map(file).collect();
    let variables: BTreeMap<String, String> =
        VARIABLES.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    load(&files, &variables).stack.as_ref().map_or(Value::Null, stack)
}

fn stack(stack: &Stack) -> Value {
    json!({
        "services": stack.services.iter().map(|(key, it)| (key.clone(), service(it))).collect::<BTreeMap<_, _>>(),
        "networks": stack.networks.iter().map(|(key, it)| (key.clone(), network(key, it))).collect::<BTreeMap<_, _>>(),
    })
}

fn service(service: &StackService) -> Value {
    let ports: Vec<Value> = service
        .ports
        .iter()
        .map(|port| {
            let port = port.value;
            json!([port.mode.as_str(), port.protocol.as_str(), port.published.unwrap_or(0), port.target])
        })
        .collect();
    let text = |located: &docker_smsvc::stack::Located<String>| located.value.clone();
    json!({
        "networks": service.networks.keys().collect::<Vec<_>>(),
        "ports": theirs::sorted(ports),
        "labels": service.label_texts(),
        "mode": service.mode.as_ref().map(text),
        "replicas": service.replicas.as_ref().map(|replicas| replicas.value),
        "endpointMode": service.endpoint_mode.as_ref().map(text),
        "parallelism": service.update.as_ref().and_then(|update| update.parallelism),
        "order": service.update.as_ref().and_then(|update| update.order.clone()),
        "constraints": service.constraints.iter().map(text).collect::<Vec<_>>(),
        "condition": service.restart.as_ref().and_then(|restart| restart.condition.clone()),
        "attempts": service.restart.as_ref().and_then(|restart| restart.max_attempts),
    })
}

fn network(key: &str, network: &StackNetwork) -> Value {
    let implied = network.external.then(|| key.to_owned());
    json!({
        "name": network.name.clone().or(implied),
        "external": network.external,
        "driver": network.driver,
        "subnets": network.subnets.iter().map(|subnet| subnet.value.clone()).collect::<Vec<_>>(),
    })
}

#[test]
fn what_counts_is_read_as_docker_reads_it() {
    let recorded = theirs::recorded();
    for names in CASES {
        let theirs = recorded.get(&names.join(" ")).unwrap_or_else(|| panic!("{names:?} is not recorded"));
        assert_eq!(ours(names), theirs::summary(theirs.as_deref()), "{names:?}");
    }
}

#[test]
fn the_recordings_are_what_docker_says() {
    let Some(docker) = smsvc_tests::oracle::docker() else { return };
    let now: BTreeMap<String, Option<String>> =
        CASES.iter().map(|names| (names.join(" "), theirs::config(&docker, names))).collect();
    if std::env::var_os("SMSVC_RECORD").is_some() {
        theirs::record(&now);
    }
    assert_eq!(theirs::recorded(), now);
}
