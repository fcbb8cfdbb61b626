//! The schema for editors against the parser: both know the same keys, and the schema refuses no value that is read.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};
use smsvc_core::labels;

/// What the repository holds, as `cargo xtask schema` writes it.
const COMMITTED: &str = include_str!("../../../docs/schema/smsvc-labels.json");

static SCHEMA: LazyLock<Validator> =
    LazyLock::new(|| jsonschema::validator_for(&labels::schema()).expect("a schema"));

/// Values of every kind that there is.
const VALUES: &[&str] = &[
    "1",
    "2",
    "301",
    "403",
    "8080",
    "0",
    "70000",
    "true",
    "false",
    "none",
    "http",
    "auto",
    "DNSRR",
    "strict",
    "problem",
    "head,options",
    "path",
    "v1",
    "a",
    "a.example, b.example",
    "*",
    "!",
    "/",
    "/a/{id}",
    "GET,POST",
    "int",
    "one-of(a,b)",
    "len(1,4)",
    "1-3",
    "application/json,text/*",
    "text/plain",
    "forward",
    "redirect",
    "weak",
    "100/s",
    "1MiB",
    "4096 B",
    "2026-08-01",
    "60s",
    "https://*.example.com",
    "sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
    "X-A, X-B",
    "",
    " a",
    "public,max-age=60",
    "ES256,EdDSA",
    "jwt",
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
];

fn compose(labels: &Value) -> Value {
    json!({"services": {"s": {"image": "i", "deploy": {"replicas": 2, "labels": labels}}}})
}

fn allows(key: &str, value: &Value) -> bool {
    SCHEMA.is_valid(&compose(&json!({ key: value })))
}

/// The codes that the parser has for a label, in a service that is in order otherwise.
fn codes(key: &str, value: &str) -> Vec<&'static str> {
    let mut all =
        BTreeMap::from([("smsvc.group".to_owned(), "g".to_owned()), (key.to_owned(), value.to_owned())]);
    let field = key.to_ascii_lowercase();
    if field.starts_with("smsvc.route.r.") {
        if field != "smsvc.route.r.path" && field != "smsvc.route.r.prefix" {
            let (end, value) =
                if field.ends_with("rewrite.prefix") { ("prefix", "/p") } else { ("path", "/{id}") };
            all.insert(format!("smsvc.route.r.{end}"), value.to_owned());
        }
        if field.starts_with("smsvc.route.r.auth.") {
            all.insert("smsvc.route.r.auth".to_owned(), "jwt".to_owned());
        }
        for to in ["redirect", "static", "deny"] {
            if field.starts_with(&format!("smsvc.route.r.{to}.")) {
                all.insert("smsvc.route.r.to".to_owned(), to.to_owned());
                if to == "redirect" {
                    all.entry("smsvc.route.r.redirect.location".to_owned())
                        .or_insert_with(|| "/x".to_owned());
                }
            }
        }
    }
    let wrong = labels::parse("s", "", &all).err().unwrap_or_default();
    wrong.into_iter().filter(|error| error.label == key).map(|error| error.code()).collect()
}

/// Whether the parser knows a key: there is a value with which its name is no problem.
fn known(key: &str) -> bool {
    VALUES.iter().any(|value| !codes(key, value).iter().any(|code| ["E101", "E102", "E115"].contains(code)))
}

fn schema_knows(key: &str) -> bool {
    VALUES.iter().any(|value| allows(key, &json!(value)))
}

/// Every key that the schema has by itself or by a pattern, with names put in.
fn keys() -> Vec<String> {
    let schema = labels::schema();
    let map = &schema["$defs"]["map"];
    let plain = map["properties"].as_object().expect("keys").keys().cloned();
    let snippets = map["defaultSnippets"].as_array().expect("keys").iter();
    let named = snippets.map(|snippet| {
        snippet["label"].as_str().expect("a key").replace("NAME", "r").replace("param.name", "param.id")
    });
    plain.chain(named).collect()
}

#[test]
fn the_committed_schema_is_the_one_that_the_vocabulary_makes() {
    let committed: Value = serde_json::from_str(COMMITTED).expect("JSON");
    assert_eq!(committed, labels::schema(), "run cargo xtask schema");
}

#[test]
fn every_key_of_the_schema_is_one_that_the_parser_takes() {
    let keys = keys();
    assert!(keys.len() > 80, "{}", keys.len());
    for key in keys {
        let taken = VALUES.iter().any(|value| codes(&key, value).is_empty());
        assert!(taken, "{key}: no value is taken");
    }
}

#[test]
fn no_value_that_the_parser_takes_is_refused_by_the_schema() {
    for key in keys() {
        for value in VALUES {
            if codes(&key, value).is_empty() {
                assert!(allows(&key, &json!(value)), "{key}={value}");
            }
        }
    }
}

#[test]
fn numbers_and_booleans_need_no_quotes() {
    for (key, value) in [
        ("smsvc.schema", json!(1)),
        ("smsvc.port", json!(8080)),
        ("smsvc.tls", json!(true)),
        ("smsvc.owner", json!(false)),
        ("smsvc.route.r.redirect.status", json!(301)),
        ("traefik.enable", json!(false)),
    ] {
        assert!(allows(key, &value), "{key}: {value}");
    }
}

#[test]
fn a_wrong_word_or_number_is_refused() {
    for (key, value) in [
        ("smsvc.slash", json!("ignored")),
        ("smsvc.schema", json!(2)),
        ("smsvc.port", json!("80x")),
        ("smsvc.group", json!("Pets")),
        ("smsvc.route.r.path", json!("pets")),
        ("smsvc.route.r.to", json!("pipeline")),
        ("smsvc.route.r.cache.etag", json!("strong")),
        ("smsvc.group", json!(["a"])),
    ] {
        assert!(!allows(key, &value), "{key}: {value}");
    }
}

#[test]
fn a_list_of_labels_is_judged_by_its_keys() {
    let list = |labels: &[&str]| SCHEMA.is_valid(&compose(&json!(labels)));
    assert!(list(&[
        "smsvc.group=pets",
        "smsvc.route.a.path=/a",
        "traefik.enable=true",
        "SMSVC.Route.a.header.X-A=1"
    ]));
    assert!(!list(&["smsvc.groups=pets"]));
    assert!(!list(&["smsvc.route.a.header.Host=x"]));
    assert!(!list(&["smsvc.route.-.path=/x"]));
}

#[test]
fn a_compose_file_without_labels_is_in_order() {
    assert!(SCHEMA.is_valid(&json!({"services": {"a": {"image": "i"}, "b": null}, "networks": {}})));
    assert!(SCHEMA.is_valid(&compose(&Value::Null)));
}

proptest! {
    #[test]
    fn the_schema_knows_the_keys_that_the_parser_knows(
        key in prop_oneof![
            prop::sample::select(keys()),
            (prop::sample::select(keys()), 0_usize..60, "[a-zA-Z.:=é -]{0,2}").prop_map(|(key, at, text)| {
                let at = (0..=at.min(key.len())).rev().find(|at| key.is_char_boundary(*at)).unwrap_or(0);
                format!("{}{text}{}", &key[..at], &key[at..])
            }),
            (prop::sample::select(keys()), "[a-zA-Z.-]{0,3}").prop_map(|(key, text)| key + &text),
            prop::sample::select(keys()).prop_map(|key| key.to_ascii_uppercase()),
            ("(smsvc|SMSVC|traefik)\\.", "(route\\.[a-zA-Z-]{1,4}\\.|defaults\\.|)",
             "(header|query|param|request\\.header\\.set|response\\.header\\.(add|remove)|rewrite\\.query\\.set|auth\\.claims)\\.",
             "(Host|te|X-Forwarded-For|Proxy-X|X-Smsvc-Service|Content-Length|Authorization|X-A|[a-zA-Z.=é ]{0,3})")
                .prop_map(|(start, middle, field, name)| start + &middle + &field + &name),
        ],
    ) {
        prop_assert_eq!(schema_knows(&key), known(&key), "{}", key);
    }
}
