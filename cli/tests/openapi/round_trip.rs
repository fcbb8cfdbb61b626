//! What is exported is imported to the same routes.

use std::collections::BTreeMap;

use docker_smsvc::openapi::{Document, ImportOptions, Selection, export, import};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::Value;
use smsvc_core::group::Group;
use smsvc_core::labels;
use smsvc_core::merge::merge;

const PATHS: [&str; 12] = [
    "path=/a",
    "path=/a/{x}",
    "path=/a/{y}",
    "path=/a/{x}/{rest*}",
    "path=/{x}-{y}.json",
    "path=/a/",
    "prefix=/a",
    "prefix=/",
    "path=/a/{x} param.x=int",
    "path=/a/{x} param.x=uint",
    "path=/a/{x} param.x=one-of(a\\,b,c)",
    "path=/a/{x} param.x=len(2,7)",
];
const METHODS: [&str; 6] =
    ["", "methods=GET", "methods=GET,POST", "methods=PROPFIND", "methods=HEAD,PATCH", "methods=PUT"];
const MORE: [&str; 6] =
    ["auth=jwt", "header.x-a=1", "header.x-a=*", "query.Page=!", "query.q=x", "rewrite.path=/b"];

fn group(routes: &[(&str, &str, Vec<&str>)]) -> Option<Group> {
    let mut declarations = Vec::new();
    for service in ["one", "two"] {
        let mut all = BTreeMap::from([
            ("smsvc.group".to_owned(), "g".to_owned()),
            ("smsvc.base".to_owned(), "/v1".to_owned()),
            ("smsvc.auth.secret-file".to_owned(), "/run/secrets/jwt".to_owned()),
            ("smsvc.host".to_owned(), "a.example,*.b.example".to_owned()),
        ]);
        for (index, (path, methods, more)) in routes.iter().enumerate() {
            if (index % 2 == 0) != (service == "one") {
                continue;
            }
            let words = path.split(' ').chain([*methods]).chain(more.iter().copied());
            for (field, value) in words.filter_map(|word| word.split_once('=')) {
                all.insert(format!("smsvc.route.r{index}.{field}"), value.to_owned());
            }
        }
        declarations.push(labels::parse(service, "", &all).ok()??);
    }
    merge(&declarations).spec.groups.pop()
}

fn again(document: &Value, service: &str) -> BTreeMap<String, Vec<(String, String)>> {
    let document = Document::of(document.clone()).unwrap();
    let selection = Selection { tags: vec![service.to_owned()], operations: Vec::new() };
    let imported = import(&document, &ImportOptions { selection, ..ImportOptions::default() }).unwrap();
    assert_eq!(imported.remarks, [], "nothing is lost");
    assert_eq!(imported.base.map(|base| base.to_string()).as_deref(), Some("/v1"));
    imported.routes.iter().map(|it| (it.route.name().to_string(), it.route.fields())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn an_import_of_an_export_gives_the_same_routes(
        routes in proptest::collection::vec(
            (select(&PATHS[..]), select(&METHODS[..]), subsequence(&MORE[..], 0..3)), 2..8)
    ) {
        // Groups that contradict themselves are not deployed.
        let Some(group) = group(&routes) else { return Ok(()) };
        let exported = export(&group, "1.0.0");
        for member in &group.services {
            let routes: BTreeMap<_, _> =
                member.routes.iter().map(|route| (route.name().to_string(), route.fields())).collect();
            prop_assert_eq!(again(&exported.document, member.service.as_str()), routes);
        }
    }
}

#[test]
fn what_is_exported_is_a_valid_description() {
    let routes = [
        ("path=/a/{x} param.x=int", "methods=GET,PUT", vec!["header.x-a=1"]),
        ("path=/a/{x}/{rest*}", "methods=GET", vec![]),
        ("prefix=/files", "", vec![]),
    ];
    let exported = export(&group(&routes).unwrap(), "2.0.0");
    let document = &exported.document;
    assert_eq!(document["openapi"], "3.1.1");
    assert_eq!(document["info"], serde_json::json!({"title": "g", "version": "2.0.0"}));
    assert_eq!(document["servers"], serde_json::json!([{"url": "//a.example/v1"}]));
    assert_eq!(exported.unspoken, ["one/r2"], "a route for any method");
    let item = &document["paths"]["/a/{x}"];
    assert_eq!(item["get"]["operationId"], "r0");
    assert_eq!(item["put"]["operationId"], "r0-put");
    assert_eq!(item["get"]["parameters"][0]["schema"]["type"], "integer");
    assert_eq!(document["paths"]["/a/{x}/{rest}"]["get"]["x-smsvc-path"], "/a/{x}/{rest*}");
}
