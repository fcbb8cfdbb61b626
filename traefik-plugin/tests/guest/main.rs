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
use smsvc_core::table::Rules;

const SPEC: &str = r#"{"v":1,"groups":[{"name":"petstore","hosts":["api.example.com"],"base":"/v2","services":[
    {"service":"pets","routes":{
        "get-pet":{"path":"/pets/{petId}","methods":"GET","rewrite.path":"/internal/{petId}"},
        "files":{"prefix":"/files","rewrite.prefix":"/"},
        "tenant":{"path":"/tenant","header.X-Tenant":"acme","header.X-Other":"*"},
        "kept":{"path":"/kept","cache.etag":"weak","cache.control":"no-cache"}}},
    {"service":"orders","age":1,"routes":{"order":{"path":"/orders","methods":"GET,POST"}}}]}]}"#;

fn rules() -> Rules {
    Rules::of(&Spec::parse(SPEC).unwrap())
}

/// An instance that serves [`SPEC`].
fn guest() -> Guest {
    Guest::started(&configuration(&rules().compile()))
}

/// The plugin's configuration as Traefik hands it over, which has nothing to quote in a table.
fn configuration(table: &str) -> String {
    format!(r#"{{"spec":"{table}"}}"#)
}

fn get(uri: &str) -> Request {
    Request::new("GET", "api.example.com", uri)
}
