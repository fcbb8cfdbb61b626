//! No document is too odd for an import.

use docker_smsvc::openapi::{ImportOptions, read};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

/// Members that mean something, so that the odd values get to where they are read.
const KEYS: [&str; 44] = [
    "paths",
    "servers",
    "url",
    "variables",
    "default",
    "host",
    "basePath",
    "get",
    "post",
    "query",
    "parameters",
    "additionalOperations",
    "/",
    "/a",
    "/a/{b}",
    "/a/{c}",
    "/{b*}",
    "/{b+}",
    "/#x",
    "/a?b=c",
    "/{b}{c}",
    "/:b",
    "a//b",
    "$ref",
    "name",
    "in",
    "schema",
    "type",
    "enum",
    "format",
    "pattern",
    "minimum",
    "allOf",
    "operationId",
    "tags",
    "requestBody",
    "content",
    "responses",
    "200",
    "deprecated",
    "x-smsvc-path",
    "x-smsvc",
    "x-smsvc-routes",
    "fields",
];
const TEXTS: [&str; 22] = [
    "#/paths",
    "#/paths/~1a",
    "#",
    "#/%zz",
    "other.yaml",
    "path",
    "b",
    "c",
    "integer",
    "string",
    "number",
    "uuid",
    "^\\d+$",
    "https://{b}:80/v1?x#y",
    "//h/%",
    "http://[::1",
    "/v2/",
    "GET",
    "",
    "é\u{0}",
    "*/*",
    "2026-13-01",
];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        3 => select(&TEXTS[..]).prop_map(Value::from),
        1 => any::<String>().prop_map(Value::from),
        1 => select(vec![json!(null), json!(true), json!(-1), json!(0), json!(1e300), json!(4_294_967_296_u64)]),
    ];
    leaf.prop_recursive(7, 96, 6, |inner| {
        prop_oneof![
            4 => btree_map(select(&KEYS[..]), inner.clone(), 0..6).prop_map(|members| {
                members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>().into()
            }),
            1 => vec(inner, 0..4).prop_map(Value::from),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_document_is_too_odd(mut document in value(), paths in value(), version in select(&["openapi", "swagger"][..])) {
        if let Some(members) = document.as_object_mut() {
            members.insert(version.to_owned(), if version == "openapi" { "3.1.0" } else { "2.0" }.into());
            members.insert("paths".to_owned(), paths);
        }
        for hosts in [true, false] {
            let options = ImportOptions { hosts, ..ImportOptions::default() };
            if let Ok(import) = read(document.to_string().as_bytes(), &options) {
                prop_assert!(import.routes.len() <= import.operations);
                for imported in &import.routes {
                    prop_assert!(!imported.route.fields().is_empty());
                }
            }
        }
    }

    #[test]
    fn no_bytes_are_too_odd(bytes in vec(any::<u8>(), 0..200), yaml in "(openapi: 3\n)?[-a-z&*:!|> \n{}\\[\\],\"'#]{0,80}") {
        let _ = read(&bytes, &ImportOptions::default());
        let _ = read(yaml.as_bytes(), &ImportOptions::default());
    }
}
