//! The shipped guest, run in an interpreter with a host in the place of Traefik.

#[path = "../build/mod.rs"]
mod build;
mod cases;
mod contract;
mod endurance;
mod expected;
mod host;
mod imports;
mod requests;
mod wasm;

use host::{Guest, Request};
use smsvc_core::spec::Spec;

const SPEC: &str = r#"{"v":1,"groups":[{"name":"petstore","hosts":["api.example.com"],"base":"/v2","services":[
    {"service":"pets","routes":{
        "get-pet":{"path":"/pets/{petId}","methods":"GET","rewrite.path":"/internal/{petId}"},
        "files":{"prefix":"/files","rewrite.prefix":"/"},
        "tenant":{"path":"/tenant","header.X-Tenant":"acme","header.X-Other":"*"},
        "kept":{"path":"/kept","cache.etag":"weak","cache.control":"no-cache"}}},
    {"service":"orders","age":1,"routes":{"order":{"path":"/orders","methods":"GET,POST"}}}]}]}"#;

fn spec() -> Spec {
    Spec::parse(SPEC).unwrap()
}

/// An instance that serves [`SPEC`].
fn guest() -> Guest {
    Guest::started(&configuration(SPEC))
}

/// The plugin's configuration as Traefik hands it over.
fn configuration(spec: &str) -> String {
    let quoted = spec.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!(r#"{{"spec":"{quoted}"}}"#)
}

fn get(uri: &str) -> Request {
    Request::new("GET", "api.example.com", uri)
}
